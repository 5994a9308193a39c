# oracle: python3
"""Sets and frozensets: operators, methods, comparison, hashing, errors. Contents are printed in order."""


def show(function):
    try:
        result = function()
        print(sorted(result, key=repr) if isinstance(result, (set, frozenset)) else result)
    except Exception as error:
        text = "" if "unhashable" in str(error) else error
        print(type(error).__name__, text)


for kind in (set, frozenset):
    a, b = kind("abcd"), kind("cdef")
    for function in (
        lambda: a | b, lambda: a & b, lambda: a - b, lambda: a ^ b, lambda: a | set("xy"), lambda: a & {"a"},
        lambda: a.union("xy", [1]), lambda: a.intersection("abx", "ay"), lambda: a.difference("a", "b"),
        lambda: a.symmetric_difference("ax"), lambda: a.union(), lambda: a.intersection(), lambda: a.copy(),
        lambda: a.isdisjoint("xyz"), lambda: a.isdisjoint("xa"), lambda: a.issubset("abcdef"), lambda: a.issuperset("ab"),
        lambda: a <= b, lambda: a < kind("abcde"), lambda: a >= kind("ab"), lambda: a > a, lambda: a == set("dcba"),
        lambda: a != frozenset("abcd"), lambda: "a" in a, lambda: "z" in a, lambda: len(a),
        lambda: a | "x", lambda: "x" & a, lambda: a - [1], lambda: a < "abc", lambda: a.union(5), lambda: a.issubset(5),
        lambda: kind([[]]), lambda: [] in a, lambda: kind(1), lambda: kind(1, 2), lambda: kind(x=1),
        lambda: type(a | b).__name__, lambda: type(a.union(b)).__name__, lambda: repr(kind()), lambda: repr(kind([1])),
        lambda: kind([1, 1.0, True, 2]), lambda: kind[int], lambda: bool(kind()), lambda: bool(kind([0])),
    ):
        show(function)

print(type({1} | frozenset([2])).__name__, type(frozenset([1]) | {2}).__name__, {1} == frozenset([1]))
print(hash(frozenset([1, 2, 3])) == hash(frozenset([3, 2, 1])), frozenset([1, 2]) in {frozenset([2, 1])}, {1} in {frozenset([1])})
show(lambda: hash({1}))
show(lambda: {{1}})
print(hash(frozenset()) == hash(frozenset([])), frozenset(frozenset("a")) == {"a"})


def edited(items, edit):
    items = set(items)
    edit(items)
    return items


for edit in (
    lambda s: s.add("z"), lambda s: s.add("a"), lambda s: s.remove("a"), lambda s: s.remove("q"), lambda s: s.discard("q"),
    lambda s: s.discard("a"), lambda s: s.update("xy", [1]), lambda s: s.intersection_update("ab", "a"),
    lambda s: s.difference_update("a", "bq"), lambda s: s.symmetric_difference_update("axx"), lambda s: s.clear(),
    lambda s: s.__ior__({"w"}), lambda s: s.__iand__({"a"}), lambda s: s.__isub__({"a"}), lambda s: s.__ixor__({"a", "w"}),
    lambda s: s.__isub__(s), lambda s: s.__ixor__(s), lambda s: s.__iand__(s), lambda s: s.__ior__(s),
    lambda s: s.add([]), lambda s: s.remove([]), lambda s: s.remove({1}), lambda s: s.update(5), lambda s: s.update({"k": 1}),
    lambda s: s.difference_update(5), lambda s: s.symmetric_difference_update([[]]),
):
    show(lambda: edited("abc", edit))
nested = {frozenset([1])}
nested.remove({1})
print(nested)
show(lambda: set().pop())
drained = set(range(100))
print(sorted(drained.pop() for _ in range(100)) == list(range(100)), drained)


def grow():
    numbers = {1}
    for number in numbers:
        numbers.add(number + 1)


show(grow)
print(sorted(iter({3, 1, 2})), iter({1, 2}).__length_hint__(), [x for x in set()])


class Clash:
    def __init__(self, name):
        self.name = name

    def __hash__(self):
        return 1

    def __eq__(self, other):
        return isinstance(other, Clash) and self.name == other.name

    def __repr__(self):
        return f"Clash({self.name})"


left, right = {Clash(n) for n in range(6)}, {Clash(n) for n in range(3, 9)}
print(sorted(map(repr, left & right)), len(left | right), len(left ^ right), sorted(map(repr, left - right)), left == right)
print(left <= left | right, left.isdisjoint(right), {Clash(1)} == {Clash(1)}, frozenset(left) == left)
left ^= right
print(sorted(map(repr, left)))
left &= {Clash(0)}
print(left)

big = set()
for number in range(5000):
    big.add(number)
    if number % 3 == 0:
        big.discard(number // 3)
expected = {n for n in range(5000) if n * 3 >= 5000 or n * 3 > 4999}
print(len(big), expected <= big)


class Sub(set):
    pass


class FrozenSub(frozenset):
    def __new__(cls, items=(), tag=None):
        self = super().__new__(cls, items)
        self.tag = tag
        return self


sub = Sub([1])
print(sub, type(sub | {2}).__name__, type(sub.copy()).__name__, FrozenSub([1], tag="t"), FrozenSub([1], tag="t").tag)
print(type(FrozenSub([1]) & {1}).__name__, hash(FrozenSub([1])) == hash(frozenset([1])), {FrozenSub([1]): 2}[frozenset([1])])
