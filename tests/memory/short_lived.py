# oracle: asserts
# stress: long
# timeout: 120
"""Many short-lived objects of each common kind: memory stays near where it was."""

from _resident import resident, settle

ROUNDS = 300_000


class Plain:
    def __init__(self, value):
        self.value = value


class Slotted:
    __slots__ = ("value",)

    def __init__(self, value):
        self.value = value


def generator():
    yield 1


KINDS = {
    "float": lambda i: i * 1e300,
    "big int": lambda i: i + (1 << 80),
    "str": lambda i: "text %d" % i,
    "wide str": lambda i: "\u2603" + str(i),
    "bytes": lambda i: b"%d bytes" % i,
    "list": lambda i: [i, i],
    "grown list": lambda i: [i].append(i),
    "tuple": lambda i: (i, i),
    "dict": lambda i: {i: i, "k": i},
    "set": lambda i: {i, i + 1},
    "instance": lambda i: Plain(i),
    "slots": lambda i: Slotted(i),
    "bound method": lambda i: Plain(i).__init__,
    "closure": lambda i: lambda: i,
    "generator": lambda i: next(generator()),
    "exception": lambda i: ValueError(i),
    "slice": lambda i: slice(i, i + 1),
    "range": lambda i: iter(range(i, i + 5)),
    "complex": lambda i: complex(i, i),
    "bytearray": lambda i: bytearray(100),
    "nested": lambda i: [[i], {"a": [i]}, (i, [i])],
    "large list": lambda i: [0] * 1000 if i % 50 == 0 else None,
}

for kind, make in KINDS.items():
    for i in range(2000):
        make(i)
settle()
base = resident()
for kind, make in KINDS.items():
    for i in range(ROUNDS // 20 if "large" in kind else ROUNDS // 3):
        make(i)
    assert resident() < base + 100, (kind, base, resident())
after = settle()
assert after < base + 48, (base, after)
print("ok")
