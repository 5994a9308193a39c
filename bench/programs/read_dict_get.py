"""All threads look up keys of one dict."""

from _threads import run_same

shared = {"key-{}".format(index): index for index in range(100)}
keys = list(shared)


def work(number):
    total = 0
    for _ in range(90000):
        for key in keys:
            total += shared.get(key)
    return total


run_same(work, 445500000)
