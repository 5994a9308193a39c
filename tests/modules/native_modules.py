# oracle: python3
"""What every native module owes: its signatures parse, and its types have their names in `types`."""

import builtins
import dataclasses
import importlib
import inspect
import sys
import types
import typing

modules = [name for name in sys.builtin_module_names if name != "__main__" and not name.startswith("_sysconfigdata")]


def signatures(owner):
    for name, member in sorted(vars(owner).items()):
        if callable(member):
            try:
                inspect.signature(member)
            except (ValueError, TypeError):
                pass
            if isinstance(member, type) and member.__module__ == getattr(owner, "__name__", None):
                signatures(member)


for name in modules:
    signatures(importlib.import_module(name))
signatures(builtins)
print(inspect.signature(print))
print(inspect.signature(object.__init__), inspect.signature(type.__call__))


class Slots:
    __slots__ = ("value",)


print(type(Slots.value) is types.MemberDescriptorType, type(types.FunctionType.__code__) is types.GetSetDescriptorType)
print(type(object.__init__) is types.WrapperDescriptorType, type(object().__str__) is types.MethodWrapperType)
print(type(str.join) is types.MethodDescriptorType, type(dict.__dict__["fromkeys"]) is types.ClassMethodDescriptorType)
print(type(len) is types.BuiltinFunctionType, type([].append) is types.BuiltinMethodType, type(None) is types.NoneType)


@dataclasses.dataclass(slots=True, frozen=True)
class Base:
    kind: str
    name: str


@dataclasses.dataclass(slots=True, frozen=True)
class Derived(Base):
    kind: int
    title: str


print(Derived(1, "name", "title"))


class WithSlots(typing.Generic[typing.TypeVar("T")]):
    __slots__ = ("value", "__weakref__")


print(WithSlots.__slots__, typing.Generic.__weakrefoffset__, typing.Generic.__dictoffset__)
