# oracle: python3
"""Dicts and their views: construction, methods, order, comparison, iteration, errors."""


def show(function):
    try:
        print(function())
    except Exception as error:
        # The text for unhashable keys is younger than the oracle.
        text = "" if "unhashable" in str(error) else error
        print(type(error).__name__, text)


show(lambda: dict(a=1, b=2))
show(lambda: dict([("a", 1), ["b", 2]], c=3))
show(lambda: dict({"a": 1}, a=2))
show(lambda: dict([1]))
show(lambda: dict([(1, 2, 3)]))
show(lambda: dict(5))
show(lambda: dict(1, 2))
show(lambda: {**{"a": 1}, "b": 2, **{"a": 3}})
show(lambda: dict.fromkeys("abca", 0))
show(lambda: dict.fromkeys([1, 2]))
show(lambda: {[]: 1})
show(lambda: {}[[]])
show(lambda: {(1, []): 2})


class Mapping:
    def keys(self):
        return ["x", "y"]

    def __getitem__(self, key):
        return key * 2


show(lambda: dict(Mapping()))

d = {"a": 1, "b": 2, "c": 3}
print(d, len(d), "a" in d, "z" in d, d["b"], d.get("z"), d.get("z", 0))
show(lambda: d["z"])
show(lambda: d.pop("z"))
print(d.pop("z", "default"), d.setdefault("a", 9), d.setdefault("d", 4), d)
d["a"] = 10
del d["b"]
d["b"] = 20
print(list(d), list(d.values()), list(d.items()), list(reversed(d)), list(reversed(d.items())), list(reversed(d.values())))
print(d.popitem(), d.popitem(), d)
show(lambda: {}.popitem())
show(lambda: d.__delitem__("zz"))
d.update(x=1, y=2)
d.update([("z", 3)])
d.update({"x": 5})
print(d, d | {"q": 0}, {"q": 0} | d)
d |= {"w": 7}
d |= [("v", 8)]
print(d)
show(lambda: d | 5)
show(lambda: d < d)
show(lambda: hash(d))
show(lambda: d.update(5))
show(lambda: d.get())
print({1: "a", 2: "b"} == {2: "b", 1: "a"}, {1: 1} == {1: 2}, {1: 1} != {}, {1: 1.0} == {True: 1}, {} == [])
print({1: "int", 1.0: "float", True: "bool"}, {0: 1, False: 2, 0.0: 3}, {"a": 1}.get("a"))
print({2**61 - 1: 1, 0: 2}, {10**20: 1}[10**20], {1.5: 2}[1.5], {(1, "a"): 3}[1, "a"], {None: 1}[None], {b"x": 2}[b"x"])

view = d.keys()
print(view & {"x", "nope"}, sorted(view | {"nope"}), sorted(view - {"x"}), sorted(view ^ {"x", "nope"}))
print(view.isdisjoint(["q"]), view.isdisjoint(["x"]), "x" in view, len(view), view == set(d), view >= {"x"}, {"x"} < view)
items = d.items()
print(("x", 5) in items, ("x", 6) in items, 5 in items, items & {("x", 5)}, sorted(items - {("x", 5)})[:2])
print(sorted(["x", "p"] & view), sorted({"p"} | view)[:2], {1: 2}.keys() == {1: 3}.keys(), {1: 2}.items() == {1: 2}.items())
show(lambda: view & 5)
show(lambda: {1: []}.items() | set())
print(d.values(), type(d.values() == d.values()).__name__, {}.keys(), {}.items(), {}.values())
print(view.mapping == d, type(view.mapping).__name__)
show(lambda: view.mapping.__setitem__("a", 1))


def grow():
    numbers = {1: 1}
    for key in numbers:
        numbers[key + 1] = 0


def shrink():
    numbers = {1: 1, 2: 2}
    for key in numbers:
        del numbers[key]


def replace():
    numbers = {1: 1, 2: 2}
    for key in numbers:
        numbers[key] = -key
    return numbers


show(grow)
show(shrink)
show(replace)
iterator = iter({1: 1, 2: 2})
print(next(iterator), iterator.__length_hint__(), list(iterator), list(iterator), iterator.__reduce__()[1])

recursive = {}
recursive["self"] = recursive
recursive["items"] = recursive.items()
print(recursive)


class Default(dict):
    def __missing__(self, key):
        return f"no {key}"


default = Default(a=1)
show(lambda: default["a"] + 1)
show(lambda: default["b"])
show(lambda: default.get("b"))
print(type(default.copy()).__name__, type(default | {}).__name__, type(Default.fromkeys("ab")).__name__, dict(default), default)

count = 20000
big = {}
for number in range(count):
    big[number] = str(number)
for number in range(0, count, 2):
    del big[number]
assert len(big) == count // 2 and all(big[n] == str(n) for n in range(1, count, 2))
assert not any(n in big for n in range(0, count, 2)) and list(big) == list(range(1, count, 2))
while len(big) > 3:
    big.popitem()
print(big)
queue = {}
for number in range(count):
    queue[number] = None
    if len(queue) > 10:
        del queue[next(iter(queue))]
print(list(queue))


class Clash:
    def __init__(self, name):
        self.name = name

    def __hash__(self):
        return 7

    def __eq__(self, other):
        return isinstance(other, Clash) and self.name == other.name


clashes = {Clash(n): n for n in range(20)}
print([clashes[Clash(n)] for n in range(20)] == list(range(20)), Clash(99) in clashes, 7 in clashes)


class Explosive:
    def __hash__(self):
        return hash("bang")

    def __eq__(self, other):
        raise RuntimeError("compared")


show(lambda: {"bang": 1}[Explosive()])
show(lambda: {Explosive(): 1}["bang"])
print(dict[str, int], bool({}), bool({0: 0}))
for letters in ("abc", ""):
    print({letter: ord(letter) for letter in letters})
