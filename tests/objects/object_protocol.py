# oracle: python3
# What every object has: construction, comparison, attributes, __class__, __dict__, pickling support.


def attempt(function, *arguments, **keywords):
    try:
        return function(*arguments, **keywords)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


class Plain: pass
class Init:
    def __init__(self, x): self.x = x
class New:
    def __new__(cls, x): return super().__new__(cls)
class Both:
    def __new__(cls, *a): return super().__new__(cls)
    def __init__(self, *a): super().__init__()


print(attempt(object, 1), attempt(Plain, 1), attempt(Init), attempt(Both, 1, 2) is not None)
print(type(attempt(New, 1)).__name__, attempt(New))
print(attempt(object.__init__, Plain(), 1), attempt(object.__new__, Plain, 1))
print(attempt(object.__new__), attempt(object.__new__, 1), attempt(object.__new__, list), attempt(object.__new__, int))


class Excess:
    def __new__(cls, x): return object.__new__(cls, x)
class ExcessInit:
    def __init__(self, x): object.__init__(self, x)
print(attempt(Excess, 1), attempt(ExcessInit, 1))


class ReturnsOther:
    def __new__(cls): return 5
    def __init__(self): print("not called")
class InitReturns:
    def __init__(self): return 3
print(ReturnsOther(), attempt(InitReturns))

o = object()
print(o == o, o != o, o == object(), o.__eq__(3), o.__lt__(3), o.__ne__(3), hash(o) == hash(o), attempt(lambda: o < o))
print(repr(o).startswith("<object object at 0x"), repr(Plain()).startswith("<__main__.Plain object at 0x"))
print(attempt(setattr, o, "x", 1)[:46], attempt(getattr, o, "x"), attempt(delattr, o, "x")[:46])
print(format(o) == str(o), attempt(format, o, "x"), o.__format__("") == str(o))
print(sorted(dir(o)) == dir(object()), "__class__" in dir(o))
print(object.__doc__.split(".")[0], object.__subclasshook__(int), object.__init_subclass__())
print(attempt(Plain.__init_subclass__, x=1))


class Ne:
    def __eq__(self, other): return "equal"
print(Ne() != 1, Ne() == 1)

# Attributes and dicts
p = Plain()
p.a = 1
p.b = 2
print(p.__dict__, vars(p), p.__dict__ is p.__dict__)
p.__dict__["c"] = 3
print(p.c, list(vars(p)))
del p.a
print(attempt(getattr, p, "a"), attempt(delattr, p, "a"), vars(p))
p.__dict__ = {"z": 26}
print(p.z, attempt(getattr, p, "b"), attempt(setattr, p, "__dict__", 1))
p.y = 25
print(vars(p))
print(attempt(getattr, p, 1), attempt(setattr, p, 1, 2), attempt(delattr, p, 1), attempt(hasattr, p, 1))
print(getattr(p, "nothing", "default"), hasattr(p, "z"), hasattr(p, "nothing"))
for i in range(200):
    setattr(p, f"n{i}", i)
print(len(vars(p)), p.n199, sum(getattr(p, f"n{i}") for i in range(200)))


class Hooked:
    def __init__(self): self.log = []
    def __getattr__(self, name):
        if name.startswith("_"): raise AttributeError(name)
        return name * 2
    def __setattr__(self, name, value):
        object.__setattr__(self, name, value if name == "log" else value + 1)
    def __delattr__(self, name): print("del", name); object.__delattr__(self, name)


k = Hooked()
k.v = 1
print(k.v, k.abc, attempt(getattr, k, "_x"))
del k.v
print(k.v)


class Everything:
    x = 1
    def __getattribute__(self, name):
        if name == "x": return "intercepted"
        return super().__getattribute__(name)
print(Everything().x, attempt(getattr, Everything(), "y"))

# __class__
class One:
    def who(self): return "one"
class Two:
    def who(self): return "two"
class SlotsA: __slots__ = ("a", "b")
class SlotsB: __slots__ = ("a", "b")
class SlotsC: __slots__ = ("a", "c")


x = One()
x.v = 1
x.__class__ = Two
print(x.who(), x.v, type(x).__name__, x.__class__.__name__, isinstance(x, Two))
sa = SlotsA()
sa.a = 5
sa.__class__ = SlotsB
print(sa.a, type(sa).__name__)
print(attempt(setattr, sa, "__class__", SlotsC), attempt(setattr, x, "__class__", SlotsA))
print(attempt(setattr, x, "__class__", 1), attempt(setattr, x, "__class__", int), attempt(delattr, x, "__class__"))
print(attempt(setattr, 3, "__class__", One))


class Claims:
    @property
    def __class__(self): return int
print(isinstance(Claims(), int), type(Claims()).__name__, issubclass(Claims, int))


# isinstance and issubclass
class Any(type):
    def __instancecheck__(cls, instance): return instance == 42
    def __subclasscheck__(cls, sub): return sub is str
class Anything(metaclass=Any): pass


print(isinstance(42, Anything), isinstance(41, Anything), issubclass(str, Anything), issubclass(int, Anything), isinstance(Anything(), Anything))
print(isinstance(1, (str, (float, int))), isinstance(1, ()), isinstance(True, int), isinstance(1, int | str), issubclass(bool, int | None))
print(attempt(isinstance, 1, 1), attempt(isinstance, 1, (str, 1)), attempt(issubclass, 1, int), attempt(issubclass, int, 1))


class Fake:
    __bases__ = ()
    def __init__(self, *bases): self.__bases__ = bases


f1 = Fake()
f2 = Fake(f1)
print(issubclass(f2, f1), issubclass(f1, f2))

# Pickling and copying support
import copy, copyreg


class State:
    def __init__(self): self.a, self.b = 1, [2]


class WithSlots(State):
    __slots__ = ("s",)


st = State()
r = st.__reduce_ex__(2)
print(r[0].__name__, r[1][0].__name__, r[2], r[3], r[4])
c = copy.copy(st)
d = copy.deepcopy(st)
print(c.a, c.b is st.b, d.b == st.b, d.b is st.b)
ws = WithSlots()
ws.s = 9
print(ws.__reduce_ex__(2)[2], copy.copy(ws).s, Plain().__getstate__(), ws.__getstate__())


class Args:
    def __new__(cls, *a, **k): self = super().__new__(cls); self.got = a, k; return self
    def __getnewargs_ex__(self): return (1, 2), {"k": 3}


print(Args().__reduce_ex__(4)[:2] == (copyreg.__newobj_ex__, (Args, (1, 2), {"k": 3})), copy.copy(Args(7)).got[0])


class SubList(list): pass
class SubDict(dict): pass


sl, sd = SubList([1, 2]), SubDict(a=1)
sl.x = 1
print(copy.copy(sl), copy.copy(sl).x, copy.deepcopy(sd), type(copy.copy(sd)).__name__)
print(attempt(copy.copy, (i for i in ())), attempt(object.__reduce_ex__, (i for i in ()), 2))
print(sorted(object().__dir__())[:3], object().__sizeof__() > 0)
