# oracle: python3
# Function objects, their code objects, and closures.


def attempt(function, *arguments, **keywords):
    try:
        return function(*arguments, **keywords)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def sample(a, b=2, /, c=3, *args, d, e=5, **kwargs):
    "the doc"
    x = a
    return x, b, c, args, d, e, kwargs


f = sample
print(f.__name__, f.__qualname__, f.__module__, f.__doc__, f.__defaults__, f.__kwdefaults__, f.__closure__, f.__dict__)
print(type(f).__name__, repr(f).startswith("<function sample at 0x"), f.__globals__ is globals(), callable(f))
c = f.__code__
print(c.co_name, c.co_argcount, c.co_posonlyargcount, c.co_kwonlyargcount, c.co_nlocals, c.co_varnames, c.co_flags & 0xF)
print(c.co_freevars, c.co_cellvars, c.co_firstlineno, c.co_filename.endswith("function_objects.py"), c == f.__code__, hash(c) == hash(c))
print(repr(c).startswith("<code object sample at 0x"), isinstance(c.co_code, bytes), "the doc" in c.co_consts)

f.__defaults__ = (20, 30)
f.__kwdefaults__ = {"d": 40, "e": 50}
print(f(1))
f.__defaults__ = None
print(attempt(f))
for name, value in [("__defaults__", 1), ("__kwdefaults__", 1), ("__code__", 1), ("__name__", 1), ("__qualname__", None), ("__dict__", 1)]:
    print(name, attempt(setattr, f, name, value))
del f.__defaults__, f.__kwdefaults__
f.__name__, f.__qualname__, f.__module__, f.__doc__ = "renamed", "q.renamed", "mod", None
print(f.__name__, f.__qualname__, f.__module__, f.__doc__, repr(f)[:21])
f.attribute = 1
print(f.__dict__, f.attribute, attempt(getattr, f, "missing"))
del f.attribute
print(attempt(delattr, f, "attribute"), attempt(setattr, f, "__closure__", ()), attempt(setattr, f, "__globals__", {}))


def outer(n):
    def inner(): return n, m
    m = n + 1
    def setter(v):
        nonlocal n
        n = v
    return inner, setter


inner, setter = outer(1)
print(inner(), inner.__closure__[0].cell_contents, inner.__code__.co_freevars, outer.__code__.co_cellvars, inner.__qualname__)
setter(10)
print(inner(), [cell.cell_contents for cell in inner.__closure__])
inner.__closure__[1].cell_contents = 5
print(inner() if inner.__code__.co_freevars == ("m", "n") else inner()[::-1])


def maker():
    def g(): return undefined
    if False:
        undefined = 1
    return g


print(attempt(maker()), attempt(lambda: maker().__closure__[0].cell_contents))
print(type(inner.__closure__[0]).__name__, repr(maker().__closure__[0]).endswith("empty>"))


def plain(): return "plain"
def other(): return "other"


plain.__code__ = other.__code__
print(plain(), plain.__name__, attempt(setattr, plain, "__code__", inner.__code__))

# types.FunctionType, CellType, CodeType.replace
import types

made = types.FunctionType(sample.__code__, {"__name__": "there"}, "made", (7,), None)
print(made(1, 2, d=2, e=3), made.__name__, made.__module__, made.__defaults__)
print(attempt(types.FunctionType, 1, {}), attempt(types.FunctionType, other.__code__, 1))
print(attempt(types.FunctionType, inner.__code__, {}), attempt(types.FunctionType, inner.__code__, {}, "x", None, ()))
cell = types.CellType(3)
print(cell.cell_contents, attempt(lambda: types.CellType().cell_contents))
closed = types.FunctionType(inner.__code__, {}, "closed", None, (types.CellType("m"), types.CellType("n")))
print(sorted(closed()))
replaced = other.__code__.replace(co_name="swapped", co_firstlineno=99, co_filename="elsewhere")
print(replaced.co_name, replaced.co_firstlineno, replaced.co_filename, replaced == other.__code__, other.__code__.replace() == other.__code__)
print(types.FunctionType(replaced, {})())
positions = list(other.__code__.co_positions())
print(len(positions) > 0, all(len(p) == 4 for p in positions), {p[0] for p in positions} <= {other.__code__.co_firstlineno, None})
print({line for _, _, line in sample.__code__.co_lines() if line} <= set(range(c.co_firstlineno, c.co_firstlineno + 4)))


# Lambdas, nested qualified names
class K:
    def m(self):
        def n(): pass
        return n
    l = lambda self: 1


print(K.m.__qualname__, K().m().__qualname__, K.l.__qualname__, K.l.__name__, (lambda: 0).__name__)

# Decorators, functools.wraps
import functools


def deco(function):
    @functools.wraps(function)
    def wrapper(*a, **k): return ("wrapped", function(*a, **k))
    return wrapper


@deco
def decorated(x): "decorated doc"; return x
print(decorated(3), decorated.__name__, decorated.__doc__, decorated.__wrapped__(4))

# Calls with wrong arguments
for call in (lambda: other(1), lambda: sample(), lambda: sample(1), lambda: sample(1, 2, 3, d=1, b=1), lambda: outer(), lambda: outer(1, 2),
             lambda: outer(m=1), lambda: outer(1, n=1), lambda: (lambda *, k: 0)(), lambda: (lambda a, b, c: 0)(), lambda: (lambda a, b=1: 0)(1, 2, 3),
             lambda: (lambda: 0)(*[1], **{"x": 1}), lambda: outer(**{1: 2}), lambda: outer(*1), lambda: outer(**1), lambda: None()):
    print(attempt(call))
