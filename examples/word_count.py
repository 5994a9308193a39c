"""Count the words of all text files in a directory, one task of a thread pool for each file.

Without a directory it writes a few dozen files of made-up text to a temporary one first.

usage: word_count.py [threads] [directory]
"""

import os
import random
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, as_completed

SYLLABLES = "ka lo mi ren tas vu shi po del gar nim ox fe bru".split()


def write_sample(directory, files=24, lines=400):
    generator = random.Random(20240229)
    words = ["".join(generator.choices(SYLLABLES, k=generator.randint(1, 4))) for _ in range(600)]
    weights = [1.0 / rank for rank in range(1, len(words) + 1)]
    for number in range(files):
        with open(os.path.join(directory, f"text-{number:02}.txt"), "w", encoding="utf-8") as file:
            for _ in range(lines):
                line = generator.choices(words, weights, k=generator.randint(4, 12))
                line[0] = line[0].capitalize()
                file.write(" ".join(line) + generator.choice([".", "!", "?", ", and so on."]) + "\n")


def count_file(path):
    counts = Counter()
    with open(path, encoding="utf-8") as file:
        for line in file:
            for word in line.split():
                word = word.strip(".,;:!?\"'()").lower()
                if word:
                    counts[word] += 1
    return os.path.basename(path), counts


def count_directory(directory, threads):
    paths = sorted(entry.path for entry in os.scandir(directory) if entry.name.endswith(".txt"))
    total, sizes = Counter(), {}
    with ThreadPoolExecutor(threads, thread_name_prefix="counter") as pool:
        futures = [pool.submit(count_file, path) for path in paths]
        for future in as_completed(futures):
            name, counts = future.result()
            total.update(counts)
            sizes[name] = sum(counts.values())
    return total, sizes


def main():
    threads = int(sys.argv[1]) if len(sys.argv) > 1 else 4
    started = time.perf_counter()
    if len(sys.argv) > 2:
        total, sizes = count_directory(sys.argv[2], threads)
    else:
        with tempfile.TemporaryDirectory() as directory:
            write_sample(directory)
            total, sizes = count_directory(directory, threads)
    elapsed = time.perf_counter() - started

    print(f"{len(sizes)} files, {sum(sizes.values())} words, {len(total)} of them different")
    longest = max(sizes, key=lambda name: (sizes[name], name), default=None)
    if longest is not None:
        print(f"longest file: {longest} with {sizes[longest]} words")
    for word, count in sorted(total.items(), key=lambda item: (-item[1], item[0]))[:15]:
        print(f"{count:6}  {word}")
    print(f"{threads} threads, {elapsed:.2f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
