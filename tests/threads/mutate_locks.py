# oracle: asserts
"""Locks of every kind used by eight threads: exclusion, no lost wake, limits in time."""

import threading
import time

from _hammer import THREADS, hammer, run_all

ROUNDS = 200


def test_a_lock_excludes():
    lock = threading.Lock()
    state = {"count": 0, "inside": 0}

    def work(number):
        for _ in range(ROUNDS):
            with lock:
                state["inside"] += 1
                assert state["inside"] == 1
                state["count"] = state["count"] + 1
                state["inside"] -= 1

    hammer(work)
    assert state["count"] == THREADS * ROUNDS
    assert not lock.locked()


def test_acquire_without_waiting_has_one_winner():
    for _ in range(40):
        lock = threading.Lock()
        assert sum(hammer(lambda number: lock.acquire(blocking=False))) == 1
        lock.release()


def test_a_time_limit_is_kept():
    lock = threading.Lock()
    lock.acquire()

    def work(number):
        started = time.monotonic()
        assert not lock.acquire(timeout=0.02)
        return time.monotonic() - started

    assert all(elapsed >= 0.019 for elapsed in hammer(work))
    lock.release()
    assert lock.acquire(timeout=1)


def test_another_thread_may_release_a_lock():
    lock = threading.Lock()
    for _ in range(20):
        lock.acquire()
        thread = threading.Thread(target=lock.release)
        thread.start()
        assert lock.acquire(timeout=30)
        thread.join()
        lock.release()
    try:
        lock.release()
    except RuntimeError:
        pass
    else:
        raise AssertionError("an open lock was released")


def test_a_reentrant_lock_counts_its_owner():
    lock = threading.RLock()
    state = [0]

    def nested(depth):
        with lock:
            state[0] += 1
            if depth:
                nested(depth - 1)

    def work(number):
        for _ in range(ROUNDS // 10):
            nested(4)

    hammer(work)
    assert state[0] == THREADS * (ROUNDS // 10) * 5

    lock.acquire()
    refused = []

    def release():
        try:
            lock.release()
        except RuntimeError:
            refused.append(True)

    thread = threading.Thread(target=release)
    thread.start()
    thread.join()
    assert refused == [True]
    lock.release()


def test_a_condition_loses_no_wake():
    condition = threading.Condition()
    items = []

    def produce(number):
        for index in range(ROUNDS):
            with condition:
                items.append((number, index))
                condition.notify()
        return []

    def consume(number):
        got = []
        while len(got) < ROUNDS:
            with condition:
                while not items:
                    assert condition.wait(timeout=60)
                got.append(items.pop())
        return got

    parts = hammer(produce, consume)
    got = sorted(item for part in parts for item in part)
    assert got == [(number, index) for number in range(0, THREADS, 2) for index in range(ROUNDS)]


def test_notify_all_wakes_all():
    condition = threading.Condition()
    state = {"round": 0, "waiting": 0}

    def work(number):
        for turn in range(10):
            with condition:
                state["waiting"] += 1
                if state["waiting"] == THREADS:
                    state["waiting"] = 0
                    state["round"] += 1
                    condition.notify_all()
                else:
                    assert condition.wait_for(lambda: state["round"] > turn, timeout=60)

    hammer(work)
    assert state["round"] == 10


def test_a_semaphore_keeps_its_bound():
    semaphore = threading.BoundedSemaphore(3)
    lock = threading.Lock()
    state = {"inside": 0, "most": 0}

    def work(number):
        for _ in range(ROUNDS // 4):
            with semaphore:
                with lock:
                    state["inside"] += 1
                    state["most"] = max(state["most"], state["inside"])
                with lock:
                    state["inside"] -= 1

    hammer(work)
    assert 1 <= state["most"] <= 3 and state["inside"] == 0
    try:
        semaphore.release()
    except ValueError:
        pass
    else:
        raise AssertionError("a bounded semaphore exceeded its bound")


def test_an_event_frees_all_and_stays_set():
    for _ in range(10):
        event = threading.Event()
        seen = []

        def wait(number):
            assert event.wait(timeout=60)
            seen.append(number)

        def set_it(number):
            event.set()

        hammer(wait, wait, wait, set_it)
        assert len(seen) == THREADS - THREADS // 4 and event.is_set()


def test_a_barrier_keeps_step():
    barrier = threading.Barrier(THREADS)
    rounds = [0] * THREADS

    def work(number):
        leaders = 0
        for turn in range(20):
            rounds[number] = turn
            leaders += barrier.wait(timeout=60) == 0
            assert min(rounds) >= turn
            barrier.wait(timeout=60)
        return leaders

    assert sum(hammer(work)) == 20


def test_a_broken_barrier_frees_all():
    barrier = threading.Barrier(THREADS + 1)

    def wait(number):
        try:
            barrier.wait(timeout=60)
        except threading.BrokenBarrierError:
            return 1
        return 0

    def abort(number):
        time.sleep(0.01)
        barrier.abort()
        return 1

    assert sum(hammer(wait, wait, wait, wait, wait, wait, wait, abort)) == THREADS


def test_locked_may_be_asked_by_all():
    lock = threading.Lock()

    def toggle(number):
        for _ in range(ROUNDS):
            with lock:
                assert lock.locked()

    def ask(number):
        for _ in range(ROUNDS * 4):
            assert lock.locked() in (True, False)

    hammer(toggle, ask)
    assert not lock.locked()


def test_two_locks_in_one_order_do_not_deadlock():
    first, second = threading.Lock(), threading.Lock()
    count = [0]

    def work(number):
        for _ in range(ROUNDS):
            with first, second:
                count[0] += 1

    hammer(work)
    assert count[0] == THREADS * ROUNDS


run_all(globals())
