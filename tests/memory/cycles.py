# oracle: asserts
# stress: long
# timeout: 120
"""Cyclic graphs of several kinds are given back."""

import gc
import weakref

from _resident import resident, settle


class Node:
    def __init__(self, size):
        self.payload = [0] * size
        self.links = []


def ring(length):
    nodes = [Node(100) for _ in range(length)]
    for left, right in zip(nodes, nodes[1:] + nodes[:1]):
        left.links.append(right)
        right.links.append(left)
    return weakref.ref(nodes[0])


def self_dict():
    table = {"payload": [0] * 200}
    table["self"] = table
    return None


def closure():
    payload = [0] * 200

    def again():
        return again, payload

    return weakref.ref(again)


def class_cycle():
    class Local:
        payload = [0] * 200

    Local.instance = Local()
    return weakref.ref(Local)


def generator_cycle():
    def body():
        payload = [0] * 200
        holder = yield
        yield payload, holder

    g = body()
    next(g)
    g.send(g)
    return weakref.ref(g)


def exception_cycle():
    class Own(Exception):
        pass

    try:
        payload = [0] * 200
        raise Own
    except Own as error:
        kept = error
        kept.me = kept, payload
    return weakref.ref(kept)


def warm():
    for make in (self_dict, closure, class_cycle, generator_cycle, exception_cycle):
        make()
    ring(10)


warm()
base = settle()
references = []
for _ in range(300):
    references.append(ring(100))
for make in (self_dict, closure, class_cycle, generator_cycle, exception_cycle):
    for _ in range(2000):
        reference = make()
        if reference is not None:
            references.append(reference)
references = references[-50:] + references[:50]
gc.collect()
assert all(reference() is None for reference in references), sum(reference() is not None for reference in references)
after = settle()
assert after < base + 48, (base, after)
print("ok")
