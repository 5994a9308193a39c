# oracle: asserts
"""Generators shared by eight threads: one thread runs it, the others get ValueError; no item is given out twice."""

import threading

from _hammer import THREADS, hammer, run_all

ROUNDS = 300


def numbers(count):
    for index in range(count):
        yield index


def take_all(generator):
    """What one thread gets of a shared generator."""
    got = []
    while True:
        try:
            got.append(next(generator))
        except StopIteration:
            return got
        except ValueError as error:
            assert "already executing" in str(error)


def test_each_item_is_given_once():
    for _ in range(5):
        shared = numbers(ROUNDS)
        parts = hammer(lambda number: take_all(shared))
        assert sorted(item for part in parts for item in part) == list(range(ROUNDS))
        assert all(part == sorted(part) for part in parts)


def test_under_a_lock_nobody_is_refused():
    shared = numbers(ROUNDS * THREADS)
    lock = threading.Lock()

    def work(number):
        got = []
        while True:
            with lock:
                item = next(shared, None)
            if item is None:
                return got
            got.append(item)

    parts = hammer(work)
    assert sorted(item for part in parts for item in part) == list(range(ROUNDS * THREADS))


def test_send_reaches_the_generator_once():
    received = []

    def sink():
        while True:
            item = yield
            received.append(item)

    shared = sink()
    next(shared)

    def work(number):
        for index in range(ROUNDS // 4):
            while True:
                try:
                    shared.send((number, index))
                    break
                except ValueError as error:
                    assert "already executing" in str(error)

    hammer(work)
    assert sorted(received) == [(number, index) for number in range(THREADS) for index in range(ROUNDS // 4)]


def test_close_runs_the_end_once():
    for _ in range(30):
        ended = []

        def body():
            try:
                while True:
                    yield
            finally:
                ended.append(True)

        shared = body()
        next(shared)

        def work(number):
            while True:
                try:
                    shared.close()
                    return
                except ValueError as error:
                    assert "already executing" in str(error)

        hammer(work)
        assert ended == [True]
        assert next(shared, "over") == "over"


def test_throw_is_raised_inside_once_for_each():
    caught = []

    def body():
        while True:
            try:
                yield
            except KeyError as error:
                caught.append(error.args[0])

    shared = body()
    next(shared)

    def work(number):
        for index in range(ROUNDS // 10):
            while True:
                try:
                    shared.throw(KeyError((number, index)))
                    break
                except ValueError as error:
                    assert "already executing" in str(error)

    hammer(work)
    assert sorted(caught) == [(number, index) for number in range(THREADS) for index in range(ROUNDS // 10)]


def test_a_generator_moves_from_thread_to_thread():
    def body():
        total = 0
        while True:
            total += yield total

    shared = body()
    next(shared)
    turn = threading.Semaphore(1)

    def work(number):
        for _ in range(ROUNDS // 4):
            with turn:
                shared.send(1)

    hammer(work)
    assert shared.send(0) == THREADS * (ROUNDS // 4)


def test_delegation():
    def outer(count):
        yield from numbers(count)
        yield from (item + count for item in numbers(count))

    shared = outer(ROUNDS)
    parts = hammer(lambda number: take_all(shared))
    assert sorted(item for part in parts for item in part) == list(range(2 * ROUNDS))


def test_each_level_of_a_chain_is_resumed_by_somebody():
    def level(inner):
        while True:
            try:
                yield from inner
                return
            except ValueError as error:
                # Somebody runs the inner one, who came by another level.
                assert "already executing" in str(error)

    for _ in range(5):
        chain = [numbers(ROUNDS)]
        for _ in range(3):
            chain.append(level(chain[-1]))
        parts = hammer(lambda number: take_all(chain[number % len(chain)]))
        assert sorted(item for part in parts for item in part) == list(range(ROUNDS))
        assert [next(generator, None) for generator in chain] == [None] * len(chain)


def test_generators_of_each_thread_are_independent():
    def work(number):
        return sum(sum(numbers(50)) for _ in range(20))

    assert hammer(work) == [20 * sum(range(50))] * THREADS


run_all(globals())
