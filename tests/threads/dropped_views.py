# oracle: asserts
# stress: long
"""Eight threads, each with a bytearray of its own, and one whose views other threads have used."""

import os
import queue
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'types'))
from _dropped_views import from_depth

THREADS = 8
failures = []


def run(barrier):
    try:
        barrier.wait()
        for depth in range(6):
            from_depth(depth)
    except BaseException as error:
        failures.append(error)
        raise


barrier = threading.Barrier(THREADS)
threads = [threading.Thread(target=run, args=(barrier,)) for _ in range(THREADS)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
assert not failures, failures

# Workers use views of it and wait: what is left on their stacks holds nothing.
shared = bytearray(64)
tasks, answers = queue.Queue(), queue.SimpleQueue()


def work():
    while tasks.get():
        answers.put(sum(memoryview(shared)[1:9]))


threads = [threading.Thread(target=work) for _ in range(THREADS)]
for thread in threads:
    thread.start()
for _ in range(20):
    for _ in range(THREADS):
        tasks.put(True)
    for _ in range(THREADS):
        answers.get()
    # The answer is there before the worker has come to wait again.
    for attempt in range(1000):
        try:
            shared.append(1)
            break
        except BufferError:
            threading.Event().wait(0.001)
    else:
        raise AssertionError('a view is held by nobody')
for _ in threads:
    tasks.put(False)
for thread in threads:
    thread.join()
print('ok')
