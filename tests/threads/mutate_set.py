# oracle: asserts
"""Sets shared by eight threads: the row `set` of the guarantees."""

from _hammer import THREADS, hammer, run_all

ROUNDS = 200


def test_add_loses_nothing():
    shared = set()

    def work(number):
        for index in range(ROUNDS):
            shared.add((number, index))
            shared.add(index)

    hammer(work)
    assert len(shared) == THREADS * ROUNDS + ROUNDS


def test_membership_during_growth():
    shared = {f"stay-{index}" for index in range(20)}

    def grow(number):
        for index in range(ROUNDS):
            shared.add(number * ROUNDS + index)

    def look(number):
        for index in range(ROUNDS * 2):
            assert f"stay-{index % 20}" in shared
            assert "never" not in shared
            assert len(shared) >= 20

    hammer(grow, look)
    assert len(shared) == 20 + THREADS // 2 * ROUNDS


def test_membership_during_removal():
    shared = set(range(1000))

    def remove(number):
        for index in range(number * 100, number * 100 + 100):
            shared.remove(index)
            shared.add(index)
            shared.discard(index)

    def look(number):
        assert all(index in shared for index in range(800, 1000))

    hammer(remove, look)
    assert all(index in shared for index in range(800, 1000))


def test_remove_has_one_winner():
    shared = set(range(ROUNDS))

    def work(number):
        won = 0
        for item in range(ROUNDS):
            try:
                shared.remove(item)
                won += 1
            except KeyError:
                pass
            shared.discard(item)
        return won

    # `discard` of another thread may win instead: at most one winner each.
    assert sum(hammer(work)) <= ROUNDS
    assert shared == set()


def test_pop_drains_once():
    shared = set(range(THREADS * ROUNDS))

    def work(number):
        got = []
        while True:
            try:
                got.append(shared.pop())
            except KeyError:
                return got

    got = [item for part in hammer(work) for item in part]
    assert sorted(got) == list(range(THREADS * ROUNDS))


def test_operators_and_copies_see_one_state():
    shared = {"stay"}
    pair = {"left", "right"}

    def toggle(number):
        target = shared
        for _ in range(ROUNDS):
            target ^= pair

    def look(number):
        for _ in range(ROUNDS // 4):
            for snapshot in (shared.copy(), set(shared), shared | set(), shared & shared, set(list(shared))):
                assert "stay" in snapshot
                assert len(snapshot) in (1, 3), snapshot
            assert len(shared & pair) in (0, 2)
            assert len(pair - shared) in (0, 2)
            assert shared != {"stay", "left"}
            assert not shared.isdisjoint({"stay"})
            assert shared.issuperset({"stay"})
            assert {"stay"} <= shared
            assert shared.issubset({"stay", "left", "right"})

    hammer(toggle, look)
    assert len(shared) == 1


def test_clear_is_whole():
    shared = set()
    pair = {1, 2}

    def fill(number):
        target = shared
        for _ in range(ROUNDS):
            target |= pair

    def clear(number):
        for _ in range(ROUNDS):
            shared.clear()

    def look(number):
        for _ in range(ROUNDS):
            assert shared.copy() in (set(), pair)

    hammer(fill, clear, look, look)


def test_operators_on_each_other_do_not_deadlock():
    first, second = {1}, {2}

    def one(number):
        target = first
        for index in range(ROUNDS // 4):
            target |= second
            target.add(index)
            first & second, first - second, first ^ second, first <= second

    def other(number):
        target = second
        for index in range(ROUNDS // 4):
            target |= first
            target.add(-index)
            second & first, second - first, second ^ first, second <= first

    hammer(one, other)
    assert {1, 2} <= first | second


def test_update_from_other_iterables_loses_nothing():
    shared = set()

    def work(number):
        for index in range(ROUNDS // 4):
            shared.update([(number, index, 0)], ((number, index, 1),), {(number, index, 2): None})
            shared.update((number, index, 3 + extra) for extra in range(2))

    hammer(work)
    assert len(shared) == THREADS * (ROUNDS // 4) * 5


class Item:
    """Hashed and compared by Python code."""

    def __init__(self, value):
        self.value = value

    def __hash__(self):
        return self.value % 5

    def __eq__(self, other):
        return isinstance(other, Item) and self.value == other.value


def test_items_compared_by_python_stay_unique():
    shared = set()

    def work(number):
        for value in range(40):
            shared.add(Item(value))
            assert Item(value) in shared

    hammer(work)
    assert sorted(item.value for item in shared) == list(range(40))


def test_iteration_during_changes_is_safe():
    shared = set(range(50))

    def change(number):
        for index in range(ROUNDS):
            shared.add((number, index))
            shared.discard((number, index - 10))

    def iterate(number):
        for _ in range(50):
            try:
                for item in shared:
                    assert isinstance(item, (int, tuple))
            except RuntimeError as error:
                assert "changed" in str(error)

    hammer(change, iterate)
    assert set(range(50)) <= shared


run_all(globals())
