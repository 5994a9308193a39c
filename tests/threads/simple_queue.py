# oracle: asserts
"""SimpleQueue: each item goes to one consumer, in order for each producer; waits end in time, also with a signal in between."""

import queue
import threading
import time

THREADS = 4
ROUNDS = 3000
passing = queue.SimpleQueue()
taken = [[] for _ in range(THREADS)]
barrier = threading.Barrier(2 * THREADS)


def produce(number):
    barrier.wait()
    for index in range(ROUNDS):
        passing.put((number, index))


def consume(number):
    barrier.wait()
    while (item := passing.get()) is not None:
        taken[number].append(item)


producers = [threading.Thread(target=produce, args=(number,)) for number in range(THREADS)]
consumers = [threading.Thread(target=consume, args=(number,)) for number in range(THREADS)]
for thread in producers + consumers:
    thread.start()
for thread in producers:
    thread.join()
for _ in consumers:
    passing.put(None)
for thread in consumers:
    thread.join()
everything = [item for part in taken for item in part]
assert sorted(everything) == [(number, index) for number in range(THREADS) for index in range(ROUNDS)]
for part in taken:
    for number in range(THREADS):
        own = [index for producer, index in part if producer == number]
        assert own == sorted(own)

assert passing.empty() and passing.qsize() == 0
for take in (lambda: passing.get(False), passing.get_nowait, lambda: passing.get(timeout=0.01), lambda: passing.get(True, 0)):
    try:
        take()
    except queue.Empty:
        pass
    else:
        raise AssertionError("something in an empty queue")
begun = time.monotonic()
try:
    passing.get(timeout=0.05)
except queue.Empty:
    assert 0.04 < time.monotonic() - begun < 5
try:
    passing.get(timeout=-1)
except ValueError as error:
    assert str(error) == "'timeout' must be a non-negative number"
else:
    raise AssertionError

# many waiters with time limits, few items: none is lost
found = []


def impatient():
    try:
        found.append(passing.get(timeout=0.02))
    except queue.Empty:
        pass


threads = [threading.Thread(target=impatient) for _ in range(16)]
for thread in threads:
    thread.start()
for index in range(8):
    time.sleep(0.004)
    passing.put(index)
for thread in threads:
    thread.join()
while not passing.empty():
    found.append(passing.get())
assert sorted(found) == list(range(8)), found

passing.put(1, False, 3)
passing.put_nowait(2)
assert (passing.qsize(), passing.get(), passing.get()) == (2, 1, 2)


class Own(queue.SimpleQueue):
    pass


own = Own()
own.put([own])
own.name = "own"
assert own.get()[0].name == "own"
assert queue.SimpleQueue[int].__args__ == (int,)
print("ok")
