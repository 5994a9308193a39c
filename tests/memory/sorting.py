# oracle: asserts
# stress: long
# timeout: 120
"""What a sort holds lives through collections, is ordered as documented, and its memory comes back."""

import gc
import random

from _resident import resident, settle

random.seed(5)


def check(values, key=None):
    """Against a sort of pairs by insertion of numbers, which are compared last."""
    keys = [value if key is None else key(value) for value in values]
    for reverse in (False, True):
        got = sorted(values, key=key, reverse=reverse)
        numbered = [(keys[place], -place if reverse else place, place) for place in range(len(values))]
        numbered.sort()
        if reverse:
            numbered.reverse()
        expected = [values[place] for _, _, place in numbered]
        assert len(got) == len(expected)
        assert all(a is b or a == b for a, b in zip(got, expected)), (key, reverse)


edges = [0, 1, -1, 2**31 - 1, 2**31, -(2**31), -(2**31) - 1, 2**32, -(2**32), 2**59, -(2**59), 2**62, -(2**62), 2**64]
check(edges * 3)
check([edge for edge in edges if -(2**31) <= edge < 2**31] * 40)
check([edge for edge in edges if abs(edge) < 2**60] * 40)
check([random.randrange(-(2**31), 2**31) for _ in range(40_000)])
check([random.randrange(100) for _ in range(40_000)])
check([random.random() - 0.5 for _ in range(3000)])
check([str(random.randrange(10**6)) for _ in range(3000)])
check([str(number) + "\u2603" for number in range(300)])
check([[number % 7] for number in range(1000)], key=lambda item: item[0])
check([(number % 10, str(number)) for number in range(3000)], key=lambda item: (item[0], item[1]))
check([])
check([3])
assert repr(sorted([True, 2, False, 1])) == "[False, True, 1, 2]"


def collecting(item):
    if item[0] % 50 == 0:
        gc.collect()
    return [item[0], "text %d" % item[0]]


items = [[random.randrange(1000), object()] for _ in range(400)]
copy = list(items)
items.sort(key=collecting)
assert [item[0] for item in items] == sorted(item[0] for item in copy)
assert {id(item) for item in items} == {id(item) for item in copy}


def failing(item):
    if item == 700:
        raise KeyError(item)
    return str(item)


numbers = list(range(1000, 0, -1))
try:
    numbers.sort(key=failing)
except KeyError:
    assert numbers == list(range(1000, 0, -1))
else:
    raise AssertionError("the key's exception was lost")


class Uncomparable:
    def __init__(self, number):
        self.number = number

    def __lt__(self, other):
        if self.number == 500:
            raise ValueError
        return self.number < other.number


objects = [Uncomparable(number) for number in range(1000, 0, -1)]
before = list(objects)
try:
    objects.sort()
except ValueError:
    assert objects == before
else:
    raise AssertionError("the comparison's exception was lost")

changed = list(range(100))


def change(item):
    changed.append(item)
    return item


try:
    changed.sort(key=change)
except ValueError:
    assert changed == list(range(100))
else:
    raise AssertionError("the change was not noticed")

base = settle()
for _ in range(3):
    sorted(range(60_000, 0, -1), key=lambda number: (number % 100, number))
    sorted([float(number % 1000) for number in range(60_000)], reverse=True)
assert resident() < base + 64, (base, resident())
assert settle() < base + 24, (base, resident())
print("ok")
