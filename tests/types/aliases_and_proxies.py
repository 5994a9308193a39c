# oracle: python3
"""Generic aliases, mapping proxies, simple namespaces."""

import sys

GenericAlias = type(list[int])
MappingProxy = type(int.__dict__)
SimpleNamespace = type(sys.implementation)


def show(function):
    try:
        print(function())
    except Exception as error:
        print(type(error).__name__, error)


class Outer:
    class Inner:
        pass


for function in (
    lambda: list[int], lambda: dict[str, list[int]], lambda: tuple[int, ...], lambda: tuple[()], lambda: list[None], lambda: list["name"],
    lambda: list[Outer.Inner], lambda: list[int] == list[int], lambda: list[int] == list[str], lambda: hash(list[int]) == hash(list[int]),
    lambda: list[int].__origin__, lambda: dict[int, str].__args__, lambda: list[int].__parameters__, lambda: list[int](range(3)),
    lambda: list[int].append, lambda: isinstance([], list[int]), lambda: issubclass(list, list[int]), lambda: list[int][str],
    lambda: GenericAlias(list, (int,)), lambda: GenericAlias(list, int) == list[int], lambda: [*tuple[int, str]], lambda: list[int].__doc__ == list.__doc__,
    lambda: list[int].__class__.__name__, lambda: list[int].__mro_entries__(()), lambda: type("C", (list,), {})([1]), lambda: list[int].nothing,
    lambda: list[int].__reduce__(), lambda: {list[int]: 1}[list[int]], lambda: type[int], lambda: int[str],
    lambda: list[int] | None, lambda: list[int] | str,
):
    show(function)


class Names(list[int]):
    pass


print(Names.__bases__, Names.__orig_bases__, Names([1, 2]))

proxy = MappingProxy({"a": 1, "b": 2})
for function in (
    lambda: proxy, lambda: proxy["a"], lambda: proxy["z"], lambda: len(proxy), lambda: list(proxy), lambda: "a" in proxy, lambda: proxy.get("z", 5),
    lambda: proxy.keys(), lambda: list(proxy.values()), lambda: list(proxy.items()), lambda: proxy.copy(), lambda: proxy | {"c": 3},
    lambda: {"c": 3} | proxy, lambda: proxy == {"a": 1, "b": 2}, lambda: proxy != {}, lambda: list(reversed(proxy)), lambda: MappingProxy(5),
    lambda: MappingProxy([1]), lambda: proxy.__setitem__, lambda: proxy.__ior__({}), lambda: str(proxy), lambda: bool(MappingProxy({})),
    lambda: type(int.__dict__).__name__, lambda: "bit_length" in int.__dict__,
):
    show(function)

space = SimpleNamespace(a=1, b="x")
space.c = [1]
print(space, space.a, space == SimpleNamespace(a=1, b="x", c=[1]), space != SimpleNamespace(), SimpleNamespace())
del space.a
space.me = space
print(space, space.__dict__.keys())
show(lambda: SimpleNamespace(a=1) < SimpleNamespace(a=2))
print(SimpleNamespace(z=1, a=2), SimpleNamespace(**{"b": 1}).__reduce__()[1:])


class Space(SimpleNamespace):
    pass


print(Space(q=1), Space(q=1) == SimpleNamespace(q=1))
