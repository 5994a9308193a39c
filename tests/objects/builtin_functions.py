# oracle: python3
# The functions of the builtins module.


def attempt(function, *arguments, **keywords):
    try:
        return function(*arguments, **keywords)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


# numbers
print(abs(-3), abs(-3.5), abs(3 - 4j), abs(True), attempt(abs, "x"), attempt(abs))
print(bin(10), bin(-10), hex(255), oct(8), bin(True), hex(2**70), attempt(bin, 1.5), attempt(hex, "a"))
print(chr(65), chr(0x1F600), repr(chr(0)), attempt(chr, -1), attempt(chr, 0x110000), attempt(chr, "a"), attempt(chr, 10**30) != "")
print(ord("A"), ord("é"), ord(b"x"), ord(bytearray(b"y")), attempt(ord, "ab"), attempt(ord, ""), attempt(ord, 1), attempt(ord, b"ab"))
print(divmod(7, 2), divmod(-7, 2), divmod(7.5, 2), attempt(divmod, 1, 0)[:17], attempt(divmod, "a", 1))
print(pow(2, 10), pow(2, -1), pow(3, 4, 5), pow(3, -1, 7), pow(base=2, exp=3), attempt(pow, 2, -1, 4), attempt(pow, 2), attempt(pow, 2, 3, 0))
print(round(2.5), round(3.5), round(2.675, 2), round(1234, -2), round(5), round(2.5, None), attempt(round, "x"), attempt(round), round(number=1.25, ndigits=1))
print(sum([1, 2, 3]), sum([0.5] * 10), sum([1, 2.5, 3]), sum([], 5), sum([[1], [2]], []), sum((1j, 2)), sum([True, False, 2]), sum([2**62, 2**62]), sum(range(5), start=10))
print(attempt(sum, ["a"], ""), attempt(sum, [b"a"], b""), attempt(sum, ["a"]), attempt(sum, 1), attempt(sum)[:9], attempt(sum, [bytearray()], bytearray()))

# iteration
print(all([]), all([1, 0]), any([]), any([0, 1]), attempt(all, 1), attempt(any))
print(max(1, 3, 2), min("b", "a"), max([1, 5, 2]), min([], default=9), max([[1], [2, 3]], key=len), min(3, 1, 2, key=lambda v: -v), max("a", "b", key=None))
print(attempt(max), attempt(max, [])[:16], attempt(min, 1, 2, default=3), attempt(max, 1), attempt(max, [1, "a"]), attempt(min, [1], wrong=1)[:9])
print(max([1, 1.0, True]), min([True, 1, 1.0]), max({"a": 1, "b": 2}), max(iter([3, 9, 4])))
print(sorted([3, 1, 2]), sorted("bca", reverse=True), sorted(["bb", "a"], key=len), attempt(sorted, 1), attempt(sorted, [1, "a"]), attempt(sorted), attempt(sorted, [1], 2)[:9])
it = iter([1, 2])
print(next(it), next(it), next(it, "end"), attempt(next, it), attempt(next, 1), attempt(next, 1, 2))
countdown = [3, 2, 1, 0, 9]
print(list(iter(lambda: countdown.pop(0), 0)), countdown, attempt(iter, 1), attempt(iter, 1, 2), attempt(iter))
print(len([1, 2]), len("abc"), len({}), attempt(len, 1), attempt(len), attempt(len, 1, 2))


class Len:
    def __init__(self, n): self.n = n
    def __len__(self): return self.n
print(len(Len(3)), attempt(len, Len(-1)), attempt(len, Len("x")), attempt(len, Len(2**70)))
print(list(enumerate("ab", 1)), list(zip([1, 2], "ab")), list(map(lambda a, b: a + b, [1, 2], [3, 4])), list(filter(None, [0, 1, 2])), list(reversed([1, 2])))

# names and objects
class O:
    a = 1
o = O()
setattr(o, "b", 2)
print(getattr(o, "a"), getattr(o, "c", 3), hasattr(o, "b"), hasattr(o, "z"), attempt(getattr, o, "z"), attempt(getattr, o), attempt(getattr, o, 1), attempt(hasattr, o, 1))
delattr(o, "b")
print(vars(o), attempt(vars, 1), attempt(delattr, o, "b"), "a" in dir(O), "b" in dir(o), dir(type("E", (), {"__dir__": lambda s: ["z", "y"]})()))
print(callable(len), callable(O), callable(o), callable(1), attempt(callable))
print(id(o) == id(o), id(o) != id(O), hash("a") == hash("a"), hash(1) == hash(1.0), attempt(hash, []), attempt(hash, {}), hash(()) == hash(()))
print(repr("a'b"), ascii("é\U0001F600ab"), format(3.14159, ".2f"), format("x", ">3"), format(5), attempt(format, 1, 2), attempt(format, "a", "d"))


class R:
    def __repr__(self): return 5
    def __str__(self): return 6
    def __format__(self, spec): return 7
    def __bool__(self): return 8
    def __hash__(self): return "x"
    def __dir__(self): return 3
print(attempt(repr, R()), attempt(str, R()), attempt(format, R()), attempt(bool, R()), attempt(hash, R()), attempt(dir, R()))


def scopes():
    local_variable = 1
    return sorted(locals()), "scopes" in globals(), sorted(vars()), dir()
print(scopes())


class Space:
    q = 1
    names = sorted(n for n in locals() if not n.startswith("__") and n != ".0")
print("q" in vars(Space))

# compile, eval, exec
print(eval("1 + 2"), eval("x * 2", {"x": 21}), eval("a + b", {"a": 1}, {"b": 2}), eval(compile("3 * 3", "<t>", "eval")), eval(" \t7"), eval(b"8"))
space = {}
exec("y = 5\ndef f(): return y", space)
print(space["y"], space["f"](), "__builtins__" in space, sorted(k for k in space if k != "__builtins__"))
exec(compile("z = 1; w = z + 1", "<t>", "exec"), space)
print(space["w"], attempt(eval, "1 +"), attempt(eval, 1), attempt(exec, 1), attempt(eval, "1", 1), attempt(exec, "1", 1), attempt(exec, "1", {}, 1))
print(attempt(compile, "1", "f", "wrong"), attempt(compile, 1, "f", "exec"), attempt(compile, "1", 1, "exec"), attempt(compile, "1", "f", "exec", 1 << 30), attempt(compile, "1", "f", "exec", optimize=5))
print(attempt(eval, "a\0b"), attempt(exec, "return 1"))
local = {}
exec("inner = 1", {}, local)
print(local)


def evaluates():
    n = 3
    return eval("n + 1"), [eval("n") for _ in (1,)] if False else 0
print(evaluates())


class Mapping(dict):
    def __missing__(self, key): return key.upper()
print(eval("abc + d", {}, Mapping(d="!")))

# import
import sys
print(__import__("sys") is sys, attempt(__import__, 1), attempt(__import__, ""), type(__import__("os.path")).__name__, __import__("os.path").__name__, __import__("os.path", fromlist=["join"]).__name__ in ("posixpath", "ntpath"))

# print
import io
out = io.StringIO()
print(1, "a", None, sep="-", end="!\n", file=out)
print(file=out)
print("x", flush=True, file=out)
print(repr(out.getvalue()), attempt(print, 1, sep=1), attempt(print, 1, end=1), attempt(print, 1, wrong=1)[:9], attempt(print, file=1))
print(*[1, 2], *"ab", sep=",")


class Writer:
    def __init__(self): self.parts = []
    def write(self, text): self.parts.append(text)
w = Writer()
print("a", "b", file=w)
print(w.parts)

# classes of builtins
print([name for name in ("int", "str", "list", "Exception", "OSError", "IOError", "EnvironmentError", "property", "super", "zip") if not isinstance(getattr(__builtins__, name), type)])
print(__debug__, NotImplemented, Ellipsis, ..., None, type(None), type(...), type(NotImplemented))
print(attempt(type(None), 1), type(None)(), type(...)(), type(NotImplemented)(), bool(None))
