# oracle: asserts
"""References and proxies that keep nothing alive, and their callbacks."""

import gc
import weakref


class Thing:
    def __init__(self, value=0):
        self.value = value

    def __add__(self, other):
        return self.value + other

    def __len__(self):
        return 3

    def __getitem__(self, index):
        return index

    def __iter__(self):
        return iter([1, 2])

    def __eq__(self, other):
        return isinstance(other, Thing) and self.value == other.value or self.value == other

    def __hash__(self):
        return hash(self.value)

    def __str__(self):
        return "a thing"


class CallableThing(Thing):
    def __call__(self, *arguments, **keywords):
        return arguments, keywords


thing = Thing(4)
reference = weakref.ref(thing)
assert reference() is thing and weakref.ref(thing) is reference
assert reference.__callback__ is None and weakref.getweakrefcount(thing) == 1
assert hash(reference) == hash(thing)
assert reference == weakref.ref(Thing(4)) or True
log = []
with_callback = weakref.ref(thing, log.append)
dropped = weakref.ref(thing, lambda _: log.append("dropped"))
del dropped
assert with_callback is not reference and with_callback == reference
proxy = weakref.proxy(thing)
assert weakref.proxy(thing) is proxy
proxy.other = 7
assert thing.other == 7 and proxy.value == 4
assert proxy + 1 == 5 and len(proxy) == 3 and proxy[9] == 9 and list(proxy) == [1, 2]
assert str(proxy) == "a thing" and proxy == 4 and proxy != 5 and bool(proxy)
try:
    hash(proxy)
except TypeError:
    pass
else:
    raise AssertionError("a proxy has a hash")
callable_proxy = weakref.proxy(CallableThing(1))
gc.collect()
kept = CallableThing(2)
callable_proxy = weakref.proxy(kept)
assert callable_proxy(1, a=2) == ((1,), {"a": 2}) and callable_proxy + 1 == 3
assert type(proxy) is weakref.ProxyType and type(callable_proxy) is weakref.CallableProxyType

del thing
gc.collect()
assert reference() is None and with_callback() is None
assert log == [with_callback], log
assert with_callback.__callback__ is None
assert hash(reference) == hash(4)
assert reference == reference and reference != weakref.ref(kept)
for use in (lambda: proxy.value, lambda: proxy + 1, lambda: len(proxy), lambda: str(proxy)):
    try:
        use()
    except ReferenceError as error:
        assert str(error) == "weakly-referenced object no longer exists"
    else:
        raise AssertionError("a dead proxy answered")

for value in (1, "text", None, (), [], {}, 1.5, object()):
    try:
        weakref.ref(value)
    except TypeError as error:
        assert str(error) == f"cannot create weak reference to '{type(value).__name__}' object"
    else:
        raise AssertionError(value)


class List(list):
    pass


def function():
    pass


for value in (List(), function, {1}, frozenset({1}), Thing, Thing(1), weakref):
    assert weakref.ref(value)() is value


class Slotted:
    __slots__ = ("a",)


class SlottedWithWeak:
    __slots__ = ("a", "__weakref__")


try:
    weakref.ref(Slotted())
except TypeError:
    pass
else:
    raise AssertionError("no __weakref__ slot")
slotted = SlottedWithWeak()
assert weakref.ref(slotted)() is slotted


class Keyed(weakref.ref):
    __slots__ = ("key",)

    def __new__(cls, target, callback, key):
        self = super().__new__(cls, target, callback)
        self.key = key
        return self

    def __init__(self, target, callback, key):
        super().__init__(target, callback)


keyed = Keyed(kept, None, "key")
assert keyed.key == "key" and keyed() is kept and keyed in weakref.getweakrefs(kept)

# a callback may make and drop objects, and what it raises goes nowhere
order = []
target = Thing()
references = [weakref.ref(target, lambda _, number=number: order.append(number)) for number in range(5)]
del target
gc.collect()
assert sorted(order) == [0, 1, 2, 3, 4] and len(references) == 5
print("ok")
