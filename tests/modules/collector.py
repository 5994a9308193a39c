# oracle: asserts
"""gc: collections find cycles and say so, settings are kept, callbacks run, and what refers to what can be asked."""

import gc
import weakref


class Node:
    def __init__(self):
        self.me = self


def cycle():
    return weakref.ref(Node())


gc.collect()
reference = cycle()
assert gc.collect() > 0
assert reference() is None

# settings
assert gc.isenabled()
gc.disable()
assert not gc.isenabled()
reference = cycle()
gc.collect()
assert reference() is None
gc.enable()
assert gc.isenabled()
before = gc.get_threshold()
assert len(before) == 3
gc.set_threshold(700)
assert gc.get_threshold() == (700,) + before[1:]
gc.set_threshold(*before)
assert gc.get_threshold() == before
for bad in (-1, 3):
    try:
        gc.collect(bad)
    except ValueError as error:
        assert str(error) == "invalid generation"
    else:
        raise AssertionError(bad)
assert gc.collect(0) >= 0 and gc.collect(generation=1) >= 0
assert len(gc.get_count()) == 3 and all(isinstance(count, int) for count in gc.get_count())
stats = gc.get_stats()
assert [set(entry) for entry in stats] == [{"collections", "collected", "uncollectable"}] * 3
assert stats[2]["collections"] > 0 and stats[2]["collected"] > 0
assert gc.garbage == [] and gc.get_debug() == 0
gc.set_debug(gc.DEBUG_UNCOLLECTABLE)
assert gc.get_debug() == gc.DEBUG_UNCOLLECTABLE
gc.set_debug(0)
assert gc.DEBUG_LEAK == gc.DEBUG_COLLECTABLE | gc.DEBUG_UNCOLLECTABLE | gc.DEBUG_SAVEALL

# callbacks
seen = []


def callback(phase, information):
    seen.append((phase, information["generation"], sorted(information)))


gc.callbacks.append(callback)
gc.collect(1)
gc.callbacks.remove(callback)
gc.collect()
keys = ["collected", "generation", "uncollectable"]
assert seen == [("start", 1, keys), ("stop", 1, keys)], seen

# what is tracked
for atom in (1, 1.5, "a", b"a", None, True, (), 1j, range(3)):
    assert not gc.is_tracked(atom), atom
for container in ([], {"a": []}, {1}, Node(), Node, callback, gc, ([],)):
    assert gc.is_tracked(container), container

# finalizers
log = []


class Finalized:
    def __init__(self, key):
        self.key = key
        self.me = self

    def __del__(self):
        log.append(self.key)
        kept.append(self)


kept = []
one = Finalized("one")
assert not gc.is_finalized(one) and not gc.is_finalized(Node())
del one
gc.collect()
assert log == ["one"] and gc.is_finalized(kept[0])
kept.clear()
gc.collect()
assert log == ["one"]


class Chained:
    def __init__(self, rest):
        self.rest = rest
        self.me = self

    def __del__(self):
        log.append(type(self.rest).__name__)


log.clear()
chain = None
for _ in range(50):
    chain = Chained(chain)
reference = weakref.ref(chain)
del chain
gc.collect()
assert len(log) == 50 and reference() is None, len(log)

# graph
inner = []
outer = [inner, 1]
table = {"key": inner}
holder = Node()
holder.attribute = inner
referrers = gc.get_referrers(inner)
for one in (outer, table):
    assert any(found is one for found in referrers), one
assert any(found is holder or found is holder.__dict__ for found in referrers)
assert not any(found is holder for found in gc.get_referrers([]))
assert sorted(map(repr, gc.get_referents(outer))) == ["1", "[]"]
assert any(found is inner for found in gc.get_referents(table))
assert any(found is Node for found in gc.get_referents(holder))
assert gc.get_referents() == [] and gc.get_referents(1, "a") == []
# A class keeps no list that a program can see.
assert not any(type(found) is list for found in gc.get_referents(Node))
everything = gc.get_objects()
assert any(found is outer for found in everything)
assert any(found is Node for found in everything)
assert not any(isinstance(found, int) for found in everything)
del everything, referrers
for bad, text in (
    (-1, "generation parameter cannot be negative"),
    (3, "generation parameter must be less than the number of available generations (3)"),
):
    try:
        gc.get_objects(generation=bad)
    except ValueError as error:
        assert str(error) == text
    else:
        raise AssertionError(bad)
gc.freeze()
assert gc.get_freeze_count() > 0
gc.unfreeze()
assert gc.get_freeze_count() == 0
print("ok")
