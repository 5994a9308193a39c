"""Recursive Fibonacci on several threads, every thread computing the same number.

This is the benchmark of Larry Hastings' Gilectomy: with a global interpreter lock the time grows with the number of
threads, without one it should not.

usage: fibonacci.py [threads] [n]
"""

import sys
import threading
import time


def fib(n):
    if n < 2:
        return n
    return fib(n - 1) + fib(n - 2)


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    n = int(sys.argv[2]) if len(sys.argv) > 2 else 30
    results = [None] * count

    def work(index):
        results[index] = fib(n)

    started = time.perf_counter()
    threads = [threading.Thread(target=work, args=(index,)) for index in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    elapsed = time.perf_counter() - started

    for index, result in enumerate(results):
        print(f"thread {index}: fib({n}) = {result}")
    print(f"{count} threads, {elapsed:.2f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
