"""All threads read one instance's attributes."""

from _threads import run_same


class Settings:
    def __init__(self):
        self.width = 3
        self.height = 4
        self.name = "shared"


shared = Settings()


def work(number):
    total = 0
    for _ in range(10000000):
        total += shared.width + shared.height
    return total


run_same(work, 70000000)
