# oracle: asserts
"""Audit hooks are added and called by eight threads at once: none is lost, each sees its own thread's events in order, and a hook's
exception goes to the thread that raised the event."""

import os
import sys
import threading

from _hammer import THREADS, hammer, run_all

ROUNDS = 40


class Refused(Exception):
    pass


def test_added_while_events_are_raised():
    """From the moment that `addaudithook` has returned, a hook sees every event of the thread that added it."""
    lists = []

    def work(number):
        me = threading.get_ident()
        expected = []
        for turn in range(ROUNDS):
            seen = []

            def hook(event, args, seen=seen):
                if event == "test.event" and args[0] == me:
                    seen.append(args[1])

            sys.addaudithook(hook)
            expected.append((seen, turn))
            sys.audit("test.event", me, turn)
        for seen, first in expected:
            assert seen == list(range(first, ROUNDS)), (number, first, seen)
        lists.append(len(expected))

    hammer(work)
    assert lists == [ROUNDS] * THREADS


def test_all_hooks_were_kept():
    """All threads' hooks see an event, in one order that later events see too."""
    order = []

    def work(number):
        for turn in range(ROUNDS):
            sys.addaudithook(lambda event, args, key=(number, turn): order.append(key) if event == "test.roll" else None)

    hammer(work)
    sys.audit("test.roll")
    first = order[:]
    assert sorted(first) == [(number, turn) for number in range(THREADS) for turn in range(ROUNDS)]
    for number in range(THREADS):
        assert [turn for owner, turn in first if owner == number] == list(range(ROUNDS))
    order.clear()
    sys.audit("test.roll")
    assert order == first


def test_refusals_stay_in_their_thread():
    """What a native function is refused, the others may do."""
    refused = set()

    def hook(event, args):
        if event == "os.listdir" and threading.get_ident() in refused:
            raise Refused(args[0])

    sys.addaudithook(hook)

    def work(number):
        count = 0
        if number % 2:
            refused.add(threading.get_ident())
        for _ in range(ROUNDS):
            try:
                os.listdir("/")
            except Refused as error:
                assert error.args == ("/",)
                count += 1
        refused.discard(threading.get_ident())
        return count

    assert hammer(work) == [ROUNDS if number % 2 else 0 for number in range(THREADS)]


run_all(globals())
