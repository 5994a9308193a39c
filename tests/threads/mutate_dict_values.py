# oracle: asserts
"""Values of keys that are there, overwritten by eight threads while the dict changes otherwise: the row `dict` of the guarantees."""

import gc
import threading
import time
import weakref
from collections import OrderedDict

from _hammer import THREADS, hammer, run_all

ROUNDS = 400
KEYS = 20


def keys_of(number):
    return [(number, index) for index in range(KEYS)]


def overwrite_own_keys(shared, stay=True, rounds=ROUNDS):
    """Each thread's own keys: what it has just written it reads back, or with `stay` false misses, but never what was there before."""

    def work(number):
        keys = keys_of(number)
        for index in range(rounds):
            for key in keys:
                shared[key] = index
            for key in keys:
                got = shared.get(key)
                assert got == index or (got is None and not stay), (key, index, got)

    return work


def filled(kind=dict):
    return kind((key, -1) for number in range(THREADS) for key in keys_of(number))


def assert_last_values(shared, numbers=range(THREADS)):
    for number in numbers:
        for key in keys_of(number):
            assert shared[key] == ROUNDS - 1, (key, shared[key])


def test_overwrites_of_own_keys():
    shared = filled()
    hammer(overwrite_own_keys(shared))
    assert_last_values(shared)
    assert len(shared) == THREADS * KEYS


def test_overwrites_while_the_table_is_replaced():
    shared = filled()

    def grow_and_shrink(number):
        for index in range(ROUNDS // 4):
            for key in range(number * 100, number * 100 + 30):
                shared[key] = index
            for key in range(number * 100, number * 100 + 30):
                assert shared.pop(key) == index

    hammer(overwrite_own_keys(shared), grow_and_shrink)
    assert_last_values(shared, range(0, THREADS, 2))
    assert len(shared) == THREADS * KEYS


def test_overwrites_while_others_are_deleted():
    shared = filled()
    own = overwrite_own_keys(shared)

    def delete(number):
        for index in range(ROUNDS // 4):
            for key in keys_of(number):
                del shared[key]
                assert key not in shared
            for key in keys_of(number):
                shared[key] = index
                assert shared[key] == index

    hammer(own, delete)
    assert_last_values(shared, range(0, THREADS, 2))


def test_overwrites_while_the_dict_is_cleared():
    shared = filled()

    def clear(number):
        for _ in range(ROUNDS // 2):
            shared.clear()

    own = overwrite_own_keys(shared, stay=False)
    hammer(own, own, own, clear)
    shared.clear()
    assert len(shared) == 0 and list(shared) == []


def test_overwrites_while_items_are_popped():
    shared = filled()
    popped = [[] for _ in range(THREADS)]
    done = threading.Event()

    def pop(number):
        while not done.is_set():
            try:
                popped[number].append(shared.popitem())
            except KeyError:
                time.sleep(0.0001)

    def own(number):
        overwrite_own_keys(shared, stay=False, rounds=ROUNDS // 8)(number)

    writers = [threading.Thread(target=pop, args=(number,)) for number in range(2)]
    for writer in writers:
        writer.start()
    try:
        hammer(own, threads=4)
    finally:
        done.set()
        for writer in writers:
            writer.join()
    pairs = [pair for part in popped for pair in part if pair[1] >= 0]
    # Each value is written once for each key, so it is taken out once at most.
    assert len(pairs) == len(set(pairs))


def test_overwrites_while_items_move():
    shared = filled(OrderedDict)

    def move(number):
        for index in range(ROUNDS // 2):
            for key in keys_of(number)[:3]:
                shared.move_to_end(key, last=bool(index % 2))

    hammer(overwrite_own_keys(shared), move)
    assert_last_values(shared, range(0, THREADS, 2))
    assert len(shared) == len(list(shared)) == THREADS * KEYS


def snapshots_of(shared):
    yield shared.copy()
    yield shared | {}
    yield {} | shared
    yield dict(shared)
    yield dict(list(shared.items()))
    yield dict(zip(list(shared), list(shared.values())))
    target = {}
    target.update(shared)
    yield target


def test_a_snapshot_never_has_the_second_write_without_the_first():
    shared = {(name, number): -1 for name in "ab" for number in range(THREADS)}

    def write(number):
        first, second = ("a", number), ("b", number)
        for index in range(ROUNDS * 5):
            shared[first] = index
            shared[second] = index

    def look(number):
        for _ in range(ROUNDS // 8):
            for snapshot in snapshots_of(shared):
                for other in range(THREADS):
                    ahead = snapshot["a", other] - snapshot["b", other]
                    assert ahead in (0, 1), ahead

    hammer(write, write, write, look)


def test_equality_never_sees_the_second_write_without_the_first():
    shared = {"a": 1, "b": 0}
    never = {"a": 0, "b": 1}

    def write(number):
        # The states, in turn: a is 1, both are, b is not, none is.
        for _ in range(ROUNDS * 25):
            shared["a"] = 1
            shared["b"] = 1
            shared["b"] = 0
            shared["a"] = 0

    def compare(number):
        for _ in range(ROUNDS * 10):
            assert shared != never

    hammer(write, compare, threads=2)


def test_an_update_is_not_split_by_overwrites():
    barrier = threading.Barrier(4)
    shared = {(name, index): None for name in "ab" for index in range(KEYS)}

    def work(number):
        for index in range(ROUNDS // 4):
            barrier.wait()
            if number == 0:
                shared.update({key: "update" for key in shared})
            elif number == 1:
                for _ in range(3):
                    for key in range(KEYS):
                        shared["a", key] = "write"
                        shared["b", key] = "write"
            barrier.wait()
            if number == 2:
                for key in range(KEYS):
                    # The update was after the second write, so after the first too.
                    if shared["b", key] == "update":
                        assert shared["a", key] == "update"

    hammer(work, threads=4)


def test_iteration_does_not_mind_overwrites():
    shared = filled()

    def iterate(number):
        for _ in range(ROUNDS // 10):
            assert len(list(shared)) == THREADS * KEYS
            seen = [key for key, value in shared.items() if value < ROUNDS]
            assert len(seen) == len(set(seen)) == THREADS * KEYS

    hammer(overwrite_own_keys(shared), iterate)
    assert_last_values(shared, range(0, THREADS, 2))


def test_one_key_for_all_holds_what_somebody_wrote():
    shared = {"key": (0, 0)}

    def write(number):
        for index in range(ROUNDS * 4):
            shared["key"] = (number, index)
            writer, count = shared["key"]
            # Own writes never come back after a later one.
            assert writer != number or count == index

    hammer(write)
    assert shared["key"][1] == ROUNDS * 4 - 1


def test_setdefault_leaves_what_is_there():
    shared = dict.fromkeys(range(KEYS), 0)

    def write(number):
        for index in range(ROUNDS):
            for key in range(KEYS):
                shared[key] = index

    def default(number):
        for _ in range(ROUNDS):
            for key in range(KEYS):
                assert shared.setdefault(key, -1) >= 0

    hammer(write, default)
    assert set(shared.values()) == {ROUNDS - 1}


def test_counts_under_one_lock():
    counts = dict.fromkeys(range(KEYS), 0)
    lock = threading.Lock()

    def work(number):
        for index in range(ROUNDS * KEYS // 8):
            with lock:
                counts[index % KEYS] += 1

    hammer(work)
    assert sum(counts.values()) == THREADS * (ROUNDS * KEYS // 8)


def test_counts_of_own_keys_without_a_lock():
    counts = {}

    def work(number):
        for index in range(ROUNDS * 4):
            # New keys come from all threads all the time.
            counts[number, index % 97] = counts.get((number, index % 97), 0) + 1

    hammer(work)
    assert sum(counts.values()) == THREADS * ROUNDS * 4
    assert len(counts) == THREADS * 97


def test_globals():
    names = {f"variable_{number}": None for number in range(THREADS)}
    namespace = dict(names)
    for number in range(THREADS):
        source = f"""
def work():
    global variable_{number}
    for index in range({ROUNDS * 4}):
        variable_{number} = index
        assert variable_{number} == index

def read():
    last = -1
    for _ in range({ROUNDS * 4}):
        now = variable_{number}
        if now is not None:
            assert now >= last
            last = now
"""
        exec(source, namespace)
        namespace[f"work_{number}"] = namespace.pop("work")
        namespace[f"read_{number}"] = namespace.pop("read")

    def add_names(number):
        for index in range(ROUNDS // 2):
            namespace[f"more_{number}_{index}"] = index

    hammer(
        lambda number: namespace[f"work_{number}"](),
        lambda number: namespace[f"read_{number - 1}"](),
        add_names,
    )
    for number in range(0, THREADS, 3):
        assert namespace[f"variable_{number}"] == ROUNDS * 4 - 1


class Traced:
    def __init__(self, number, index):
        self.number = number
        self.index = index


def test_what_is_overwritten_goes_and_what_is_there_stays():
    shared = {number: None for number in range(THREADS)}

    def write(number):
        references = []
        for index in range(ROUNDS // 4):
            value = Traced(number, index)
            references.append(weakref.ref(value))
            shared[number] = value
            # Alive through the dict alone.
            del value
            assert references[-1]().index == index
            if index % 25 == 0:
                gc.collect()
        return references

    def read(number):
        for _ in range(ROUNDS):
            value = shared[number - 1]
            assert value is None or value.number == number - 1

    results = hammer(write, read)
    gc.collect()
    for references in results[::2]:
        alive = [reference().index for reference in references if reference() is not None]
        assert alive == [ROUNDS // 4 - 1], alive


def test_more_threads_than_places():
    count = 140
    shared = {number: -1 for number in range(count)}

    def work(number):
        for index in range(100):
            shared[number] = index
            assert shared[number] == index

    def replace(number):
        for index in range(100):
            shared[-number, index] = index

    hammer(work, work, work, work, work, work, replace, threads=count)
    for number in range(count):
        assert shared[number] == (-1 if number % 7 == 6 else 99)


run_all(globals())
