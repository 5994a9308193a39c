"""All threads call methods of one instance."""

from _threads import run_same


class Scale:
    def __init__(self):
        self.factor = 2

    def apply(self, value):
        return value * self.factor


shared = Scale()


def work(number):
    total = 0
    for index in range(5000000):
        total += shared.apply(index & 7)
    return total


run_same(work, 35000000)
