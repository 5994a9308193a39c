# oracle: python3
# Descriptors: property, classmethod, staticmethod, native functions and methods, members.


def attempt(function, *arguments, **keywords):
    try:
        return function(*arguments, **keywords)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


class Box:
    def __init__(self): self._x = 1

    @property
    def x(self):
        "the x"
        return self._x

    @x.setter
    def x(self, value): self._x = value

    @x.deleter
    def x(self): del self._x

    @property
    def read_only(self): return 5

    write_only = property(None, lambda self, value: None)

    @classmethod
    def make(cls, n=0): "make it"; return cls.__name__, n

    @staticmethod
    def plain(a, b): return a + b


box = Box()
print(box.x, Box.x.__doc__, Box.make(3), box.make(), Box.plain(1, 2), box.plain(3, 4))
box.x = 9
print(box.x, attempt(setattr, box, "read_only", 1))
print(attempt(getattr, box, "write_only"))
print(attempt(delattr, box, "read_only"))
del box.x
print(attempt(getattr, box, "x"))
p = Box.__dict__["x"]
print(p.fget(type("o", (), {"_x": 3})), p.__get__(None, Box) is p, p.__isabstractmethod__)
print(property().__doc__, attempt(property().__get__, 1), attempt(property().__set__, 1, 2), attempt(property().__delete__, 1))
print(property(doc="given").__doc__, property(lambda s: 1, doc="given").__doc__)
print(type(p.getter(lambda self: 4)).__name__, p.getter(lambda self: 4).__doc__)


class MyProperty(property):
    "sub doc"


def documented(self): "documented"
print(MyProperty(documented).__doc__)
print(attempt(property, 1, 2, 3, 4, 5)[:9])

cm, sm = Box.__dict__["make"], Box.__dict__["plain"]
print(type(cm).__name__, type(sm).__name__, cm.__func__.__name__, sm.__func__.__name__, cm.__name__, sm.__qualname__)
print(cm.__wrapped__ is cm.__func__, cm.__doc__, sm(5, 6), cm.__get__(box)(), cm.__get__(None, Box)())
print(attempt(cm), repr(cm)[:25], repr(sm)[:26])
cm.extra = 1
print(cm.extra, cm.__dict__.get("extra"))
print(attempt(classmethod), attempt(staticmethod, 1, 2))


# Data and non-data descriptors against instance attributes
class Data:
    def __get__(self, instance, owner): return ("data", instance is None, owner.__name__)
    def __set__(self, instance, value): print("set", value)
    def __delete__(self, instance): print("delete")


class NonData:
    def __get__(self, instance, owner=None): return "non-data"


class SetOnly:
    def __set__(self, instance, value): instance.__dict__["s"] = value * 2


class Holder:
    d, n, s = Data(), NonData(), SetOnly()


h = Holder()
h.__dict__.update(d="own", n="own")
print(h.d, h.n, Holder.d, Holder.n, type(h.s).__name__)
h.d = 1
del h.d
h.n = 2
h.s = 4
print(h.n, h.s, sorted(h.__dict__))

# Native functions and their descriptors
print(len, repr([].append)[:42], str.join, (1).__add__.__name__, int.__add__, dict.fromkeys.__name__, dict.__dict__["fromkeys"])
print(len.__name__, len.__qualname__, len.__module__, len.__self__.__name__, type(len).__name__)
print([].append.__name__, [].append.__qualname__, list.append.__qualname__, list.append.__objclass__, list.append.__name__)
print(type(list.append).__name__, type(int.__add__).__name__, type(dict.__dict__["fromkeys"]).__name__, type(type.__dict__["__dict__"]).__name__)
print(type.__dict__["__dict__"], list.append, int.__add__)
print(list.append.__text_signature__, len.__text_signature__, len.__doc__)
items = []
list.append(items, 1)
list.append.__get__(items)(2)
print(items, int.__add__(1, 2), (5).__add__(6), int.__add__.__get__(7, int)(8))
print(attempt(list.append, 1, 2))
print(attempt(list.append))
print(attempt(int.__add__))
print(attempt(list.append.__get__, 3, int))
print([].append == [].append, items.append == items.append, hash(items.append) == hash(items.append))
print(attempt(setattr, len, "x", 1)[:15])


class M:
    __slots__ = ("m",)


print(M.m, type(M.m).__name__, M.m.__name__, M.m.__get__(None, M) is M.m)
obj = M()
M.m.__set__(obj, 5)
print(M.m.__get__(obj), obj.m)
M.m.__delete__(obj)
print(attempt(M.m.__get__, obj))


# Bound methods
class Bound:
    def f(self, *a, **k): "doc of f"; return a, k


b = Bound()
m = b.f
m2 = b.f
print(m == m2, m is m2, m.__func__ is Bound.f, m.__self__ is b, m.__name__, m.__doc__, hash(m) == hash(m2), m(1, k=2))
print(attempt(setattr, m, "x", 1)[:15], repr(m)[:21])
Bound.f.mark = 7
print(m.mark, type(m).__name__, m != Bound().f)
import types
print(types.MethodType(len, [1, 2, 3])(), attempt(types.MethodType, 1, 2), attempt(types.MethodType, len)[:9])
print(Bound.f.__get__(b)(3), Bound.f.__get__(None, Bound) is Bound.f)


# super
class S1:
    kind = "S1"
    def f(self): return ["S1"]
    @classmethod
    def c(cls): return ["S1", cls.__name__]
    @property
    def p(self): return "p1"
    @staticmethod
    def s(): return "s1"


class S2(S1):
    kind = "S2"
    def f(self): return super().f() + ["S2"]
    @classmethod
    def c(cls): return super().c() + ["S2"]
    @property
    def p(self): return super().p + "p2"
    def own(self): return super().kind, self.kind, super().s()
    def explicit(self): return super(S2, self).f()
    def missing(self): return super().nothing
    def text(self): return repr(super()), super().__self__ is self, super().__thisclass__.__name__, super().__self_class__.__name__


class S3(S2):
    def f(self): return super().f() + ["S3"]


s3 = S3()
print(s3.f(), S3.c(), s3.c(), s3.p, s3.own(), s3.explicit(), attempt(s3.missing), s3.text())
print(attempt(super, S1, 3)[:31], attempt(super, 3), attempt(super))
unbound = super(S2)
print(unbound.__get__(s3, S3).f(), repr(unbound))
print(super(S2, S3).f(s3), super(S2, S3).c())


def in_lambda():
    class T(S1):
        def f(self): return [super(T, self).f() for _ in range(2)], (lambda: super(T, self).f())()
    return T().f()
print(in_lambda())


class Cell:
    def f(self, x=1):
        g = lambda: (self, __class__)
        return super().__repr__()[:5], g()[1].__name__
print(Cell().f())
