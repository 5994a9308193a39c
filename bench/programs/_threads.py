"""Runs a benchmark's work on as many threads as the first argument says, each doing all of it."""

import sys
import threading


def thread_count():
    return int(sys.argv[1]) if len(sys.argv) > 1 else 1


def run(work):
    """Runs `work(number)` on each thread; returns the results in order, or ends the program if one failed."""
    count = thread_count()
    results = [None] * count
    failures = []

    def body(number):
        try:
            results[number] = work(number)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=body, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return results


def run_same(work, expected):
    """For work that is the same on every thread and whose result is known."""
    for result in run(work):
        if result != expected:
            raise SystemExit("wrong result: {!r} instead of {!r}".format(result, expected))
    print(expected)
