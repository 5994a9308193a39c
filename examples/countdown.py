"""Count down from ten million, the count shared out among several threads.

This is the program David Beazley used to show the cost of the global interpreter lock: two threads took longer than one.

usage: countdown.py [threads] [count]
"""

import sys
import time
from threading import Thread


def countdown(n):
    while n > 0:
        n -= 1
    return n


class Counter(Thread):
    def __init__(self, start):
        super().__init__(name=f"counter-{start}")
        self.begin = start
        self.end = None

    def run(self):
        self.end = countdown(self.begin)


def main():
    threads = int(sys.argv[1]) if len(sys.argv) > 1 else 4
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 10_000_000

    share, rest = divmod(count, threads)
    counters = [Counter(share + (1 if index < rest else 0)) for index in range(threads)]

    started = time.perf_counter()
    for counter in counters:
        counter.start()
    for counter in counters:
        counter.join()
    elapsed = time.perf_counter() - started

    for counter in counters:
        print(f"{counter.name}: from {counter.begin:,} to {counter.end}")
    print("counted", format(sum(counter.begin for counter in counters), ","))
    print(f"{threads} threads, {elapsed:.2f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
