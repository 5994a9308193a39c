# oracle: asserts
"""Lists shared by eight threads: the row `list` of the guarantees."""

from _hammer import THREADS, hammer, run_all

ROUNDS = 200


def is_contiguous(snapshot):
    """Whether each thread's numbers in a snapshot are 0, 1, 2, ... in order."""
    upcoming = {}
    for thread, number in snapshot:
        if number != upcoming.get(thread, 0):
            return False
        upcoming[thread] = number + 1
    return True


def test_append_loses_nothing():
    shared = []

    def work(number):
        for index in range(ROUNDS):
            shared.append((number, index))

    hammer(work)
    assert len(shared) == THREADS * ROUNDS
    assert is_contiguous(shared)
    assert len(set(shared)) == THREADS * ROUNDS


def test_pop_gives_each_item_once():
    shared = list(range(THREADS * ROUNDS))

    def work(number):
        got = []
        while True:
            try:
                got.append(shared.pop())
            except IndexError:
                return got

    got = [item for part in hammer(work) for item in part]
    assert sorted(got) == list(range(THREADS * ROUNDS))
    assert shared == []


def test_append_and_pop_together():
    shared = []

    def push(number):
        for index in range(ROUNDS):
            shared.append((number, index))
        return []

    def take(number):
        got = []
        misses = 0
        while len(got) < ROUNDS and misses < ROUNDS * 50:
            try:
                got.append(shared.pop())
            except IndexError:
                misses += 1
        return got

    parts = hammer(push, take)
    got = [item for part in parts for item in part] + shared
    wanted = [(number, index) for number in range(0, THREADS, 2) for index in range(ROUNDS)]
    assert sorted(got) == wanted


def test_item_reads_see_whole_values():
    shared = [(0, 0)] * 16

    def write(number):
        for index in range(ROUNDS * 4):
            shared[index % 16] = (index, index * index)

    def read(number):
        for index in range(ROUNDS * 4):
            root, square = shared[index % 16]
            assert root * root == square

    hammer(write, read)
    assert len(shared) == 16


def test_copies_are_snapshots():
    shared = []

    def append(number):
        for index in range(ROUNDS):
            shared.append((number, index))

    def copy(number):
        for _ in range(30):
            for snapshot in (shared.copy(), shared + [], shared[:], list(shared)):
                assert is_contiguous(snapshot)

    def repeat(number):
        for _ in range(30):
            doubled = 2 * shared
            half = len(doubled) // 2
            assert doubled[:half] == doubled[half:]

    hammer(append, copy, append, repeat)


def test_clear_and_append():
    shared = []

    def append(number):
        for index in range(ROUNDS):
            shared.append((number, index))

    def clear(number):
        for _ in range(ROUNDS // 4):
            shared.clear()
            snapshot = shared.copy()
            latest = {}
            for thread, index in snapshot:
                assert latest.get(thread, -1) < index
                latest[thread] = index

    hammer(append, clear)


def test_insert_remove_and_pop_at_an_index():
    shared = ["end"]

    def work(number):
        for index in range(ROUNDS):
            shared.insert(0, (number, index))
            if index % 2:
                shared.remove((number, index))
        return [(number, index) for index in range(0, ROUNDS, 2)]

    wanted = [item for part in hammer(work) for item in part]
    assert shared[-1] == "end"
    assert sorted(shared[:-1]) == sorted(wanted)

    def pop_first(number):
        got = []
        while len(shared) > 1:
            try:
                got.append(shared.pop(0))
            except IndexError:
                break
        return got

    got = [item for part in hammer(pop_first) for item in part] + shared
    assert sorted(got, key=str) == sorted(wanted + ["end"], key=str)


def test_extend_from_every_kind_of_argument():
    shared = []

    def extend(number):
        for index in range(ROUNDS // 4):
            item = (number, index)
            shared.extend([item, item])
            shared.extend((item,))
            shared.extend({item: None})
            shared.extend({item})
            shared.extend({item: None}.keys())
            for _ in range(2):
                shared.extend(item for _ in range(1))

    hammer(extend)
    assert len(shared) == THREADS * (ROUNDS // 4) * 8
    for number in range(THREADS):
        for index in range(ROUNDS // 4):
            assert shared.count((number, index)) == 8


def test_extend_by_a_list_that_others_change():
    source = []
    shared = []

    def grow(number):
        for index in range(ROUNDS):
            source.append((number, index))

    def extend(number):
        for _ in range(10):
            before = []
            before.extend(source)
            assert is_contiguous(before)
            shared.extend(source)

    hammer(grow, extend)
    assert set(shared) <= set(source)


def test_extend_by_each_other_does_not_deadlock():
    first, second = [1], [2]

    def one(number):
        for _ in range(6):
            first.extend(second[:50])
            first.__iadd__(second)
            del first[20:]

    def other(number):
        for _ in range(6):
            second.extend(first[:50])
            second.__iadd__(first)
            del second[20:]

    hammer(one, other)
    assert set(first) | set(second) <= {1, 2}


def test_sort_keeps_every_item():
    size = 200
    shared = [(index * 7919) % size for index in range(size)]

    def sort(number):
        for _ in range(10):
            shared.sort(reverse=number % 4 == 0)

    def look(number):
        for _ in range(ROUNDS):
            seen = shared.copy()
            assert seen == [] or sorted(seen) == list(range(size))
            try:
                assert 0 <= shared[number] < size
            except IndexError:
                pass

    hammer(sort, look)
    assert sorted(shared) == list(range(size))


def test_search_finds_what_stays():
    shared = ["first"]

    def append(number):
        for index in range(ROUNDS):
            shared.append((number, index))

    def search(number):
        for _ in range(ROUNDS // 4):
            assert "first" in shared
            assert shared.index("first") == 0
            assert shared.count("first") == 1
            assert (number, -1) not in shared

    hammer(append, search)


def test_slices_of_equal_length_keep_the_length():
    shared = [0] * 64

    def write(number):
        for index in range(ROUNDS):
            start = index % 32
            shared[start : start + 32] = [number] * 32

    def read(number):
        for _ in range(ROUNDS):
            part = shared[16:48]
            assert len(part) == 32
            assert all(0 <= item < THREADS for item in part)

    hammer(write, write, read)
    assert len(shared) == 64


def test_iteration_during_changes_is_safe():
    shared = list(range(50))

    def change(number):
        for index in range(ROUNDS):
            shared.append(index)
            if len(shared) > 60:
                try:
                    shared.pop()
                except IndexError:
                    pass

    def iterate(number):
        for _ in range(30):
            assert all(isinstance(item, int) for item in shared)
            assert all(isinstance(item, int) for item in reversed(shared))

    hammer(change, iterate)
    assert shared[:40] == list(range(40))


def test_in_place_repeat_and_reverse():
    shared = [1, 2, 3, 4]

    def reverse(number):
        for _ in range(ROUNDS):
            shared.reverse()

    hammer(reverse)
    assert sorted(shared) == [1, 2, 3, 4]

    def repeat(number):
        nonlocal_list = shared
        nonlocal_list *= 2

    hammer(repeat)
    assert len(shared) == 4 * 2**THREADS
    assert all(shared.count(item) == 2**THREADS for item in (1, 2, 3, 4))


run_all(globals())
