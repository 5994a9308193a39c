# oracle: asserts
# timeout: 60
"""Recursion without end on eight threads at once, with small stacks too."""

import threading


def forever(n):
    return forever(n + 1) + 1


class Endless:
    def __repr__(self):
        return repr([self])


caught = []


def work():
    for _ in range(3):
        try:
            forever(0)
        except RecursionError:
            caught.append("calls")
        try:
            repr(Endless())
        except RecursionError:
            caught.append("repr")


for size in (0, 256 * 1024):
    threading.stack_size(size)
    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
threading.stack_size(0)
assert len(caught) == 2 * 8 * 3 * 2, len(caught)
print("ok")
