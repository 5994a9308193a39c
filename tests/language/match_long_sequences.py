# oracle: python3
# Sequence patterns with `*_`: the middle is not looked at, so it may be as long as it likes.


class Items:
    """A sequence that shows what is asked of it."""

    def __init__(self, count):
        self.count = count

    def __len__(self):
        return self.count

    def __getitem__(self, index):
        print("  item", index)
        return index


import collections.abc
collections.abc.Sequence.register(Items)


def describe(subject):
    match subject:
        case []:
            return "empty"
        case [0, *_, 999_999_999 as last]:
            return f"long, last {last}"
        case [first, _, third, *_, 7, before, _]:
            return first, third, before
        case [*_, [one, *_, two], 5]:
            return one, two
        case [1 | 2 as one, *_]:
            return "one or two", one
        case [*_]:
            return "others"


print(describe(range(10**9)))
print(describe([]))
print(describe([4, 5, 6, 0, 7, 8, 9]), describe((4, 5, 6, 7, 8, 9)))
print(describe([3, [1, 2, 3], 5]), describe([[1, 2], 5]), describe([[1], 5]))
print(describe([2]), describe([9, 9]))
for count in (0, 1, 2, 6, 8):
    print(describe(Items(count)))
