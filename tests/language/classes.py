# oracle: python3
"""Classes: attributes, inheritance, super, descriptors, properties, slots, metaclasses, special methods."""


class Base:
    kind = "base"

    def __init__(self, value):
        self.value = value

    def __repr__(self):
        return f"{type(self).__name__}({self.value!r})"

    def who(self):
        return ["Base"]

    @classmethod
    def make(cls, value):
        return cls(value)

    @staticmethod
    def plain(x):
        return x * 2

    @property
    def double(self):
        return self.value * 2

    @double.setter
    def double(self, value):
        self.value = value // 2

    @double.deleter
    def double(self):
        self.value = None


class Left(Base):
    def who(self):
        return ["Left", *super().who()]


class Right(Base):
    kind = "right"

    def who(self):
        return ["Right", *super().who()]


class Both(Left, Right):
    def who(self):
        return ["Both", *super().who()]


print(Both(1), Both.make(2), Both.plain(4), Both(1).who(), Both.kind, [c.__name__ for c in Both.__mro__])
thing = Base(5)
thing.double = 20
print(thing.double, thing.value)
del thing.double
print(thing.value, isinstance(Both(1), Right), issubclass(Both, (int, Left)), vars(thing))
try:
    class Bad(Base, Left):
        pass
except TypeError as error:
    print("TypeError")


class Slotted:
    __slots__ = ("a", "b")


slotted = Slotted()
slotted.a = 1
print(slotted.a, hasattr(slotted, "b"), hasattr(slotted, "__dict__"))
try:
    slotted.c = 1
except AttributeError:
    print("no attribute c")


class Descriptor:
    def __set_name__(self, owner, name):
        self.name = name

    def __get__(self, instance, owner=None):
        return (self.name, instance is None, owner.__name__)

    def __set__(self, instance, value):
        instance.__dict__["_" + self.name] = value


class NonData:
    def __get__(self, instance, owner=None):
        return "from the descriptor"


class Described:
    field = Descriptor()
    weak = NonData()


described = Described()
described.field = 3
print(described.field, Described.field, described.__dict__, described.weak)
described.weak = "own"
print(described.weak)


class Meta(type):
    made = []

    def __new__(meta, name, bases, namespace, **options):
        cls = super().__new__(meta, name, bases, namespace)
        cls.options = options
        return cls

    def __init__(cls, name, bases, namespace, **options):
        super().__init__(name, bases, namespace)
        Meta.made.append(name)

    @classmethod
    def __prepare__(meta, name, bases, **options):
        return {"prepared": name}

    def __call__(cls, *args):
        instance = super().__call__(*args)
        instance.called = True
        return instance

    def __getattr__(cls, name):
        return f"meta {name}"

    def __iter__(cls):
        return iter("meta")

    def __contains__(cls, item):
        return item == 1


class WithMeta(metaclass=Meta, flavour="sweet"):
    pass


print(WithMeta.options, WithMeta.prepared, WithMeta().called, WithMeta.anything, list(WithMeta), 1 in WithMeta)
print(Meta.made, type(WithMeta).__name__)


class Registered:
    registry = {}

    def __init_subclass__(cls, /, tag=None, **kwargs):
        super().__init_subclass__(**kwargs)
        Registered.registry[tag] = cls.__name__


class One(Registered, tag="one"):
    pass


print(Registered.registry)


class Number:
    def __init__(self, value):
        self.value = value

    def __add__(self, other):
        if not isinstance(other, (int, Number)):
            return NotImplemented
        return Number(self.value + getattr(other, "value", other))

    __radd__ = __add__

    def __iadd__(self, other):
        self.value += getattr(other, "value", other)
        return self

    def __eq__(self, other):
        return self.value == getattr(other, "value", other)

    def __lt__(self, other):
        return self.value < other.value

    def __hash__(self):
        return hash(self.value)

    def __bool__(self):
        return self.value != 0

    def __neg__(self):
        return Number(-self.value)

    def __index__(self):
        return self.value

    def __call__(self, *args):
        return self.value, args

    def __len__(self):
        return abs(self.value)

    def __getitem__(self, key):
        if isinstance(key, slice):
            return key.start, key.stop, key.step
        if key >= self.value:
            raise IndexError(key)
        return key * 10

    def __contains__(self, item):
        return item == self.value

    def __format__(self, spec):
        return f"<{self.value}:{spec}>"

    def __matmul__(self, other):
        return "matrix"

    def __enter__(self):
        return self

    def __exit__(self, *details):
        return True

    def __getattr__(self, name):
        if name.startswith("x"):
            return name
        raise AttributeError(name)


n = Number(3)
n += 1
print((n + 1).value, (1 + n).value, n == 4, n != 5, n < Number(9), bool(Number(0)), (-n).value, [0] * n, n(1, 2))
print(len(n), list(n), n[1:2], 4 in n, f"{n:abc}", n @ n, n.xyz, range(10)[n], hex(n), {n: 1}[Number(4)])
print(n > Number(1), sorted([Number(3), Number(1)])[0].value, hasattr(n, "y"))
try:
    n + "text"
except TypeError as error:
    print(error)
with n as same:
    raise ValueError
print(same is n)


class Attributes:
    def __getattribute__(self, name):
        return "got " + name

    def __setattr__(self, name, value):
        print("set", name, value)

    def __delattr__(self, name):
        print("del", name)

    def __dir__(self):
        return ["b", "a"]


attributes = Attributes()
attributes.one = 1
del attributes.two
print(attributes.three, dir(attributes))
print(type("Dynamic", (Base,), {"extra": 1})(7), type(Base).__name__, Base.__module__, Both.__qualname__)


class Singleton:
    instance = None

    def __new__(cls, *args):
        if cls.instance is None:
            cls.instance = super().__new__(cls)
        return cls.instance


print(Singleton() is Singleton())
Base.added = lambda self: f"added to {self.value}"
print(Both(3).added())


class Counted(int):
    def __add__(self, other):
        return Counted(int(self) + other)

    def __repr__(self):
        return f"Counted({int(self)})"


print(Counted(3) + 4, Counted(3) * 2, [Counted(1)], isinstance(Counted(1), int))


class Words(list):
    def joined(self):
        return " ".join(self)


words = Words(["a", "b"])
words.append("c")
print(words.joined(), words, len(words), words == ["a", "b", "c"])


class Missing(dict):
    def __missing__(self, key):
        return f"no {key}"


print(Missing(a=1)["a"], Missing()["b"], Missing().get("b"))
