"""Chains of generators and coroutines that delegate to one another: what frames, tracebacks, states and values show at each level."""

import asyncio
import gc
import sys
import traceback
import weakref


class Thing:
    pass


# What each level shows while the innermost runs.


def leaf():
    frame = sys._getframe()
    names = []
    while frame:
        names.append(frame.f_code.co_name)
        frame = frame.f_back
    print("leaf got", (yield names))
    frame = sys._getframe(1)
    print(frame.f_code.co_name, sorted(frame.f_locals))
    print("leaf got", (yield 2))
    try:
        got = yield 3
    except KeyError as error:
        print("leaf caught", error)
        got = yield "caught"
    sys._getframe(2).f_locals["x"] = 99
    yield [sys._getframe(depth).f_lineno - top.__code__.co_firstlineno for depth in range(3)]
    print("running", MIDDLE.gi_running, TOP.gi_running, MIDDLE.gi_yieldfrom, TOP.gi_frame is not None)
    for generator in (MIDDLE, TOP):
        try:
            next(generator)
        except ValueError as error:
            print(error)
    yield 5
    raise LookupError("end")


def middle():
    local = "m"
    try:
        yield from LEAF
    finally:
        print("middle ends", local)


def top():
    x = 1
    try:
        yield from MIDDLE
    except LookupError as error:
        print("top", x, [frame.name for frame in traceback.extract_tb(error.__traceback__)])
    sent = yield 6
    print(sent, x)
    return 7


def outer():
    print("result", (yield from TOP))


LEAF, MIDDLE, TOP = leaf(), middle(), top()
o = outer()
print(next(o))
print(o.send("a"), o.send("b"), o.throw(KeyError("k")), next(o), next(o), next(o))
print(LEAF.gi_frame, MIDDLE.gi_frame)
try:
    o.send("last")
except StopIteration as error:
    print("stopped", error.value)


# A level that handles an exception, and what the caller handles.


def handles():
    try:
        raise ValueError("own")
    except ValueError:
        yield from looks()
        print("still", repr(sys.exception()))
        yield from looks()


def looks():
    print("inside", repr(sys.exception()))
    yield 1
    print("inside", repr(sys.exception()))
    yield 2


def passes(inner):
    yield from inner


g = passes(passes(handles()))
try:
    raise TypeError("caller's")
except TypeError:
    next(g)
    print(repr(sys.exception()))
for value in g:
    print(value, repr(sys.exception()))


# No level keeps what has passed through it.


def gives_things():
    for _ in range(4):
        thing = Thing()
        references.append(weakref.ref(thing))
        yield thing
        del thing


references = []
for value in passes(passes(gives_things())):
    del value
    gc.collect()
    print([reference() is None for reference in references])


# Recursion limits count every level; the level that finds none left says so.


def levels(count):
    generator = looks()
    for _ in range(count):
        generator = passes(generator)
    return generator


def call_below(depth, function):
    return call_below(depth - 1, function) if depth else function()


g = levels(500)
print(next(g))
try:
    call_below(600, lambda: next(g))
except RecursionError as error:
    print("RecursionError", len(traceback.extract_tb(error.__traceback__)) > 600)
print(next(g, "over"))


# A chain whose innermost resumes the outermost; two that delegate to the same one.


def selfish():
    try:
        yield next(chain)
    except ValueError as error:
        yield str(error)
    yield chain.gi_running


chain = passes(passes(selfish()))
print(list(chain))
shared = iter(int(text) for text in "012345")
first, second = passes(shared), passes(shared)
print(next(first), next(second), next(first), next(second), list(first), list(second))


# Coroutines.


class Awaitable:
    def __await__(self):
        return (yield "awaiting")


async def inner():
    return await Awaitable()


async def twice():
    return [await inner(), await inner()]


async def main():
    try:
        return await twice()
    finally:
        print(sys._getframe().f_code.co_name, "ends")


coroutine = main()
print(coroutine.send(None), coroutine.cr_await.cr_code.co_name, coroutine.send(5))
try:
    coroutine.send(6)
except StopIteration as error:
    print(error.value)


async def sleeps():
    await asyncio.sleep(0)


async def counts():
    for index in range(3):
        await sleeps()
        yield index


async def collects():
    return [index async for index in counts()]


print(asyncio.run(collects()))


# How a chain ends: an exception, close(), and being dropped.


def stops():
    yield 1
    raise StopIteration


try:
    list(passes(passes(stops())))
except RuntimeError as error:
    print(error, [frame.name for frame in traceback.extract_tb(error.__traceback__)])


def closed():
    try:
        yield 1
    finally:
        print("closed inside")


def closes():
    try:
        yield from closed()
    finally:
        print("closed outside")


g = passes(closes())
next(g)
g.close()
print(g.gi_frame)
g = passes(closes())
next(g)
del g
gc.collect()


# A frame object made of a level that only delegates, and looked at later.


def makes_frame():
    frames.append(sys._getframe(1))
    yield 1
    yield 2


def is_seen():
    local = "here"
    yield from makes_frame()


frames = []
g = passes(is_seen())
next(g)
print(frames[0].f_locals, frames[0].f_back)
next(g)
print(frames[0].f_locals)
print(list(g), frames[0].f_locals)

# The code of a generator function makes a generator, however it is run.
print(exec(looks.__code__), type(eval(looks.__code__)).__name__)
