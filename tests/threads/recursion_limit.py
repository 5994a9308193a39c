# oracle: asserts
"""`sys.setrecursionlimit` reaches threads that run already, deeper calls and shallower ones, functions and generators."""

import sys
import threading


def depth(number=0):
    try:
        return depth(number + 1)
    except RecursionError:
        return number


def levels(number):
    if number:
        yield from levels(number - 1)
    yield 1


def in_range(number, limit):
    return limit - 60 < number < limit


class Worker:
    """A thread that measures when it is asked to."""

    def __init__(self):
        self.asked = threading.Semaphore(0)
        self.answered = threading.Semaphore(0)
        self.results = []
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while True:
            self.asked.acquire()
            self.results.append(depth())
            self.answered.release()

    def measure(self):
        self.asked.release()
        self.answered.acquire()
        return self.results[-1]


workers = [Worker() for _ in range(3)]
for limit in (1000, 3000, 5000):
    sys.setrecursionlimit(limit)
    assert in_range(depth(), limit), depth()
    for worker in workers:
        assert in_range(worker.measure(), limit), worker.results

assert sum(levels(1500)) == 1501


def set_limit_at(number, limit):
    if number:
        return set_limit_at(number - 1, limit)
    try:
        sys.setrecursionlimit(limit)
    except RecursionError as error:
        return str(error)


assert "the limit is too low" in set_limit_at(100, 50)
assert sys.getrecursionlimit() == 5000
assert set_limit_at(100, 400) is None
assert in_range(depth(), 400), depth()
try:
    sum(levels(1500))
    raise AssertionError("no RecursionError")
except RecursionError:
    pass
print("ok")
