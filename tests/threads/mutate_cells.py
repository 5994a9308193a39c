# oracle: asserts
"""Variables of enclosing functions shared by eight threads: a read sees a whole value."""

import threading

from _hammer import THREADS, hammer, run_all

ROUNDS = 300


def test_reads_see_whole_values():
    pair = (0, 0)

    def write(number):
        nonlocal pair
        for index in range(ROUNDS):
            pair = (index, -index)

    def read(number):
        for _ in range(ROUNDS):
            left, right = pair
            assert left == -right

    hammer(write, read)


def test_counting_under_a_lock_is_exact():
    count = 0
    lock = threading.Lock()

    def work(number):
        nonlocal count
        for _ in range(ROUNDS):
            with lock:
                count += 1

    hammer(work)
    assert count == THREADS * ROUNDS


def test_a_variable_comes_and_goes():
    value = "there"

    def change(number):
        nonlocal value
        for _ in range(ROUNDS):
            value = "there"
            try:
                del value
            except NameError:
                pass

    def read(number):
        for _ in range(ROUNDS):
            try:
                assert value == "there"
            except NameError as error:
                assert "value" in str(error)

    hammer(change, read)


def test_each_threads_closures_are_its_own():
    def make(number):
        total = 0

        def add(amount):
            nonlocal total
            total += amount
            return total

        return add

    def work(number):
        add = make(number)
        for _ in range(ROUNDS):
            add(number)
        return add(0)

    assert hammer(work) == [number * ROUNDS for number in range(THREADS)]


def test_contents_of_a_cell_object():
    value = (0, 0)

    def reader():
        return value

    (cell,) = reader.__closure__

    def write(number):
        for index in range(ROUNDS):
            cell.cell_contents = (index, -index)

    def read(number):
        for _ in range(ROUNDS):
            left, right = reader()
            assert left == -right
            left, right = cell.cell_contents
            assert left == -right

    hammer(write, read)


def test_objects_in_cells_stay_alive_for_their_readers():
    box = [0]

    def write(number):
        nonlocal box
        for index in range(ROUNDS):
            box = [index] * 3

    def read(number):
        for _ in range(ROUNDS):
            seen = box
            assert len(set(seen)) == 1 and 0 <= seen[0] < ROUNDS

    hammer(write, read)


def test_function_defaults_and_code_may_be_replaced():
    def target(value=(0, 0)):
        return value

    def change(number):
        for index in range(ROUNDS):
            target.__defaults__ = ((index, -index),)

    def call(number):
        for _ in range(ROUNDS):
            left, right = target()
            assert left == -right

    hammer(change, call)


run_all(globals())
