# oracle: python3
"""Lists: construction, slices, methods, sorting, comparison, errors."""


def show(function):
    try:
        print(function())
    except Exception as error:
        # The text for a missing item is younger than the oracle.
        text = "" if "not in list" in str(error) else error
        print(type(error).__name__, text)


def edited(items, edit):
    items = list(items)
    edit(items)
    return items


def set_slice(part, values):
    def edit(items):
        items[part] = values

    return edit


def delete(part):
    def edit(items):
        del items[part]

    return edit


digits = list(range(10))
for part in (
    slice(None), slice(2, 5), slice(-3, None), slice(None, None, 2), slice(None, None, -1), slice(8, 2, -3),
    slice(5, 2), slice(100, 200), slice(-100, 3), slice(3, -100, -1), slice(1, 9, 4),
):
    print(part, digits[part], edited(digits, delete(part)))
    show(lambda: edited(digits, set_slice(part, [0] * len(digits[part]))))
    show(lambda: edited(digits, set_slice(part, "abc")))
show(lambda: edited(digits, set_slice(slice(0, 3), 5)))
show(lambda: edited(digits, set_slice(slice(0, 9, 2), 5)))
show(lambda: edited([1, 2, 3], lambda items: set_slice(slice(1, 2), items)(items)))
show(lambda: digits[::0])
show(lambda: digits["a"])
show(lambda: digits[1.5:])
show(lambda: digits[10])
show(lambda: digits[-11])
show(lambda: digits[10**30])
show(lambda: digits[-(10**30) : 10**30])
show(lambda: edited(digits, lambda items: items.__setitem__(10, 1)))
show(lambda: edited(digits, delete(10)))

for edit in (
    lambda items: items.append(1),
    lambda items: items.insert(-100, "first"),
    lambda items: items.insert(100, "last"),
    lambda items: items.insert(-1, "before the last"),
    lambda items: items.extend(x * x for x in range(4)),
    lambda items: items.extend(items),
    lambda items: items.remove(5),
    lambda items: items.remove("absent"),
    lambda items: items.pop(3),
    lambda items: items.pop(100),
    lambda items: items.reverse(),
    lambda items: items.clear(),
    lambda items: items.__iadd__("xyz"),
    lambda items: items.__imul__(2),
    lambda items: items.__imul__(-1),
    lambda items: items.sort(key=lambda x: (x % 3, -x)),
    lambda items: items.sort(reverse=True),
):
    show(lambda: edited(digits, edit))
show(lambda: [].pop())
show(lambda: [1, 2, 1, 3, 1].index(1, 1))
show(lambda: [1, 2, 1, 3, 1].index(1, -1))
show(lambda: [1, 2, 1, 3, 1].index(1, 1, 2))
show(lambda: [1, 2, 1, 3, 1].index(4))
show(lambda: [1, 2, 1.0, True].count(1))
show(lambda: [1] + (2,))
show(lambda: [1] * "a")
show(lambda: [1] * 3 + 2 * [4, 5])
show(lambda: list(5))
show(lambda: list(1, 2))
show(lambda: list(a=1))
show(lambda: [].insert(1))
show(lambda: [].sort(1))
show(lambda: [].pop("a"))
show(lambda: hash([]))

print([1, 2] < [1, 3], [1, 2] < [1, 2, 0], [] < [0], [2] > [1, 5], [1] == [1.0], [1] != (1,), [1, 2] >= [1, 2])
show(lambda: [1] < ["a"])
show(lambda: [1] < (1,))
nan = float("nan")
print([nan] == [nan], nan in [nan], [float("nan")] == [float("nan")])

nested = [1]
nested.append(nested)
nested.append((nested, {"key": nested}))
print(nested)


class Numbered:
    def __init__(self, key, number):
        self.key, self.number = key, number

    def __lt__(self, other):
        return self.key < other.key


def is_stable(items):
    return all(
        (a.key, a.number) <= (b.key, b.number) for a, b in zip(items, items[1:])
    )


for count in (0, 1, 2, 31, 32, 33, 63, 64, 65, 200, 1000, 5000):
    mixed = [(i * 7919 + 13) % 997 for i in range(count)]
    print(count, sorted(mixed) == sorted(sorted(mixed, reverse=True)), sum(mixed) == sum(sorted(mixed)))
    for sample in (
        mixed,
        [x / 7 for x in mixed],
        [-x / 7 for x in mixed],
        [str(x) for x in mixed],
        [x if x % 2 else float(x) for x in mixed],
        [(x % 5, x) for x in mixed],
        sorted(mixed) + mixed[:5],
        sorted(mixed, reverse=True),
        [x + 2**62 for x in mixed],
        [chr(0x3B1 + x % 40) + str(x) for x in mixed],
    ):
        done = sorted(sample)
        assert all(a <= b for a, b in zip(done, done[1:]))
        assert sorted(sample, reverse=True, key=lambda x: x) == sorted(sample, reverse=True)
        assert sorted(done) == done
    objects = [Numbered(key % 7, number) for number, key in enumerate(mixed)]
    assert is_stable(sorted(objects))
    down = sorted(objects, reverse=True)
    assert [o.number for o in down if o.key == 3] == [o.number for o in objects if o.key == 3]


def interfere(items):
    def key(item):
        items.append(item)
        return item

    items.sort(key=key)


show(lambda: edited([3, 1, 2], interfere))
items = [3, 1, "a", 2]
show(lambda: items.sort())
print(len(items))
seen = []
items = [2, 1]
items.sort(key=lambda x: seen.append(len(items)) or x)
print(items, seen)

iterator = iter([1, 2, 3])
print(next(iterator), iterator.__length_hint__(), list(iterator), list(iterator), iterator.__length_hint__())
iterator = reversed([1, 2, 3])
print(next(iterator), iterator.__length_hint__(), list(iterator), list(iterator))
growing = [0]
for item in growing:
    if item < 5:
        growing.append(item + 1)
print(growing)
iterator = iter([1, 2, 3])
iterator.__setstate__(2)
print(list(iterator), iter([1]).__reduce__()[1:], type(iterator).__name__, type(reversed([])).__name__)

first, *middle, last = range(6)
print(first, middle, last)
for count in (2, 4):
    try:
        if count == 2:
            a, b = iter(range(3))
        else:
            a, b, c, d = range(3)
    except ValueError as error:
        print(error)


class Sub(list):
    def __init__(self, *args, tag=None):
        super().__init__(*args)
        self.tag = tag


sub = Sub([1, 2], tag="x")
print(sub, sub.tag, type(sub[:]).__name__, type(sub + []).__name__, type(sub * 2).__name__, type(sub.copy()).__name__)
print(sub == [1, 2], isinstance(sub, list), Sub.__mro__[1].__name__, bool(Sub()), list[int], list[int](("a", "b")))
