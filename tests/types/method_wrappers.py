# oracle: python3
# Special methods of builtin types: the class of the descriptor and of what it binds to, and what both show.
import inspect
import pickle
import types


class Whole(int):
    pass


x = 5
bound = x.__add__
print(type(bound), type(int.__add__), type(object().__str__), type(object.__init__), type(int.bit_length))
print(type(int.__new__), type("".join), type([].__contains__), type(object.__reduce__), type(object.__format__))
print(type(bound) is types.MethodWrapperType, type(int.__add__) is types.WrapperDescriptorType)
print(int.__add__, str(bound)[:38], bound(3), bound.__self__, bound.__name__, bound.__qualname__)
print(bound.__objclass__, True.__add__.__qualname__, Whole(3).__add__.__objclass__, bound.__doc__)
print(bound == x.__add__, bound != (6).__add__, bound == x.bit_length, hash(bound) == hash(x.__add__))
print(inspect.signature(bound), inspect.ismethodwrapper(bound), inspect.isbuiltin(bound), inspect.isroutine(bound))
print(pickle.loads(pickle.dumps([1, 2].__len__))())
print([].__len__.__call__(), list(map((10).__sub__, range(3))))
try:
    types.MethodWrapperType()
except TypeError as error:
    print(error)
try:
    bound.__name__ = "other"
except AttributeError as error:
    print("AttributeError")
print(str.maketrans.__qualname__, bytes.maketrans.__qualname__, str.maketrans("a", "b"), Whole.from_bytes(b"\x01", "big"))
print(pickle.loads(pickle.dumps(str.maketrans))("a", "b"))
print(types.CoroutineType.__name__, types.GeneratorType.__name__)
