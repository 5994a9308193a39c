# oracle: python3
"""Where names live: globals, class bodies, comprehensions, nested functions, exec, del, imports inside functions."""

x = "global"


def read():
    return x


def assign():
    x = "local"
    return x, read()


def declare():
    global x, made_here
    x = "changed"
    made_here = 1


print(read(), assign(), x)
declare()
print(x, made_here)


class Body:
    x = "class"
    copy = x
    listed = [x for _ in range(2)]
    by_function = lambda self: x

    def method(self):
        return x

    for index in range(3):
        pass
    if True:
        conditional = "yes"


print(Body.copy, Body.listed, Body().by_function(), Body().method(), Body.index, Body.conditional)


def nested():
    x = "nested"

    class Inner:
        y = x
        x = "inner"

        def get(self):
            return x

    return Inner.y, Inner.x, Inner().get()


try:
    print(nested())
except NameError as error:
    print(type(error).__name__)


def cells():
    value = 1
    functions = []
    for value in range(3):
        functions.append(lambda: value)
    value = "last"
    return [function() for function in functions]


print(cells())


def deleted():
    value = 1

    def get():
        return value

    del value
    try:
        return get()
    except NameError as error:
        return type(error).__name__


print(deleted())
index = "untouched"
print([index for index in range(3)], index)
namespace = {}
exec("a = 1\ndef f():\n    return a\nclass C: pass", namespace)
namespace["a"] = 5
print(namespace["f"](), sorted(k for k in namespace if not k.startswith("__")))
print(eval("x + y", {"x": 1}, {"y": 2}), eval("[x for x in (1, 2)]"))


def local_import():
    import math
    from os import path as p, sep

    return math.floor(2.5), p.join("a", "b"), sep


print(local_import())


def shadow():
    len = lambda value: "shadowed"
    return len([])


print(shadow(), len([]))


def with_class():
    class Local:
        def __init__(self):
            self.me = __class__

    return Local().me.__qualname__


print(with_class())


class Mangled:
    __private = 1

    def __hidden(self):
        return self.__private

    def get(self):
        return self.__hidden()


print(Mangled().get(), sorted(name for name in vars(Mangled) if "rivate" in name or "hidden" in name))


def loops():
    for i in range(3):
        if i == 1:
            continue
        for j in range(3):
            if j == 2:
                break
        else:
            print("never")
    else:
        print("loop ended", i, j)
    while i:
        i -= 1
    else:
        print("while ended", i)
    for i in ():
        pass
    return i


print(loops())
def locals_of(a, b=2):
    c = a + b
    return sorted(locals().items())
print(locals_of(1))
print(__name__, __file__.endswith("scopes.py"), __doc__[:5])
if __debug__:
    print("debug")
