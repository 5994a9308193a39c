# oracle: python3
"""Generators, delegation, send and throw, coroutines, async generators, async comprehensions."""


def echo():
    received = []
    try:
        while True:
            received.append((yield len(received)))
    except KeyError as error:
        yield f"caught {error}"
    finally:
        received.append("end")
        print(received)


g = echo()
print(next(g), g.send("a"), g.send("b"), g.throw(KeyError("k")))
print(list(g))


def inner():
    got = yield 1
    print("inner got", got)
    return "result"


def outer():
    result = yield from inner()
    print("outer got", result)
    yield from [2, 3]
    return "done"


g = outer()
print(next(g), g.send("sent"), next(g))
try:
    next(g)
except StopIteration as stop:
    print("value", stop.value)


def tree(depth):
    if depth:
        yield from tree(depth - 1)
        yield depth
        yield from tree(depth - 1)


print(list(tree(4)))


def fibonacci():
    a, b = 0, 1
    while True:
        yield a
        a, b = b, a + b


print([value for value, _ in zip(fibonacci(), range(15))])
g = (x * x for x in range(5) if x % 2)
print(next(g), list(g), next(g, "over"))
print(type(g).__name__, g.gi_frame is None)
g = fibonacci()
next(g)
g.close()
print(next(g, "closed"))


def stubborn():
    try:
        yield 1
    except GeneratorExit:
        yield 2


g = stubborn()
next(g)
try:
    g.close()
except RuntimeError as error:
    print(error)


def raises_stop():
    yield 1
    raise StopIteration


try:
    list(raises_stop())
except RuntimeError as error:
    print(error, type(error.__cause__).__name__)


class Await:
    def __init__(self, value):
        self.value = value

    def __await__(self):
        got = yield self.value
        return got


async def child(value):
    return (await Await(value)) + 1


async def parent():
    total = 0
    for value in (10, 20):
        total += await child(value)
    return total


def run(coroutine):
    """A loop that answers each request with its double."""
    answer = None
    try:
        while True:
            answer = coroutine.send(answer) * 2 if answer is None else coroutine.send(answer) * 2
    except StopIteration as stop:
        return stop.value


print(run(parent()))


class Manager:
    async def __aenter__(self):
        return await child(1)

    async def __aexit__(self, *details):
        print("async exit", details[0])


class Counter:
    def __init__(self, stop):
        self.now, self.stop = 0, stop

    def __aiter__(self):
        return self

    async def __anext__(self):
        if self.now == self.stop:
            raise StopAsyncIteration
        self.now += 1
        return self.now


async def numbers(n):
    try:
        for index in range(n):
            got = yield index
            if got:
                print("asend", got)
    finally:
        print("async generator ends")


async def everything():
    async with Manager() as value:
        print("async with", value)
    found = []
    async for value in Counter(3):
        found.append(value)
    else:
        found.append("else")
    print(found)
    print([value async for value in numbers(4) if value % 2])
    print({value: await child(value) async for value in numbers(2)})
    print(sum([await child(value) for value in range(3)]))
    generator = numbers(3)
    print(await generator.asend(None), await generator.asend("hello"))
    await generator.aclose()
    lazy = (value async for value in Counter(2))
    print([value async for value in lazy])
    return "finished"


print(run(everything()))
coroutine = parent()
coroutine.close()
try:
    coroutine.send(None)
except RuntimeError as error:
    print(error)
