# oracle: python3
"""A variable keeps its value until its function ends, and frames show it, whether the function still reads it or not."""

import gc
import sys
import weakref


class Thing:
    def __init__(self, name):
        self.name = name

    def __repr__(self):
        return f"Thing({self.name!r})"


def unread():
    kept = Thing("kept")
    alive = weakref.ref(kept)
    for _ in range(3):
        gc.collect()
    return alive() is not None


print(unread())


def seen_by_a_callee():
    first = Thing("first")
    second = [Thing("second")]
    for _ in range(2):
        gc.collect()
    return show()


def show():
    gc.collect()
    return sorted((name, repr(value)) for name, value in sys._getframe(1).f_locals.items() if name != "_")


print(seen_by_a_callee())


def fails():
    witness = Thing("witness")
    other = {"of": Thing("the error")}
    gc.collect()
    raise ValueError


try:
    fails()
except ValueError as error:
    frame = error.__traceback__.tb_next.tb_frame
for _ in range(3):
    gc.collect()
print(sorted((name, repr(value)) for name, value in frame.f_locals.items()))


def generate():
    at_first = Thing("before the yield")
    alive = weakref.ref(at_first)
    yield alive
    gc.collect()
    yield alive() is not None


generator = generate()
alive = next(generator)
gc.collect()
print(alive(), sorted(generator.gi_frame.f_locals), next(generator))
print(alive())
del generator
for _ in range(3):
    gc.collect()
print(alive())


def deleted():
    thing = Thing("deleted")
    alive = weakref.ref(thing)
    del thing
    gc.collect()
    return alive()


print(deleted())
