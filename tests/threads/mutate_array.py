# oracle: asserts
"""Arrays shared by eight threads: what changes their length is one step, and loses nothing that others set."""

from array import array

from _hammer import THREADS, hammer, run_all

ROUNDS = 200


def test_append_loses_nothing():
    shared = array("i")

    def work(number):
        for _ in range(ROUNDS):
            shared.append(number)

    hammer(work)
    assert all(shared.count(number) == ROUNDS for number in range(THREADS))


def test_repetition_is_one_step():
    shared = array("i", range(THREADS))

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
    assert len(shared) == THREADS * 2 ** (2 * THREADS // 2)
    assert list(shared[1:THREADS:2]) == [ROUNDS] * (THREADS // 2)


def test_stepped_deletion_keeps_what_others_set():
    # The first item is never deleted, whatever is behind it.
    shared = array("q", [0] * 1024)

    def work(number):
        if number == 0:
            for value in range(1, ROUNDS + 1):
                shared[0] = value
                assert shared[0] == value
        else:
            del shared[1::2]

    hammer(work)
    assert shared[0] == ROUNDS
    assert len(shared) == 1024 >> THREADS - 1


def test_stepped_deletion_in_both_directions():
    for code in "bhiq":
        items = array(code, range(10))
        del items[::-3]
        assert items.tolist() == [1, 2, 4, 5, 7, 8]
        del items[1::2]
        assert items.tolist() == [1, 4, 7]
        del items[5::2]
        assert items.tolist() == [1, 4, 7]
        items *= 0
        assert items.tolist() == []
        items.extend([1, 2])
        items *= 3
        assert items.tolist() == [1, 2] * 3
        with memoryview(items):
            for operation in (lambda: items.__imul__(2), lambda: items.__delitem__(slice(None, None, 2))):
                try:
                    operation()
                except BufferError as error:
                    assert "array" in str(error)
                else:
                    raise AssertionError("resized under a view")
        items.__imul__(1)


run_all(globals())
