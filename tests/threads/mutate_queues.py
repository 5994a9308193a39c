# oracle: asserts
"""Queues of every kind between eight threads: each item arrives once, bounds are kept, joins return."""

import queue
import threading

from _hammer import THREADS, hammer, run_all

ROUNDS = 100
ITEMS = [(number, index) for number in range(0, THREADS, 2) for index in range(ROUNDS)]


def exchange(shared, **limits):
    """Half of the threads put, the other half gets; what each got."""

    def put(number):
        for index in range(ROUNDS):
            shared.put((number, index), **limits)
        return []

    def get(number):
        return [shared.get(timeout=60) for _ in range(ROUNDS)]

    parts = hammer(put, get)
    assert sorted(item for part in parts for item in part) == ITEMS
    assert shared.empty() and shared.qsize() == 0
    return parts


def test_first_in_first_out():
    for shared in (queue.Queue(), queue.Queue(maxsize=3), queue.SimpleQueue()):
        for part in exchange(shared, timeout=60):
            latest = {}
            for thread, index in part:
                assert latest.get(thread, -1) < index
                latest[thread] = index


def test_last_in_first_out_and_priorities():
    for shared in (queue.LifoQueue(), queue.LifoQueue(5), queue.PriorityQueue(), queue.PriorityQueue(5)):
        exchange(shared, timeout=60)


def test_a_priority_queue_gives_the_least():
    shared = queue.PriorityQueue()

    def put(number):
        for index in range(ROUNDS):
            shared.put((index * 7919 % ROUNDS, number))

    hammer(put)
    got = [shared.get_nowait() for _ in range(THREADS * ROUNDS)]
    assert got == sorted(got)


def test_a_bound_is_kept():
    shared = queue.Queue(maxsize=4)

    def put(number):
        for index in range(ROUNDS):
            shared.put(index)
            assert shared.qsize() <= 4

    def get(number):
        for _ in range(ROUNDS):
            shared.get()

    hammer(put, get)
    assert shared.empty()


def test_without_waiting():
    shared = queue.Queue(maxsize=THREADS // 2)

    def work(number):
        put = got = 0
        for _ in range(ROUNDS):
            try:
                shared.put_nowait(number)
                put += 1
            except queue.Full:
                pass
            try:
                shared.get_nowait()
                got += 1
            except queue.Empty:
                pass
        return put, got

    results = hammer(work)
    assert sum(put for put, _ in results) == sum(got for _, got in results) + shared.qsize()


def test_join_returns_when_all_is_done():
    shared = queue.Queue()
    done = []
    for index in range(THREADS * 20):
        shared.put(index)

    def work(number):
        while True:
            try:
                item = shared.get_nowait()
            except queue.Empty:
                return
            done.append(item)
            shared.task_done()

    hammer(work)
    shared.join()
    assert sorted(done) == list(range(THREADS * 20))
    try:
        shared.task_done()
    except ValueError:
        pass
    else:
        raise AssertionError("task_done was called too often")


def test_a_ring_of_queues():
    ring = [queue.SimpleQueue() for _ in range(THREADS)]
    ring[0].put(0)
    turns = 30

    def work(number):
        for _ in range(turns):
            token = ring[number].get(timeout=60)
            ring[(number + 1) % THREADS].put(token + 1)

    hammer(work)
    assert ring[0].get_nowait() == turns * THREADS


def test_time_limits_of_an_empty_and_a_full_queue():
    empty, full = queue.Queue(), queue.Queue(1)
    full.put("only")

    def get(number):
        try:
            empty.get(timeout=0.01)
        except queue.Empty:
            return 1
        return 0

    def put(number):
        try:
            full.put("more", timeout=0.01)
        except queue.Full:
            return 1
        return 0

    assert sum(hammer(get, put)) == THREADS
    assert full.get_nowait() == "only"


def test_items_are_handed_over_whole():
    shared = queue.Queue(8)

    class Parcel:
        def __init__(self, number, index):
            self.number = number
            self.contents = [number, index]
            self.total = number + index

    def put(number):
        for index in range(ROUNDS):
            shared.put(Parcel(number, index))

    def get(number):
        for _ in range(ROUNDS):
            parcel = shared.get()
            assert parcel.contents[0] == parcel.number
            assert sum(parcel.contents) == parcel.total

    hammer(put, get)


run_all(globals())
