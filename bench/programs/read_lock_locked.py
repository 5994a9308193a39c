"""All threads ask one lock whether it is locked."""

import threading

from _threads import run_same

lock = threading.Lock()


def work(number):
    count = 0
    for _ in range(10000000):
        if not lock.locked():
            count += 1
    return count


run_same(work, 10000000)
