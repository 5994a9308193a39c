# oracle: asserts
"""Threads collect, ask for all objects and make cycles at the same time; every cycle goes, none that is held does."""

import gc
import threading
import weakref

THREADS = 8
ROUNDS = 12


class Node:
    def __init__(self, key):
        self.key = key
        self.me = self


barrier = threading.Barrier(THREADS)
failures = []
references = [[] for _ in range(THREADS)]


def work(number):
    barrier.wait()
    kept = []
    for index in range(ROUNDS):
        kept.append(Node((number, index)))
        references[number].append(weakref.ref(Node((number, index))))
        if number % 4 == 0:
            gc.collect()
        elif number % 4 == 1:
            found = gc.get_referrers(kept)
            if any(other is kept for other in found):
                failures.append("a list without itself in it refers to itself")
        elif number % 4 == 2:
            if not any(other is kept for other in gc.get_objects()):
                failures.append("a live list is not listed")
        else:
            gc.freeze()
            gc.get_stats()
    if [node.key for node in kept] != [(number, index) for index in range(ROUNDS)]:
        failures.append("a held object changed")


threads = [threading.Thread(target=work, args=(number,)) for number in range(THREADS)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
gc.collect()
assert not failures, failures[:3]
assert all(reference() is None for part in references for reference in part)
print("ok")
