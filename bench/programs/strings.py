"""String building, searching, splitting and formatting."""

from _threads import run_same


def work(number):
    total = 0
    for index in range(150000):
        words = ["item", str(index), "of", "a", "list"]
        text = " ".join(words)
        text = text.upper() if index % 2 else text.title()
        text = text.replace("LIST", "row") + "; " + "%05d|%s" % (index, words[1][::-1])
        total += len(text) + text.count("0") + text.find("|")
        parts = text.split(";")
        if parts[1].strip().startswith("0"):
            total += 1
        for character in parts[0]:
            if character in "aeiou":
                total += 1
        if "{}-{}".format(index, total) < text:
            total += 2
    return total


run_same(work, 9819450)
