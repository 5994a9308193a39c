"""Count the ways to put n queens on a board, the first rows' choices shared out through a list of open tasks.

usage: queens.py [threads] [n]
"""

import sys
import threading
import time


def solutions(n, row, columns, rising, falling):
    """Counts the ways to fill the rows from `row` on; the sets are bit masks of what is attacked."""
    if row == n:
        return 1
    count = 0
    free = ~(columns | rising | falling) & ((1 << n) - 1)
    while free:
        bit = free & -free
        free ^= bit
        count += solutions(n, row + 1, columns | bit, (rising | bit) << 1, (falling | bit) >> 1)
    return count


def openings(n):
    """All safe ways to fill the first two rows, with the masks that follow from them."""
    for first in range(n):
        for second in range(n):
            if abs(first - second) > 1:
                a, b = 1 << first, 1 << second
                yield (first, second), (a | b, (a << 1 | b) << 1, (a >> 1 | b) >> 1)


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 4
    n = int(sys.argv[2]) if len(sys.argv) > 2 else 10

    tasks = list(openings(n))
    found = {}

    def work():
        while True:
            try:
                opening, masks = tasks.pop()
            except IndexError:
                return
            found[opening] = solutions(n, 2, *masks)

    started = time.perf_counter()
    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    elapsed = time.perf_counter() - started

    for first in range(n):
        by_first = sum(ways for opening, ways in found.items() if opening[0] == first)
        print(f"first queen in column {first + 1}: {by_first}")
    print(f"{n} queens: {sum(found.values())} ways")
    print(f"{count} threads, {elapsed:.2f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
