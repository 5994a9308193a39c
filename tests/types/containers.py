# oracle: python3
"""list, tuple, dict, set, frozenset, range, slice, and the views and iterators of them."""

l = [3, 1, 2]
l.append(4)
l.extend((5, 6))
l.insert(1, "x")
l.insert(-100, "first")
l.insert(100, "last")
print(l, l.pop(), l.pop(0), l.pop(1), l.index(4), l.count(5), len(l))
l.remove(5)
l.sort(reverse=True)
print(l, sorted(l), l[::-1], l + [0], l * 2, [0] * 3, l == [6, 4, 3, 2, 1], [1, 2] < [1, 2, 0], 3 in l)
l.reverse()
print(l, l.copy() is l, list("ab"), list(range(3)), min(l), max(l), sum(l))
nested = [[]]
nested[0].append(nested)
print(nested, [[1, [2]], (3,), {4: [5]}])
l.clear()
print(l, bool(l), [1, 2, 3].index(2, 1), [None] * 2, [1, "a", None, 2.5])
people = [("bob", 3), ("ann", 3), ("cid", 1)]
print(sorted(people, key=lambda p: p[1]), sorted(people, key=lambda p: (-p[1], p[0])), sorted([3, 1.5, True]))


class Compare:
    def __init__(self, v):
        self.v = v

    def __lt__(self, other):
        return self.v < other.v


print([c.v for c in sorted([Compare(3), Compare(1), Compare(2)])])
big = [(i * 7919) % 1009 for i in range(1009)]
assert sorted(big) == list(range(1009))
assert sorted(big, key=lambda v: -v) == list(range(1008, -1, -1))
t = (1, 2, 3)
print(t + (4,), t * 2, t[1:], t.index(2), t.count(1), hash(t) == hash((1, 2, 3)), t < (1, 3), (), (1,), tuple("ab"))

d = {"a": 1, "b": 2}
d["c"] = 3
d |= {"d": 4}
d.update(e=5, **{"f": 6})
d.update([("g", 7)])
print(d, d.pop("a"), d.popitem(), d.get("zz"), d.get("zz", 0), d.setdefault("b", 9), d.setdefault("n", 9), len(d), "b" in d)
del d["b"]
print(list(d), list(d.values()), list(d.items()), list(reversed(d)), d == dict(d), d | {"x": 1}, {**d})
print(d.keys() & {"c", "zz"}, d.keys() - {"c"} == {"d", "e", "f", "n"}, ("c", 3) in d.items(), d.keys() == set(d))
print(dict.fromkeys("ab", 0), dict([(1, 2)]), dict(a=1), {1: "int", 1.0: "float", True: "bool"}, {(1, 2): 3}[1, 2])
for key in list(d):
    if key > "d":
        del d[key]
d["again"] = 1
print(d)
try:
    for key in d:
        d[key + "x"] = 1
except RuntimeError as error:
    print(error)
try:
    {[]: 1}
except TypeError as error:
    print(type(error).__name__)
try:
    {}["missing"]
except KeyError as error:
    print(error, error.args)
large = {i: str(i) for i in range(1000)}
for i in range(0, 1000, 2):
    del large[i]
assert list(large) == list(range(1, 1000, 2)) and large[501] == "501"

s = {1, 2, 3}
s.add(4)
s.discard(9)
s.remove(1)
print(sorted(s), sorted(s | {9}), s & {2, 9}, sorted(s - {2}), sorted(s ^ {2, 9}), s <= {2, 3, 4, 5}, s < s, s >= {2}, s.isdisjoint({7}), len(s))
s |= {5}
s &= {2, 3, 5}
s -= {2}
s ^= {3, 8}
print(sorted(s), s == {5, 8}, set(), frozenset([1]), hash(frozenset([1, 2])) == hash(frozenset([2, 1])), {frozenset()})
print(set("hello") == set("olleh"), {1, 1.0, True}, set([3]).pop(), s.union([1], (2,)) == {1, 2, 5, 8}, s.copy() == s)
try:
    set().pop()
except KeyError as error:
    print(error)
print(sorted(set(range(100)) - set(range(0, 100, 3)))[:10], frozenset("ab") | {"c"} == {"a", "b", "c"})

r = range(2, 20, 3)
print(r, list(r), len(r), r[2], r[-1], r[1:3], 8 in r, 9 in r, r.index(8), r == range(2, 19, 3), r.start, r.stop, r.step)
print(list(range(5, 0, -2)), list(reversed(range(4))), bool(range(0)), range(10**20)[10**19], len(range(0, -10, -3)), hash(range(3)) == hash(range(0, 3, 1)))
print(slice(1, 2), slice(None, 5, 2).indices(3), slice(-1, None, -1).indices(5), [1, 2, 3][slice(0, 2)])
print(list(enumerate("ab", 5)), list(zip([1, 2], "ab", (3, 4))), list(map(pow, [2, 3], [3, 2])), list(filter(None, [0, 1, "", "a"])))
try:
    list(zip([1], [1, 2], strict=True))
except ValueError as error:
    print(error)
it = iter([1, 2, 3])
print(next(it), list(it), next(it, "over"), list(iter(iter([4, 5]).__next__, 5)), it.__length_hint__())
for bad in (lambda: [][0], lambda: [1].index(2), lambda: (1, 2)[5], lambda: [1, 2]["a"], lambda: [3, "a"].sort(), lambda: [1].pop(9),
            lambda: range(1, 2, 0), lambda: [0] * "a", lambda: [].remove(1), lambda: {1: 2}.pop(3), lambda: iter(5), lambda: len(iter([])),
            lambda: next(iter([])), lambda: [1] + (1,), lambda: {1} + {2}, lambda: (1).x, lambda: slice(1).indices(-1)):
    try:
        print(bad())
    except Exception as error:
        print(type(error).__name__)
a = [1, 2, 3, 4, 5, 6]
a[1:3] = []
a[::2] = ["x", "y"]
a[len(a):] = [7]
a += "bc"
a *= 2
del a[-3:]
print(a)
first, *rest = {"k": 1, "l": 2}.items()
print(first, rest, [*{1: 2}], {**{}}, any({}), all({"": 0}))
