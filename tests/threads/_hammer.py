"""Starts threads at a barrier and reports what any of them raised."""

import sys
import threading

THREADS = 8

if hasattr(sys, "setswitchinterval"):
    # Where threads take turns, they take many.
    sys.setswitchinterval(1e-5)


def hammer(*functions, threads=THREADS):
    """Runs the functions on so many threads, one function after the other in turn, each with its thread's number;
    returns what they return, by number."""
    barrier = threading.Barrier(threads)
    results = [None] * threads
    failures = []

    def work(number):
        try:
            barrier.wait()
            results[number] = functions[number % len(functions)](number)
        except BaseException as error:
            failures.append(error)

    started = [threading.Thread(target=work, args=(number,)) for number in range(threads)]
    for thread in started:
        thread.start()
    for thread in started:
        thread.join()
    if failures:
        raise failures[0]
    return results


def run_all(namespace):
    """Runs every test function of a module in order of its definition, then says ok."""
    for name, function in list(namespace.items()):
        if name.startswith("test_"):
            try:
                function()
            except BaseException:
                print("failed:", name, flush=True)
                raise
    print("ok")
