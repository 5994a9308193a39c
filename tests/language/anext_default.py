# oracle: python3
# anext(iterator, default): of asynchronous generators and of iterators with coroutines, sent to, thrown into and closed.
import types


async def numbers(count):
    for number in range(count):
        yield number


class Letters:
    def __init__(self, text):
        self.letters = iter(text)

    def __aiter__(self):
        return self

    async def __anext__(self):
        await pause()
        try:
            return next(self.letters)
        except StopIteration:
            raise StopAsyncIteration


@types.coroutine
def pause():
    try:
        print("  resumed with", (yield "paused"))
    except ValueError as error:
        print("  thrown", error)


def run(coroutine, *values):
    steps = iter(values)
    try:
        print(coroutine.send(None))
        for value in steps:
            if isinstance(value, Exception):
                print(coroutine.throw(value))
            else:
                print(coroutine.send(value))
    except StopIteration as stop:
        return stop.value
    except Exception as error:
        return repr(error)


async def main():
    generator = numbers(1)
    print(await anext(generator, "end"), await anext(generator, "end"), await anext(generator, None))
    try:
        await anext(generator)
    except StopAsyncIteration as error:
        print(repr(error))
    letters = Letters("a")
    print(await anext(letters, "end"))
    print(await anext(letters, "end"))
    print(type(anext(letters, 1)).__name__)
    return "done"


print(run(main(), 1, 2))
print(run(main(), ValueError("x"), KeyError("y")))


class Wrong:
    def __anext__(self):
        return 3


async def wrong():
    await anext(Wrong(), 1)


print(run(wrong()).split("(")[0])
awaitable = anext(Letters("ab"), None)
print(awaitable.send(None), awaitable.close())
awaitable = anext(numbers(0), "default")
try:
    awaitable.__await__().__next__()
except StopIteration as stop:
    print(stop.value)
for bad in (iter([]), 3):
    try:
        anext(bad, 1)
    except TypeError as error:
        print(error)
