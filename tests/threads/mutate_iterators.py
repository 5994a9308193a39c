# oracle: asserts
"""Iterators shared by eight threads: what they give belongs to what they iterate over, and they end."""

import itertools

from _hammer import THREADS, hammer, run_all

SIZE = 400


def drain(iterator, limit):
    """What one thread gets; `limit` ends an iterator that never would."""
    got = []
    for _ in range(limit):
        try:
            got.append(next(iterator))
        except StopIteration:
            break
    else:
        raise AssertionError("an iterator does not end")
    return got


def test_builtin_iterators_give_only_what_is_there():
    items = [(index, -index) for index in range(SIZE)]
    makers = [
        lambda: iter(items),
        lambda: reversed(items),
        lambda: iter(tuple(items)),
        lambda: iter(dict.fromkeys(items)),
        lambda: iter(dict.fromkeys(items).items()),
        lambda: iter(set(items)),
        lambda: iter(range(SIZE)),
        lambda: iter(range(10**20, 10**20 + SIZE)),
        lambda: iter("x" * SIZE),
        lambda: iter(b"x" * SIZE),
        lambda: map(lambda item: item, items),
        lambda: filter(None, items),
    ]
    for make in makers:
        wanted = set(make())
        shared = make()
        parts = hammer(lambda number: drain(shared, THREADS * SIZE * 2))
        got = [item for part in parts for item in part]
        assert set(got) <= wanted, set(got) - wanted
        assert got
        assert next(shared, "over") == "over"


def test_paired_iterators_give_only_what_their_parts_give():
    # Which index goes with which item is not promised when several threads share one.
    items = [f"item-{index}" for index in range(SIZE)]
    for make in (lambda: enumerate(items), lambda: zip(range(SIZE), items)):
        shared = make()
        parts = hammer(lambda number: drain(shared, THREADS * SIZE * 2))
        got = [pair for part in parts for pair in part]
        assert got
        assert {index for index, _ in got} <= set(range(-1, SIZE + THREADS))
        assert {item for _, item in got} <= set(items)
        assert next(shared, "over") == "over"


def test_counting_gives_each_number_once():
    shared = itertools.count()
    parts = hammer(lambda number: [next(shared) for _ in range(SIZE)])
    assert sorted(item for part in parts for item in part) == list(range(THREADS * SIZE))


def test_cycles_and_chains_give_only_what_is_there():
    cycle = itertools.cycle("abc")
    parts = hammer(lambda number: [next(cycle) for _ in range(SIZE)])
    assert {item for part in parts for item in part} <= set("abc")

    for shared in (
        itertools.chain(range(SIZE), range(SIZE)),
        itertools.islice(itertools.count(), SIZE),
        itertools.accumulate([1] * SIZE),
        itertools.takewhile(lambda item: item < SIZE, itertools.count()),
        itertools.repeat(1, SIZE),
        itertools.product(range(20), range(20)),
        itertools.combinations(range(12), 3),
        itertools.permutations(range(6), 3),
    ):
        parts = hammer(lambda number: drain(shared, THREADS * SIZE * 4))
        assert all(isinstance(item, (int, tuple)) for part in parts for item in part)


def test_a_list_iterator_follows_a_list_that_grows_and_shrinks():
    shared = list(range(SIZE))

    def iterate(number):
        for _ in range(10):
            for item in shared:
                assert 0 <= item < SIZE

    def change(number):
        for index in range(SIZE):
            shared.append(index)
            try:
                shared.pop()
            except IndexError:
                pass

    hammer(iterate, change)
    assert shared[: SIZE // 2] == list(range(SIZE // 2))


def test_a_dict_iterator_ends_or_says_that_the_dict_changed():
    shared = dict.fromkeys(range(50), 0)

    def iterate(number):
        for _ in range(40):
            for view in (shared, shared.values(), shared.items()):
                try:
                    for _ in view:
                        pass
                except RuntimeError as error:
                    assert "changed" in str(error)

    def change(number):
        for index in range(SIZE):
            shared[number, index] = 0
            shared.pop((number, index))

    hammer(iterate, change)
    assert len(shared) == 50


class Countdown:
    """An iterator in Python: not atomic, so it is shared under no promise but that of its parts."""

    def __init__(self, items):
        self.items = items

    def __iter__(self):
        return self

    def __next__(self):
        try:
            return self.items.pop()
        except IndexError:
            raise StopIteration from None


def test_an_iterator_in_python_over_atomic_steps():
    shared = Countdown(list(range(SIZE)))
    parts = hammer(lambda number: list(shared))
    assert sorted(item for part in parts for item in part) == list(range(SIZE))


run_all(globals())
