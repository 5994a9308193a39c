# oracle: asserts
"""Dicts shared by eight threads: the row `dict` of the guarantees."""

from _hammer import THREADS, hammer, run_all

ROUNDS = 200


def test_distinct_keys_are_all_kept():
    shared = {}

    def work(number):
        for index in range(ROUNDS):
            shared[number, index] = index
            shared[f"{number}-{index}"] = number

    hammer(work)
    assert len(shared) == 2 * THREADS * ROUNDS
    for number in range(THREADS):
        for index in range(ROUNDS):
            assert shared[number, index] == index
            assert shared[f"{number}-{index}"] == number


def test_reads_during_growth_find_what_stays():
    shared = {f"stay-{index}": index for index in range(20)}

    def grow(number):
        for index in range(ROUNDS):
            shared[number * ROUNDS + index] = index

    def read(number):
        for index in range(ROUNDS * 2):
            key = f"stay-{index % 20}"
            assert shared[key] == index % 20
            assert shared.get(key) == index % 20
            assert key in shared
            assert "never" not in shared
            assert shared.get("never") is None
            assert len(shared) >= 20

    hammer(grow, read)
    assert len(shared) == 20 + THREADS // 2 * ROUNDS


def test_reads_during_deletion_find_what_stays():
    shared = {index: index for index in range(1000)}

    def delete(number):
        for index in range(number * 100, number * 100 + 100):
            del shared[index]
            shared[index] = index
            del shared[index]

    def read(number):
        for index in range(800, 1000):
            assert shared[index] == index

    hammer(delete, read)
    assert all(index in shared for index in range(800, 1000))


def test_values_are_whole():
    shared = {"pair": (0, 0)}

    def write(number):
        for index in range(ROUNDS * 2):
            shared["pair"] = (index, -index)

    def read(number):
        for _ in range(ROUNDS * 2):
            left, right = shared["pair"]
            assert left == -right

    hammer(write, read)
    assert len(shared) == 1


def test_setdefault_has_one_winner():
    shared = {}

    def work(number):
        return [shared.setdefault(index, (number, index)) for index in range(ROUNDS)]

    results = hammer(work)
    for index in range(ROUNDS):
        assert all(part[index] is shared[index] for part in results)


def test_pop_and_del_have_one_winner():
    for remove in (lambda shared, key: shared.pop(key), lambda shared, key: shared.__delitem__(key)):
        shared = dict.fromkeys(range(ROUNDS), "value")

        def work(number):
            won = 0
            for key in range(ROUNDS):
                try:
                    remove(shared, key)
                except KeyError:
                    continue
                won += 1
            return won

        assert sum(hammer(work)) == ROUNDS
        assert shared == {}


def test_pop_with_a_default_has_one_winner():
    shared = {key: key for key in range(ROUNDS)}

    def work(number):
        return [key for key in range(ROUNDS) if shared.pop(key, None) is not None]

    got = [key for part in hammer(work) for key in part]
    assert sorted(got) == list(range(ROUNDS))


def test_popitem_drains_once():
    shared = {key: -key for key in range(THREADS * ROUNDS)}

    def work(number):
        got = []
        while True:
            try:
                got.append(shared.popitem())
            except KeyError:
                return got

    got = [pair for part in hammer(work) for pair in part]
    assert sorted(got) == [(key, -key) for key in range(THREADS * ROUNDS)]


def snapshots_of(shared):
    yield shared.copy()
    yield shared | {}
    yield {} | shared
    yield dict(shared)
    yield dict(list(shared.items()))
    values = list(shared.values())
    yield dict(zip("ab", values))


def test_update_and_its_operator_are_atomic():
    shared = {"a": 0, "b": 0}

    def update(number):
        for index in range(ROUNDS):
            shared.update({"a": index, "b": index})

    def merge(number):
        target = shared
        for index in range(ROUNDS):
            target |= {"a": -index, "b": -index}

    def look(number):
        for _ in range(ROUNDS // 4):
            for snapshot in snapshots_of(shared):
                assert snapshot["a"] == snapshot["b"], snapshot

    hammer(update, look, merge, look)


def test_equality_sees_one_state():
    shared = {"a": 1, "b": 1}
    never = {"a": 1, "b": 2}

    def update(number):
        for index in range(ROUNDS):
            value = 1 + index % 2
            shared.update({"a": value, "b": value})

    def compare(number):
        for _ in range(ROUNDS):
            assert shared != never
            assert not never == shared

    hammer(update, compare)


def test_equality_of_two_that_change_does_not_deadlock():
    first, second = {1: 1}, {1: 1}

    def one(number):
        for index in range(ROUNDS // 2):
            first[index] = index
            first == second
            first.update(second)

    def other(number):
        for index in range(ROUNDS // 2):
            second[-index] = index
            second == first
            second.update(first)

    hammer(one, other)
    assert all(first[index] == index for index in range(2, ROUNDS // 2))


def test_clear_is_whole():
    shared = {}

    def fill(number):
        for index in range(ROUNDS):
            shared.update({"a": index, "b": index})

    def clear(number):
        for _ in range(ROUNDS):
            shared.clear()

    def look(number):
        for _ in range(ROUNDS):
            snapshot = shared.copy()
            assert snapshot == {} or snapshot.keys() == {"a", "b"} and snapshot["a"] == snapshot["b"]

    hammer(fill, clear, look, look)


def test_order_is_kept():
    shared = {}

    def work(number):
        for index in range(ROUNDS):
            shared[number, index] = None

    hammer(work)
    for number in range(THREADS):
        assert [index for thread, index in shared if thread == number] == list(range(ROUNDS))


class Key:
    """Hashed and compared by Python code."""

    def __init__(self, value):
        self.value = value

    def __hash__(self):
        return self.value % 7

    def __eq__(self, other):
        return isinstance(other, Key) and self.value == other.value


def test_keys_compared_by_python_stay_unique():
    shared = {}

    def work(number):
        for value in range(40):
            shared[Key(value)] = value
            assert shared[Key(value)] == value

    hammer(work)
    assert len(shared) == 40
    assert sorted(key.value for key in shared) == list(range(40))
    assert all(key.value == value for key, value in shared.items())


def test_iteration_during_changes_is_safe():
    shared = {index: index for index in range(50)}

    def change(number):
        for index in range(ROUNDS):
            shared[number, index] = index
            if index > 10:
                del shared[number, index - 10]

    def iterate(number):
        errors = 0
        for _ in range(50):
            try:
                for key, value in shared.items():
                    assert key == value or key[1] == value
            except RuntimeError as error:
                assert "changed" in str(error)
                errors += 1
        return errors

    hammer(change, iterate)
    assert all(shared[index] == index for index in range(50))


def test_kinds_of_keys_may_change_meanwhile():
    shared = {}

    def work(number):
        for index in range(ROUNDS):
            shared[str(index)] = index
            shared[index] = index
            shared[float(index) + 0.5] = index
            shared[index, "tuple"] = index

    hammer(work)
    assert len(shared) == 4 * ROUNDS


def test_shared_counters_under_get_never_go_bad():
    shared = {}

    def work(number):
        for _ in range(ROUNDS):
            # Not atomic, so counts may be lost; but what is there is a count.
            shared["count"] = shared.get("count", 0) + 1

    hammer(work)
    assert 1 <= shared["count"] <= THREADS * ROUNDS


run_all(globals())
