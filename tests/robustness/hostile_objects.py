# oracle: asserts
"""Objects that change containers while these work on them, lie about themselves, or raise in awkward places."""

import gc


class Evil:
    def __init__(self, action, value=0):
        self.action, self.value = action, value

    def __hash__(self):
        return self.value

    def __eq__(self, other):
        self.action()
        return False

    def __lt__(self, other):
        self.action()
        return False


shared = [1, 2, 3]
shared.extend(Evil(shared.clear) for _ in range(5))
assert ("x" in shared) is False or True
shared = [3, 1, 2]
try:
    shared.sort(key=lambda v: shared.append(v) or v)
except ValueError:
    pass
assert sorted(shared) == [1, 2, 3], shared
items = [Evil(lambda: items.clear()) for _ in range(10)]
try:
    items.sort()
except ValueError:
    pass
try:
    items.index("x")
except ValueError:
    pass

table = {}
for index in range(20):
    table[Evil(lambda: table.clear() if len(table) > 5 else None, value=1)] = index
assert len(table) <= 20
members = set()
for index in range(20):
    members.add(Evil(lambda: members.clear() if len(members) > 5 else None, value=1))
assert len(members) <= 20


class Length:
    def __init__(self, length):
        self.length = length

    def __len__(self):
        return self.length


for wrong in (-1, "x", 2**70, None, 1.5):
    try:
        len(Length(wrong))
    except (ValueError, TypeError, OverflowError):
        continue
    raise AssertionError(wrong)


class Index:
    def __index__(self):
        shared.clear()
        return 2


shared = [1, 2, 3]
try:
    shared[Index()]
except IndexError:
    pass
shared = list(range(10))
shared[Index() :] = [1]
shared = list(range(10))
assert shared[1 : Index()] in ([], [1])
buffer = bytearray(b"0123456789")


class Shrink:
    def __index__(self):
        buffer.clear()
        return 1


try:
    buffer[Shrink()] = 5
except IndexError:
    pass
try:
    buffer.insert(Shrink(), Shrink())
except (IndexError, ValueError, TypeError):
    pass


class Hint:
    def __length_hint__(self):
        return 2**62

    def __iter__(self):
        return iter((1, 2))


try:
    assert list(Hint()) == [1, 2]
except MemoryError:
    pass


class NoIter:
    def __iter__(self):
        return 5


class WrongBool:
    def __bool__(self):
        return 5


class WrongStr:
    def __str__(self):
        return 5

    __repr__ = __hash__ = __format__ = __bytes__ = __index__ = lambda self, *a: None


for function in (lambda: list(NoIter()), lambda: bool(WrongBool()), lambda: str(WrongStr()), lambda: repr(WrongStr()),
                 lambda: hash(WrongStr()), lambda: format(WrongStr()), lambda: bytes(WrongStr()), lambda: [1][WrongStr()],
                 lambda: {**5}, lambda: print(*5), lambda: isinstance(1, 5), lambda: issubclass(1, int), lambda: type("a", 5, {}),
                 lambda: type("", (bool,), {}), lambda: super(int, 5).x, lambda: object.__new__(5), lambda: int.__new__(str),
                 lambda: getattr(5, 5), lambda: setattr(5, "a", 1), lambda: open(5.5), lambda: "a" % (1, 2), lambda: "%*d" % ("a", 1),
                 lambda: object().__class__.__new__(int), lambda: type.__call__(5), lambda: str.join(5, []), lambda: dict.fromkeys(5),
                 lambda: exec(5), lambda: compile("1", "f", "wrong"), lambda: __import__(5), lambda: range("a"), lambda: sum(["a"])):
    try:
        function()
    except (TypeError, ValueError, AttributeError):
        continue
    raise AssertionError("no error")

for function in (lambda: "x" * (2**62), lambda: [0] * (2**61), lambda: bytearray(2**62), lambda: " " * (2**40) * (2**40),
                 lambda: b"x".ljust(2**62), lambda: (1,) * (2**62), lambda: "x".zfill(2**62), lambda: "%*d" % (2**62, 1),
                 lambda: f"{1:{2**62}}", lambda: 1 << (2**62)):
    try:
        function()
    except (MemoryError, OverflowError, ValueError):
        continue
    raise AssertionError("no error")


class Resurrect:
    alive = []

    def __del__(self):
        Resurrect.alive.append(self)
        raise ValueError("in a finalizer")


import sys

sys.unraisablehook = lambda arguments: None
Resurrect()
gc.collect()
assert len(Resurrect.alive) == 1
Resurrect.alive.clear()
gc.collect()


class Meta(type):
    def mro(cls):
        return [cls, object] if cls.__name__ != "Bad" else 5


class Good(metaclass=Meta):
    pass


try:

    class Bad(metaclass=Meta):
        pass

except TypeError:
    pass
else:
    raise AssertionError("a wrong mro was taken")
print("ok")
