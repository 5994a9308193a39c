# oracle: python3
"""Loops over pairs that are unpacked at once: what they bind, and that the pair itself is there when it is wanted."""

import sys

print([(a, b) for a, b in enumerate("xyz", 5)])
print([(a, b) for a, b in enumerate("xy", sys.maxsize)])
print([(a, b) for a, b in enumerate("xy", 2**62 - 2)])
print([(a, b) for a, b in zip("xyz", [1, 2])])
print([(a, b) for a, b in {"k": 1, "l": 2}.items()])
print([(a, b, c) for a, b, c in zip("xy", [1, 2], (3, 4))])
print([pair for pair in zip("xy", [1, 2])])


def targets():
    for first, *rest in zip("xy", [1, 2]):
        print(first, rest)
    for pair in enumerate("x"):
        a, b = pair
        print(pair, a, b)
    for a, a in enumerate("xy"):
        print(a)
    for (a, b), (c, d) in zip(enumerate("xy"), enumerate("zw")):
        print(a, b, c, d)
    for [a, b] in {1: 2}.items():
        print(a, b)
    box = [None, None]
    for box[0], box[1] in zip("pq", "rs"):
        print(box)
    global one, two
    for one, two in zip("p", "q"):
        pass
    print(one, two)


targets()


def cells():
    functions = []
    for a, b in zip([1, 2], [3, 4]):
        functions.append(lambda: (a, b))
    return [function() for function in functions]


print(cells())


class Numbered(enumerate):
    def __next__(self):
        index, item = super().__next__()
        return item, index


class Both(zip):
    def __next__(self):
        return "only"


print([(a, b) for a, b in Numbered("xy")])
for wrong in (Both("x", "y"), zip("x"), zip("x", "y", "z"), enumerate(iter(lambda: 1 / 0, 1))):
    try:
        for a, b in wrong:
            print(a, b)
    except (ValueError, ZeroDivisionError) as error:
        # 3.14 says how many there were.
        print(type(error).__name__, str(error).partition(" (")[0])
try:
    for a, b in zip("xy", "x", strict=True):
        print(a, b)
except ValueError as error:
    print(error)
numbers = {1: 1, 2: 2}
try:
    for key, value in numbers.items():
        numbers[key + 10] = value
except RuntimeError as error:
    print(error, key, value)

# The longer iterator has lost an item when the shorter ends, if it comes first.
first, second = iter("abc"), iter("d")
for a, b in zip(first, second):
    print(a, b)
print(list(first), list(second))


def generator():
    for a, b in enumerate("xy"):
        got = yield a, b
        if got:
            return got


print(list(generator()))


print(sum(a * b for _ in range(2000) for a, b in zip(range(50), [[n] for n in range(50)]) for b in b))
