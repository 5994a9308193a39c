# oracle: asserts
# timeout: 60
"""Unbounded recursion of every kind ends in RecursionError (or a refusal to compile), never in a crash."""

import sys


def expect(function, *kinds):
    for _ in range(2):
        try:
            function()
        except kinds or RecursionError:
            continue
        raise AssertionError(f"{function.__name__} ended without an error")


def plain():
    return plain()


def by_lambda():
    f = lambda: f()
    f()


class Attribute:
    def __getattr__(self, name):
        return getattr(self, name + "x")


class Compare:
    def __eq__(self, other):
        return self == other

    def __lt__(self, other):
        return sorted([self, other])

    def __hash__(self):
        return hash(self)

    def __repr__(self):
        return f"<{self!r}>"

    def __len__(self):
        return len(self)

    def __iter__(self):
        return iter(self)

    def __call__(self):
        return self()

    def __getitem__(self, key):
        return self[key]

    def __add__(self, other):
        return self + other

    def __bool__(self):
        return not self

    def __contains__(self, item):
        return item in self

    @property
    def itself(self):
        return self.itself

    def __del__(self):
        pass


def generator():
    yield from generator()


def deep_repr():
    value = []
    for _ in range(100_000):
        value = [value]
    repr(value)


def deep_compare():
    left, right = [], []
    for _ in range(100_000):
        left, right = [left], [right]
    left == right


def deep_hash():
    value = ()
    for _ in range(100_000):
        value = (value,)
    hash(value)


def mapped():
    list(map(lambda _: mapped(), [1]))


def sorting():
    sorted([1, 2], key=lambda _: sorting())


def handler():
    try:
        handler()
    finally:
        handler()


def constructor():
    class Again:
        def __init__(self):
            Again()

    Again()


thing = Compare()
for function in (plain, by_lambda, lambda: Attribute().name, lambda: thing == thing, lambda: thing < thing, lambda: hash(thing),
                 lambda: repr(thing), lambda: len(thing), lambda: thing(), lambda: thing[0], lambda: thing + 1, lambda: bool(thing),
                 lambda: 1 in thing, lambda: thing.itself, lambda: list(generator()), deep_repr, deep_compare, mapped,
                 sorting, constructor):
    expect(function)
expect(lambda: iter(thing), RecursionError)
for source in ("(" * 10_000 + ")" * 10_000, "[" * 5000 + "]" * 5000, "-" * 100_000 + "1", "x" + ".x" * 100_000 + "(",
               "if 1:\n" + "".join(" " * depth + "if 1:\n" for depth in range(1, 200)), "lambda: " * 5000 + "("):
    expect(lambda: compile(source, "deep", "exec"), SyntaxError, MemoryError, RecursionError)
for source in ("+".join(["1"] * 500), "not " * 50 + "1", "[" * 80 + "]" * 80):
    compile(source, "wide", "exec")

sys.setrecursionlimit(400)
depth = 0


def count():
    global depth
    depth += 1
    count()


expect(count)
assert 200 < depth / 2 <= 400, depth
try:
    sys.setrecursionlimit(0)
except ValueError:
    pass
else:
    raise AssertionError("a limit of zero was taken")
print("ok")
