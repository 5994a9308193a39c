"""All threads call one function."""

from _threads import run_same


def plus(left, right=1):
    return left + right


def work(number):
    total = 0
    for _ in range(9000000):
        total = plus(total)
    return total


run_same(work, 9000000)
