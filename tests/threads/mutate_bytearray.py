# oracle: asserts
"""Byte arrays shared by eight threads: the row `bytearray` of the guarantees."""

from _hammer import THREADS, hammer, run_all

ROUNDS = 200


def test_append_loses_nothing():
    shared = bytearray()

    def work(number):
        for _ in range(ROUNDS):
            shared.append(number)

    hammer(work)
    assert len(shared) == THREADS * ROUNDS
    for number in range(THREADS):
        assert shared.count(number) == ROUNDS


def test_extend_is_whole():
    shared = bytearray()

    def extend(number):
        for _ in range(ROUNDS):
            shared.extend(bytes([number]) * 4)

    def look(number):
        for _ in range(20):
            snapshot = bytes(shared)
            assert len(snapshot) % 4 == 0
            for start in range(0, len(snapshot), 4):
                assert len(set(snapshot[start : start + 4])) == 1

    hammer(extend, look, extend, extend)
    assert len(shared) == 4 * ROUNDS * THREADS * 3 // 4


def test_slices_are_whole():
    shared = bytearray(32)

    def write(number):
        for _ in range(ROUNDS):
            shared[8:24] = bytes([number]) * 16

    def read(number):
        for _ in range(ROUNDS):
            assert len(set(shared[8:24])) == 1
            assert shared[0] == 0 and shared[31] == 0

    hammer(write, read)
    assert len(shared) == 32


def test_items_are_bytes():
    shared = bytearray(16)

    def write(number):
        for index in range(ROUNDS * 2):
            shared[index % 16] = number * 16 + index % 16

    def read(number):
        for index in range(ROUNDS * 2):
            assert shared[index % 16] % 16 in (0, index % 16)
            assert len(shared) == 16

    hammer(write, read)


def test_pop_gives_each_byte_once():
    shared = bytearray(index % 256 for index in range(THREADS * ROUNDS))

    def work(number):
        got = bytearray()
        while True:
            try:
                got.append(shared.pop())
            except IndexError:
                return got

    got = sorted(byte for part in hammer(work) for byte in part)
    assert got == sorted(index % 256 for index in range(THREADS * ROUNDS))


def test_insert_and_remove():
    shared = bytearray(b"\xff")

    def work(number):
        for _ in range(ROUNDS):
            shared.insert(0, number)
            shared.remove(number)

    hammer(work)
    assert shared == b"\xff"


def test_reverse_is_whole():
    forwards = bytes(range(64))
    shared = bytearray(forwards)

    def reverse(number):
        for _ in range(ROUNDS):
            shared.reverse()

    def look(number):
        for _ in range(ROUNDS):
            assert shared.copy() in (forwards, forwards[::-1])

    hammer(reverse, look)
    assert shared == forwards


def test_repeat_and_search_see_one_state():
    shared = bytearray(b"ab")

    def append(number):
        for _ in range(ROUNDS):
            shared.extend(b"ab")

    def look(number):
        for _ in range(40):
            doubled = shared * 2
            assert doubled == b"ab" * (len(doubled) // 2)
            assert b"ab" in shared
            assert b"aa" not in shared
            assert shared.find(b"ab") == 0

    hammer(append, look)
    assert shared == b"ab" * (1 + THREADS // 2 * ROUNDS)


def test_clear_and_extend():
    shared = bytearray()

    def fill(number):
        for _ in range(ROUNDS):
            shared.extend(b"pair")

    def clear(number):
        for _ in range(ROUNDS):
            shared.clear()
            snapshot = bytes(shared)
            assert snapshot == b"pair" * (len(snapshot) // 4)

    hammer(fill, clear)


def test_repetition_in_place_is_one_step():
    """The number of threads that have multiplied is the length; no item set meanwhile is lost."""
    factor = 2
    shared = bytearray(b"ab")

    def multiply(number):
        nonlocal shared
        for _ in range(2):
            shared *= factor

    def look(number):
        for _ in range(ROUNDS):
            seen = bytes(shared)
            assert seen == b"ab" * (len(seen) // 2), seen
            assert len(seen) & (len(seen) - 1) == 0, len(seen)

    hammer(multiply, look)
    assert len(shared) == 2 * factor ** (2 * THREADS // 2)


def test_repetition_keeps_what_others_set():
    shared = bytearray(THREADS)

    def work(number):
        nonlocal shared
        if number % 2:
            for value in range(1, ROUNDS + 1):
                shared[number] = value
                assert shared[number] == value
        else:
            for _ in range(2):
                shared *= 2

    hammer(work)
    assert shared[1:THREADS:2] == bytes([ROUNDS]) * (THREADS // 2)


def test_stepped_deletion_is_one_step():
    shared = bytearray(b"ab" * 64)

    def delete(number):
        del shared[::4]
        shared.extend(b"")

    def look(number):
        for _ in range(ROUNDS):
            assert len(bytes(shared)) in sizes

    sizes, size = set(), 128
    for _ in range(THREADS + 1):
        sizes.add(size)
        size -= -(-size // 4)
    hammer(delete, look)


run_all(globals())
