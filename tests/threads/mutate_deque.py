# oracle: asserts
"""Deques shared by eight threads: appends and pops at both ends are atomic."""

from collections import deque

from _hammer import THREADS, hammer, run_all

ROUNDS = 300


def test_append_at_both_ends_loses_nothing():
    shared = deque()

    def work(number):
        for index in range(ROUNDS):
            if number % 2:
                shared.append((number, index))
            else:
                shared.appendleft((number, index))

    hammer(work)
    assert len(shared) == THREADS * ROUNDS
    for number in range(THREADS):
        mine = [index for thread, index in shared if thread == number]
        assert mine == (list(range(ROUNDS)) if number % 2 else list(range(ROUNDS))[::-1])


def test_pops_at_both_ends_give_each_item_once():
    shared = deque(range(THREADS * ROUNDS))

    def work(number):
        got = []
        take = shared.pop if number % 2 else shared.popleft
        while True:
            try:
                got.append(take())
            except IndexError:
                return got

    got = [item for part in hammer(work) for item in part]
    assert sorted(got) == list(range(THREADS * ROUNDS))


def test_first_in_first_out_for_each_producer():
    shared = deque()

    def produce(number):
        for index in range(ROUNDS):
            shared.append((number, index))
        return []

    def consume(number):
        got, misses = [], 0
        while len(got) < ROUNDS and misses < 50 * ROUNDS:
            try:
                got.append(shared.popleft())
            except IndexError:
                misses += 1
        return got

    parts = hammer(produce, consume) + [list(shared)]
    for part in parts[:-1]:
        latest = {}
        for thread, index in part:
            assert latest.get(thread, -1) < index
            latest[thread] = index
    everything = sorted(item for part in parts for item in part)
    assert everything == [(number, index) for number in range(0, THREADS, 2) for index in range(ROUNDS)]


def test_a_bound_is_never_exceeded():
    shared = deque(maxlen=10)

    def work(number):
        for index in range(ROUNDS):
            shared.append((number, index))
            assert len(shared) <= 10
            shared.appendleft((number, index))
            assert len(shared.copy()) <= 10

    hammer(work)
    assert len(shared) == 10


def test_rotation_and_reversal_keep_the_items():
    shared = deque(range(60))

    def work(number):
        for index in range(ROUNDS // 4):
            shared.rotate(number - 3)
            shared.reverse()

    hammer(work)
    assert sorted(shared) == list(range(60))


def test_extend_remove_and_clear():
    shared = deque()

    # `remove` searches: if another thread changes the deque meanwhile, CPython may raise IndexError.
    def careful(number):
        kept = []
        for index in range(ROUNDS // 4):
            shared.extend([(number, index), (number, -index - 1)])
            try:
                shared.remove((number, index))
            except (IndexError, ValueError):
                kept.append((number, index))
            kept.append((number, -index - 1))
        return kept

    kept = [item for part in hammer(careful) for item in part]
    assert sorted(shared) == sorted(kept)
    hammer(lambda number: shared.clear())
    assert len(shared) == 0


def test_iteration_during_changes_is_safe():
    shared = deque(range(50))

    def change(number):
        for index in range(ROUNDS):
            shared.append(index)
            shared.popleft()

    def iterate(number):
        for _ in range(50):
            try:
                assert all(isinstance(item, int) for item in shared)
            except RuntimeError as error:
                assert "mutated" in str(error)

    hammer(change, iterate)
    assert len(shared) == 50


run_all(globals())
