"""All threads read the globals of one module."""

from _threads import run_same

first = 1
second = 2
third = 3


def work(number):
    total = 0
    for _ in range(7000000):
        total += first + second - third
        total += third
    return total


run_same(work, 21000000)
