"""A loop that counts down: integer arithmetic and a branch."""

from _threads import run_same


def countdown(number):
    n = 10000000
    steps = 0
    while n > 0:
        n -= 1
        if n & 1023 == 0:
            steps += 1
    return n, steps


run_same(countdown, (0, 9766))
