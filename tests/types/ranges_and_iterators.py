# oracle: python3
"""Ranges, slices, tuples, and the builtin iterators."""


def show(function):
    try:
        print(function())
    except Exception as error:
        text = "" if "unhashable" in str(error) or "is not iterable" in str(error) else error
        print(type(error).__name__, text)


big = 10**20
for function in (
    lambda: range(5), lambda: range(1, 10, 3), lambda: range(0), lambda: range(5, 0, -2), lambda: list(range(5, 0, -2)),
    lambda: range(), lambda: range(1, 2, 0), lambda: range("a"), lambda: range(1.5), lambda: range(1, 2, 3, 4), lambda: range(a=1),
    lambda: len(range(big)), lambda: bool(range(big)), lambda: range(big)[big - 1], lambda: range(big)[-1], lambda: range(big)[big],
    lambda: list(range(big, big + 3)), lambda: list(reversed(range(big, big + 6, 2))), lambda: range(big)[5:10], lambda: range(10)[::-2],
    lambda: range(10)[3:100], lambda: range(10)["a"], lambda: 3 in range(5), lambda: 7 in range(1, 10, 3), lambda: 3.0 in range(5),
    lambda: "a" in range(5), lambda: big in range(big + 1), lambda: range(5).index(3), lambda: range(5).index(9), lambda: range(5).count(2),
    lambda: range(5).index("a"), lambda: range(0, 3, 2) == range(0, 4, 2), lambda: range(1) == [0], lambda: hash(range(0)) == hash(range(2, 1)),
    lambda: hash(range(0, 3, 2)) == hash(range(0, 4, 2)), lambda: range(5).start, lambda: range(2, 9, 3).step, lambda: range(5) < range(6),
    lambda: list(reversed(range(0))), lambda: len(range(-5, 5, 3)), lambda: list(range(2**62 - 2, 2**62 + 1)), lambda: True in range(2),
    lambda: [*range(3)], lambda: sum(range(1000)), lambda: range(2**61, 2**62, 2**61).__reduce__()[1], lambda: iter(range(5)).__length_hint__(),
    lambda: type(iter(range(5))).__name__, lambda: type(iter(range(big))).__name__,
    lambda: slice(1, 2), lambda: slice(5), lambda: slice(), lambda: slice(1, 2, 3, 4), lambda: slice(1, 2, 3).indices(10),
    lambda: slice(None, None, -1).indices(5), lambda: slice(-3, None).indices(2), lambda: slice(1, 2).indices(-1), lambda: slice(1, 2, 0).indices(3),
    lambda: slice(-big, big, big).indices(5), lambda: slice(big).indices(2 * big), lambda: slice("a").indices(5), lambda: slice(1, 2) == slice(1, 2, None),
    lambda: slice(1, 2) < slice(1, 3), lambda: slice(1).start,
    lambda: (1, 2) + (3,), lambda: (1,) * 3, lambda: 2 * (1, 2), lambda: (1,) * -1, lambda: (1, 2, 3)[::-1], lambda: (1, 2, 3)[1:], lambda: (1,)[5],
    lambda: (1,)["a"], lambda: (1, 2, 1).count(1), lambda: (1, 2, 1).index(1, 1), lambda: (1, 2).index(5), lambda: (1,) + [2], lambda: (1,) * "a",
    lambda: tuple("abc"), lambda: tuple(5), lambda: tuple([1], [2]), lambda: tuple(x for x in range(3)), lambda: (1, "a", (2,)), lambda: (1,),
    lambda: (1, 2) < (1, 2, 0), lambda: (1, 2) == (1.0, 2), lambda: (1, 2) == [1, 2], lambda: (1, "a") < (1, 2), lambda: hash((1, 2)) == hash((1.0, 2)),
    lambda: hash(([],)), lambda: (1, 2).__getnewargs__(), lambda: 2 in (1, 2), lambda: tuple[int, str],
    lambda: list(zip("abc", [1, 2])), lambda: list(zip()), lambda: list(zip("ab", "cd", strict=True)), lambda: list(zip("a", "bc", strict=True)),
    lambda: list(zip("ab", "c", strict=True)), lambda: list(zip("ab", "ab", "abc", strict=True)), lambda: zip("a", 5),
    lambda: list(map(pow, [2, 3], [3, 2])), lambda: list(map(str, [])), lambda: map(str), lambda: list(map(5, [1])), lambda: list(map(None, [1])),
    lambda: list(filter(None, [0, 1, "", "a"])), lambda: list(filter(lambda x: x > 1, [1, 2, 3])), lambda: filter(None), lambda: filter(None, 5),
    lambda: list(enumerate("ab")), lambda: list(enumerate("ab", big)), lambda: list(enumerate("ab", start=5)), lambda: enumerate(5),
    lambda: enumerate("a", "b"), lambda: next(enumerate("a", -1)), lambda: list(reversed("abc")), lambda: list(reversed((1, 2))), lambda: reversed({1}),
    lambda: reversed(), lambda: list(iter(iter([1, 2]))), lambda: next(iter([])), lambda: next(iter([]), "default"), lambda: next(5), lambda: iter(5),
    lambda: list(iter([1, 2, 0, 3].pop, 0)), lambda: iter(5, 1), lambda: [*zip(*[iter("abcdef")] * 2)],
):
    show(function)


class Sequence:
    def __len__(self):
        return 3

    def __getitem__(self, index):
        if index >= 3:
            raise IndexError
        return index * 10


print(list(Sequence()), list(reversed(Sequence())), 20 in Sequence(), 25 in Sequence(), iter(Sequence()).__length_hint__(), *Sequence())


class Iterator:
    def __init__(self, items):
        self.items = list(items)

    def __iter__(self):
        return self

    def __next__(self):
        if not self.items:
            raise StopIteration
        return self.items.pop(0)


print(list(Iterator("abc")), [*Iterator([1])], dict(Iterator([(1, 2)])), max(Iterator([3, 9])), "b" in Iterator("abc"), sum(Iterator([1, 2])))


class Odd:
    def __iter__(self):
        return 5


class Closed:
    __iter__ = None
    __contains__ = None

    def __getitem__(self, index):
        return index


show(lambda: iter(Odd()))
show(lambda: iter(Closed()))
show(lambda: 1 in Closed())


class Hinted:
    def __init__(self, hint):
        self.hint = hint

    def __iter__(self):
        return iter("ab")

    def __length_hint__(self):
        return self.hint


for hint in (5, -1, "a", NotImplemented, 0):
    show(lambda: list(Hinted(hint)))


class Truth:
    def __init__(self, value):
        self.value = value

    def __bool__(self):
        return self.value


class Length:
    def __init__(self, value):
        self.value = value

    def __len__(self):
        return self.value


for value in (True, False, 1, None):
    show(lambda: bool(Truth(value)))
for value in (0, 3, -1, "a", big, -big, True):
    show(lambda: bool(Length(value)))
    show(lambda: len(Length(value)))
for function in (lambda: len(5), lambda: 5[0], lambda: del_item(), lambda: {}.__getitem__(1), lambda: int["a"], lambda: hash([])):
    show(function)


def del_item():
    del (1, 2)[0]


show(del_item)


class Ordered:
    def __init__(self, answers):
        self.answers = answers

    def __lt__(self, other):
        return self.answers

    def __eq__(self, other):
        return NotImplemented

    __hash__ = None


class Derived(Ordered):
    def __gt__(self, other):
        return "derived"


print(Ordered(5) < 1, Ordered(NotImplemented) > Ordered(7), Ordered(1) < Derived(2), Ordered(1) == Ordered(1), Ordered(1) != 5)
show(lambda: Ordered(NotImplemented) < 5)
show(lambda: 5 <= Ordered(1))
show(lambda: hash(Ordered(1)))


class Hash:
    def __init__(self, value):
        self.value = value

    def __hash__(self):
        return self.value


for value in (5, -1, 2**61 - 1, 2**70, True, "a", 1.5):
    show(lambda: hash(Hash(value)))


def deep(depth):
    nested = []
    for _ in range(depth):
        nested = [nested]
    return nested


for function in (lambda: repr(deep(100000)), lambda: deep(100000) == deep(100000), lambda: hash(eval("(" * 50 + ")" * 50))):
    try:
        function()
        print("done")
    except RecursionError:
        print("RecursionError")
