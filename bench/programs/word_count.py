"""Words counted in a dict of the thread's own: string splitting and dict updates."""

from _threads import run_same

STEMS = "alder birch cedar ebony fir gum hazel ivy juniper kauri larch maple".split()


def make_text():
    state = 12345
    words = []
    for _ in range(20000):
        state = (state * 1103515245 + 12345) % 2147483648
        words.append(STEMS[state >> 8 & 7] + str(state >> 16 & 511))
    return [" ".join(words[start : start + 50]) for start in range(0, len(words), 50)]


TEXT = make_text()


def work(number):
    counts = {}
    for _ in range(100):
        for line in TEXT:
            for word in line.split():
                counts[word] = counts.get(word, 0) + 1
    best = max(counts.items(), key=lambda item: (item[1], item[0]))
    return len(counts), sum(counts.values()), best


run_same(work, (4059, 2000000, ('birch396', 1600)))
