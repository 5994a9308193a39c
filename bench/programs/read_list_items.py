"""All threads read the items of one list."""

from _threads import run_same

shared = list(range(1000))


def work(number):
    total = 0
    for _ in range(13000):
        for index in range(1000):
            total += shared[index]
    return total


run_same(work, 6493500000)
