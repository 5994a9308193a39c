# oracle: python3
# Which classes match sequence and mapping patterns: those of Python code that inherit from the abstract base classes or are registered with them.
import array
import collections
import collections.abc
import types


class Sequence(collections.abc.Sequence):
    def __len__(self):
        return 2

    def __getitem__(self, index):
        if index > 1:
            raise IndexError
        return index


class Mapping(collections.abc.Mapping):
    def __len__(self):
        return 1

    def __getitem__(self, key):
        return {"a": 5}[key]

    def __iter__(self):
        return iter("a")


class Early:
    def __len__(self):
        return 1

    def __getitem__(self, index):
        return [7][index]


class Heir(Early):
    pass


class Keyed:
    def __len__(self):
        return 1

    def keys(self):
        return ["a"]

    def __getitem__(self, key):
        return 8

    def get(self, key, default):
        return 8 if key == "a" else default


def kind(subject):
    match subject:
        case [_, *_]:
            return "sequence"
        case {"a": value}:
            return f"mapping {value}"
        case _:
            return "neither"


print(kind(Early()), kind(Heir()), kind(Keyed()))
collections.abc.Sequence.register(Early)
collections.abc.MutableMapping.register(Keyed)


class Late(Early):
    pass


print(kind(Early()), kind(Heir()), kind(Late()), kind(Keyed()))
for value in (Sequence(), Mapping(), collections.UserList([1]), collections.UserDict(a=1), collections.deque([1]), array.array("i", [1]),
              types.MappingProxyType({"a": 1}), collections.ChainMap({"a": 3}), collections.OrderedDict(a=1), collections.Counter("a"),
              "ab", b"a", bytearray(b"a"), memoryview(b"a"), {1}, range(1), collections.UserString("a"), {"a": 2}.keys(), iter([1])):
    print(type(value).__name__, kind(value))
print("__abc_tpflags__" in vars(collections.abc.Sequence))
try:
    type(collections.abc.Sequence)("Both", (), {"__abc_tpflags__": 96})
except TypeError as error:
    print(error)
