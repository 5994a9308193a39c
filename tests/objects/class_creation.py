# oracle: python3
# Classes: method resolution order, metaclasses, __slots__, layouts, and the hooks that run when a class is made.


def attempt(function, *arguments, **keywords):
    try:
        return function(*arguments, **keywords)
    except Exception as error:
        return f"{type(error).__name__}: {' '.join(str(error).split())}"


# Method resolution order
class A: pass
class B(A): pass
class C(A): pass
class D(B, C): pass
class E(C, B): pass

print([c.__name__ for c in D.__mro__], D.__base__.__name__, [c.__name__ for c in D.__bases__])
print(attempt(type, "F", (D, E), {}))
print(attempt(type, "F", (A, A), {}))
print(attempt(type, "F", (A, B), {}))
print([c.__name__ for c in type.mro(D)])
print(sorted(c.__name__ for c in A.__subclasses__()))


class Reversed(type):
    def mro(cls):
        return [cls, *reversed(super().mro()[1:])]


class Odd(B, metaclass=Reversed): pass
print([c.__name__ for c in Odd.__mro__])

# type() and its arguments
print(type(3), type(type), type("X", (), {}).__name__)
print(attempt(type))
print(attempt(type, 1, 2))
print(attempt(type, 1, (), {}))
print(attempt(type, "X", 1, {}))
print(attempt(type, "X", (), 1))
print(attempt(type, "X", (1,), {}))
print(attempt(type, "X\0", (), {}))
print(attempt(type, "X", (bool,), {}))
print(attempt(type, "X", (type(None),), {}))
print(attempt(type, "X", (), {"__qualname__": 3}))
X = type("X", (A,), {"__module__": "elsewhere", "__qualname__": "outer.X", "value": 7})
print(X, X.__module__, X.__qualname__, X.__name__, X.value, X().value)


# Metaclasses
class Meta(type):
    def __prepare__(name, bases, **keywords):
        print("prepare", name, [b.__name__ for b in bases], keywords)
        return {"prepared": True}

    def __new__(meta, name, bases, namespace, **keywords):
        print("new", name, sorted(k for k in namespace if not k.startswith("__")), keywords)
        return super().__new__(meta, name, bases, namespace)

    def __init__(cls, name, bases, namespace, **keywords):
        print("init", cls.__name__, keywords)
        super().__init__(name, bases, namespace)

    def __call__(cls, *arguments):
        print("call", cls.__name__, arguments)
        return super().__call__(*arguments)

    @property
    def shout(cls):
        return cls.__name__.upper()


class WithMeta(A, metaclass=Meta, flavour="mint"):
    def __init__(self, x):
        self.x = x


class Derived(WithMeta):
    pass


print(type(Derived).__name__, Derived(4).x, Derived.shout, Derived.prepared, hasattr(Derived(1), "shout"))


class OtherMeta(type): pass
class OtherBase(metaclass=OtherMeta): pass
print(attempt(type, "Conflict", (WithMeta, OtherBase), {}))


def not_a_class(name, bases, namespace, **keywords):
    return (name, bases, sorted(k for k in namespace if not k.startswith("__")), keywords)


class Tupled(A, B if False else A, metaclass=not_a_class, k=1):
    y = 1
print(Tupled[0], Tupled[2:], len(Tupled[1]))


class BadPrepare(type):
    @classmethod
    def __prepare__(cls, name, bases):
        return 5


def bad_prepare():
    class Y(metaclass=BadPrepare): pass
print(attempt(bad_prepare))


# __mro_entries__
class Entries:
    def __init__(self, *bases): self.bases = bases
    def __mro_entries__(self, bases): return self.bases


class FromEntries(Entries(B, C)): pass
print(FromEntries.__bases__ == (B, C), len(FromEntries.__orig_bases__))


def bad_entries():
    class Y(BadEntries()): pass


class BadEntries:
    def __mro_entries__(self, bases): return [A]
print(attempt(bad_entries))


# __slots__
class Slotted:
    __slots__ = ("b", "a", "__private")
    def __init__(self): self.a = 1


s = Slotted()
print(s.a, hasattr(s, "b"), hasattr(s, "__dict__"), sorted(k for k in Slotted.__dict__ if not k.startswith("__")))
print(attempt(setattr, s, "c", 1)[:52])
print(attempt(getattr, s, "b"))
print(attempt(delattr, s, "b"))
del s.a
print(hasattr(s, "a"), Slotted.a.__name__, Slotted.a.__objclass__.__name__)


class SlottedChild(Slotted):
    __slots__ = "c"
class WithDict(Slotted): pass


child = SlottedChild()
child.a, child.c = 1, 2
print(child.a, child.c, hasattr(child, "__dict__"))
w = WithDict()
w.b, w.z = 3, 4
print(w.b, w.z, w.__dict__)


class DictSlot:
    __slots__ = ("x", "__dict__")


d = DictSlot()
d.x, d.y = 1, 2
print(d.x, d.y, d.__dict__)
print(attempt(type, "X", (), {"__slots__": ("__dict__", "__dict__")}))
print(attempt(type, "X", (), {"__slots__": ("1a",)}))
print(attempt(type, "X", (), {"__slots__": (1,)}))
print(attempt(type, "X", (), {"__slots__": ("a",), "a": 1}))
print(attempt(type, "X", (int,), {"__slots__": ("a",)}))
print(attempt(type, "X", (tuple,), {"__slots__": ("a",)}))
print(attempt(type, "X", (type,), {"__slots__": ("a",)}))
print(attempt(type, "X", (WithDict,), {"__slots__": ("__dict__",)}))
print(attempt(type, "X", (), {"__slots__": 1}))


class Left: __slots__ = ("l",)
class Right: __slots__ = ("r",)
class Empty: __slots__ = ()


print(attempt(type, "X", (Left, Right), {}))
print(attempt(type, "X", (int, str), {}))
print(attempt(type, "X", (Left, Empty), {"__slots__": ()}).__base__.__name__)
print(attempt(type, "X", (Empty, Left), {"__slots__": ()}).__base__.__name__)
print(attempt(Left.l.__get__, Right()))
print(attempt(Left.l.__set__, Right(), 1))


# __set_name__
class Named:
    def __set_name__(self, owner, name):
        print("set_name", owner.__name__, name)
        if name == "bad":
            raise ValueError("refused")


class Owner:
    first = Named()
    second = Named()


try:
    class Refusing:
        bad = Named()
except Exception as error:
    print("refused" in str(error) or "refused" in str(error.__cause__))


# __init_subclass__
class Registry:
    known = []
    def __init_subclass__(cls, /, tag=None, **keywords):
        super().__init_subclass__(**keywords)
        cls.known.append((cls.__name__, tag))


class First(Registry, tag="one"): pass
class Second(First): pass
print(Registry.known)


def surplus():
    class Third(Registry, other=1): pass
print(attempt(surplus))
print(attempt(lambda: type("X", (), {}, key=1)))


# __class__ cell
class Cellular:
    def get(self): return __class__
    @classmethod
    def klass(cls): return __class__


print(Cellular().get() is Cellular, Cellular.klass() is Cellular)


class Dropping(type):
    def __new__(meta, name, bases, namespace):
        namespace.pop("__classcell__", None)
        return super().__new__(meta, name, bases, namespace)


def dropped():
    class Y(metaclass=Dropping):
        def f(self): return __class__
print(attempt(dropped).split(" defining")[0])


# Attributes of classes
class Doc:
    "about"
    x = 1


print(Doc.__doc__, Doc().__doc__, A.__doc__, int.__doc__[:10])
Doc.__name__ = "Renamed"
Doc.__qualname__ = "some.Renamed"
Doc.__doc__ = "changed"
print(Doc, Doc.__doc__)
print(attempt(setattr, Doc, "__name__", 1))
print(attempt(delattr, Doc, "__name__"))
print(attempt(setattr, int, "x", 1))
print(attempt(setattr, Doc, "__bases__", ()))
print(attempt(setattr, Doc, "__bases__", 1))
print(attempt(setattr, Doc, "__bases__", (1,)))
print(attempt(getattr, Doc, "missing"))
print(attempt(delattr, Doc, "missing"))
print(type(Doc.__dict__).__name__, "x" in Doc.__dict__, attempt(Doc.__dict__.__getitem__, "x"))


class P1:
    def who(self): return "P1"
class P2:
    def who(self): return "P2"
class Child(P1): pass
class Grandchild(Child): pass


g = Grandchild()
print(g.who())
Child.__bases__ = (P2,)
print(g.who(), [c.__name__ for c in Grandchild.__mro__], P1.__subclasses__(), [c.__name__ for c in P2.__subclasses__()])
print(attempt(setattr, P2, "__bases__", (Grandchild,)))

# A change of a base is seen at once
class Base:
    def f(self): return 1
class Sub(Base): pass
sub = Sub()
seen = []
for step in range(4):
    seen.append(sub.f())
    if step == 1:
        Base.f = lambda self: 2
    if step == 2:
        Sub.f = lambda self: 3
print(seen)
del Sub.f
print(sub.f())


# __eq__ without __hash__
class Equal:
    def __eq__(self, other): return True
print(Equal.__hash__, attempt(hash, Equal()))


# Abstract classes
import abc


class Abstract(abc.ABC):
    @abc.abstractmethod
    def f(self): pass
    @property
    @abc.abstractmethod
    def g(self): pass


print(sorted(Abstract.__abstractmethods__), attempt(Abstract).split("class")[0])
print(attempt(getattr, A, "__abstractmethods__"))


class Concrete(Abstract):
    def f(self): return 1
    g = 2


print(Concrete().f(), Concrete().g)


class CallsInOrder(type):
    """Its mro() runs a method of the class under construction, which knows its class by then."""

    def mro(cls):
        seen.append(cls.__dict__["who"]())
        return super().mro()


seen = []


class Called(metaclass=CallsInOrder):
    def who():
        return __class__


print(seen[0] is Called, "__classcell__" in Called.__dict__)
