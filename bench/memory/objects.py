"""Bytes of resident memory for each object of the common kinds, in a list that holds many of them.

Prints a line for each kind: its name, a tab, the bytes. The list's own eight bytes for each item are subtracted.
"""

import gc

COUNT = 300_000


class Plain:
    def __init__(self, a, b):
        self.a = a
        self.b = b


class Slotted:
    __slots__ = ("a", "b")

    def __init__(self, a, b):
        self.a = a
        self.b = b


KINDS = [
    ("int", lambda i: i + 1000),
    ("float", lambda i: i + 0.5),
    ("str of 10", lambda i: "%010d" % i),
    ("tuple of 2", lambda i: (i, i)),
    ("list of 2", lambda i: [i, i]),
    ("list of 0", lambda i: []),
    ("dict of 3", lambda i: {"a": i, "b": i, "c": i}),
    ("dict of 0", lambda i: {}),
    ("set of 3", lambda i: {i, i + 1, i + 2}),
    ("instance, 2 attributes", lambda i: Plain(i, i)),
    ("instance, 2 slots", lambda i: Slotted(i, i)),
    ("closure", lambda i: lambda: i),
    ("object", lambda i: object()),
]


def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096


def measure(make):
    items = [None] * COUNT
    gc.collect()
    before = resident()
    for index in range(COUNT):
        items[index] = make(index)
    gc.collect()
    return (resident() - before) / COUNT


for name, make in KINDS:
    print("%s\t%.1f" % (name, measure(make)))
