# oracle: python3
"""Parameters of every kind, defaults, star arguments, errors of calls, closures, recursion."""


def everything(a, b=2, /, c=3, *args, d, e=5, **kwargs):
    return a, b, c, args, d, e, sorted(kwargs.items())


print(everything(1, d=4))
print(everything(1, 20, 30, 40, 50, d=4, z=1, y=2))
print(everything(1, c=9, d=4, b=7, a=8))
print(everything(*range(3), *[9, 8], **{"d": 1}, **{"f": 2}))
for call in (
    lambda: everything(),
    lambda: everything(1),
    lambda: everything(1, 2, 3, c=4, d=5),
    lambda: (lambda x: x)(1, 2),
    lambda: (lambda *, x: x)(),
    lambda: (lambda x: x)(y=1),
    lambda: print(**{"sep": " "}, **{"sep": "-"}),
):
    try:
        call()
    except TypeError as error:
        print("TypeError:", error)

defaults = []


def remember(item, seen=[]):
    seen.append(item)
    return list(seen)


print(remember(1), remember(2), remember.__defaults__)
remember.__defaults__ = ([],)
print(remember(3))


def counter(start=0):
    count = start

    def step(by=1):
        nonlocal count
        count += by
        return count

    def reset():
        nonlocal count
        count = start

    return step, reset


step, reset = counter(10)
print(step(), step(5), reset(), step())
print([function() for function in [lambda: index for index in range(3)]])
print([function() for function in [lambda index=index: index for index in range(3)]])


def outer():
    value = "outer"

    def middle():
        def inner():
            return value

        return inner

    result = middle()()
    value = "changed"
    return result, middle()()


print(outer())


def ackermann(m, n):
    if m == 0:
        return n + 1
    return ackermann(m - 1, 1 if n == 0 else ackermann(m, n - 1))


print(ackermann(2, 6))


def decorate(prefix):
    def decorator(function):
        def wrapper(*args, **kwargs):
            return prefix, function(*args, **kwargs)

        wrapper.__name__ = function.__name__
        return wrapper

    return decorator


@decorate("outer")
@decorate("inner")
def decorated(x, y=1):
    """A docstring."""
    return x + y


print(decorated(1), decorated.__name__, everything.__qualname__, step.__qualname__)
print(everything.__code__.co_varnames[:4], everything.__kwdefaults__)


def unbound(flag):
    if flag:
        value = 1
    return value


print(unbound(True))
try:
    unbound(False)
except UnboundLocalError as error:
    print(error)
try:
    undefined_name
except NameError as error:
    print(error)


def annotated(x: int, *rest: str, y: float = 1.0) -> list:
    return [x, rest, y]


print(sorted(annotated.__annotations__), annotated(1, "a", y=2.5))
print((lambda *a, **k: (a, k))(1, *(2, 3), x=4, **{"y": 5}))
print(max([3, 1, 2], key=lambda v: -v), sorted("bca", reverse=True))


def gather(first, *middle, last=None):
    return first, middle, last


print(gather(*"abc", last="z"))
globals()["dynamic"] = 12
print(dynamic)
del dynamic
try:
    dynamic
except NameError:
    print("gone")
