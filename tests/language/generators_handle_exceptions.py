# oracle: python3
"""What a generator's body handles, and what its caller handles, while the two resume and throw; scope of `global` under exec."""

import sys


def handles():
    try:
        yield
    except Exception:
        print("inside", sys.exc_info()[1])
        yield
        print("inside", sys.exc_info()[1])
        yield
    print("behind", sys.exc_info()[1])
    yield
    print("again", sys.exc_info()[1])
    yield


# The caller handles the very exception that it throws.
g = handles()
next(g)
try:
    raise ValueError("first")
except ValueError as error:
    g.throw(error)
    print("caller", sys.exc_info()[1])
next(g)
try:
    raise KeyError("second")
except KeyError:
    next(g)
    print("caller", sys.exc_info()[1])
next(g)
print("caller", sys.exc_info()[1])


def raises(error):
    try:
        yield
    finally:
        raise error


def chain(error):
    while error is not None:
        yield repr(error)
        error = error.__context__


# What the caller handles is no context of what it throws.
try:
    raise Exception(1)
except Exception:
    for generator in (raises(Exception(3)), handles()):
        next(generator)
        try:
            generator.throw(Exception(2))
        except Exception as error:
            print(*chain(error))
    finished = handles()
    finished.close()
    try:
        finished.throw(Exception(4))
    except Exception as error:
        print(*chain(error))


class Broken:
    def __iter__(self):
        return self

    def __next__(self):
        return 1

    def __getattr__(self, name):
        1 / 0


def delegates():
    yield from Broken()


unraisable = []
sys.unraisablehook = lambda arguments: unraisable.append(arguments.exc_type)
g = delegates()
next(g)
g.close()
print(unraisable)


class Invalid:
    def __aiter__(self):
        return self

    def __anext__(self):
        return self

    def __await__(self):
        1 / 0


async def loops():
    async for _ in Invalid():
        pass


try:
    loops().send(None)
except TypeError as error:
    print(error, repr(error.__cause__))

# A function's `global` says what the module's own uses of the name mean.
local, outer = {}, {}
exec("def f():\n  y = 1\n  def g():\n    global y\n    return y\n  return g\ny = 9\nz = f()()", outer, local)
print(sorted(local), outer["y"], local["z"])


class Keyworded(tuple):
    def __init__(self, items, more=None):
        self.more = more


class KeywordedFloat(float):
    def __init__(self, value, more=None):
        self.more = more


class MadeWithKeywords(list):
    def __new__(cls, items, more=None):
        made = super().__new__(cls, items)
        made.more = more
        return made


for made in Keyworded([1, 2], more=3), KeywordedFloat(2, more=3), MadeWithKeywords([4], more=3):
    print(type(made).__name__, made, made.more)
for made in tuple, float, list, frozenset:
    try:
        type("Plain", (made,), {})([], argument=())
    except TypeError as error:
        print("TypeError")
