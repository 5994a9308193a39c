# oracle: asserts
"""Weak references used by eight threads while their objects die: alive and whole, or None."""

import gc
import weakref

from _hammer import THREADS, hammer, run_all

ROUNDS = 150


class Thing:
    def __init__(self, value):
        self.value = value
        self.check = -value


def test_a_reference_gives_a_whole_object_or_none():
    slots = [Thing(0) for _ in range(8)]
    references = [weakref.ref(thing) for thing in slots]

    def replace(number):
        for index in range(ROUNDS):
            thing = Thing(index)
            references[index % 8] = weakref.ref(thing)
            slots[index % 8] = thing
            del thing

    def read(number):
        alive = 0
        for index in range(ROUNDS * 4):
            thing = references[index % 8]()
            if thing is not None:
                alive += 1
                assert thing.value == -thing.check
        return alive

    hammer(replace, read)
    del slots[:]
    gc.collect()
    assert all(reference() is None for reference in references)


def test_the_last_references_are_dropped_at_once():
    for _ in range(20):
        shared = [Thing(1)]
        reference = weakref.ref(shared[0])

        def drop(number):
            try:
                shared.pop()
            except IndexError:
                pass
            thing = reference()
            assert thing is None or thing.value == 1

        hammer(drop)
        gc.collect()
        assert reference() is None


def test_each_callback_runs_once():
    called = []
    references = []

    def work(number):
        for index in range(ROUNDS // 3):
            thing = Thing(index)
            key = (number, index)
            references.append(weakref.ref(thing, lambda reference, key=key: called.append(key)))
            del thing

    hammer(work)
    gc.collect()
    assert all(reference() is None for reference in references)
    assert sorted(called) == [(number, index) for number in range(THREADS) for index in range(ROUNDS // 3)]


def test_finalizers_run_once():
    finalized = []

    class Finalized:
        def __init__(self, key):
            self.key = key

        def __del__(self):
            finalized.append(self.key)

    def work(number):
        for index in range(ROUNDS // 3):
            one = Finalized((number, index))
            if index % 2:
                # A cycle.
                one.self = one
            del one

    hammer(work)
    gc.collect()
    assert sorted(finalized) == [(number, index) for number in range(THREADS) for index in range(ROUNDS // 3)]


def test_the_same_object_has_one_reference():
    thing = Thing(3)
    parts = hammer(lambda number: [weakref.ref(thing) for _ in range(20)])
    assert len({id(reference) for part in parts for reference in part}) == 1
    assert all(reference() is thing for part in parts for reference in part)
    assert all(hash(reference) == hash(thing) for part in parts for reference in part)


def test_weak_dictionaries():
    by_value = weakref.WeakValueDictionary()
    by_key = weakref.WeakKeyDictionary()
    kept = []

    def work(number):
        for index in range(ROUNDS // 3):
            thing = Thing(index)
            by_value[number, index] = thing
            by_key[thing] = (number, index)
            if index % 3 == 0:
                kept.append(thing)
            found = by_value.get((number, index))
            assert found is thing
            assert by_key[thing] == (number, index)
            del thing, found

    hammer(work)
    gc.collect()
    assert len(by_value) == len(by_key) == len(kept) == THREADS * len(range(0, ROUNDS // 3, 3))
    assert all(by_value[by_key[thing]] is thing for thing in kept)


def test_weak_sets_and_proxies():
    alive = weakref.WeakSet()
    thing = Thing(9)
    proxy = weakref.proxy(thing)

    def work(number):
        mine = [Thing(index) for index in range(20)]
        alive.update(mine)
        for _ in range(ROUNDS):
            assert proxy.value == 9 and proxy.check == -9
            assert mine[0] in alive
        return None

    hammer(work)
    gc.collect()
    assert len(alive) == 0
    del thing
    gc.collect()
    try:
        proxy.value
    except ReferenceError:
        pass
    else:
        raise AssertionError("a proxy outlived its object")


run_all(globals())
