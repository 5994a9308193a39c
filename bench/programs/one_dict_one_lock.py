"""All threads count in one dict under one lock."""

import threading

from _threads import run, thread_count

KEYS = 64
ROUNDS = 1600000

counts = dict.fromkeys(range(KEYS), 0)
lock = threading.Lock()


def work(number):
    for index in range(ROUNDS):
        with lock:
            counts[index % KEYS] += 1


run(work)
if sum(counts.values()) != thread_count() * ROUNDS or len(counts) != KEYS:
    raise SystemExit("counts were lost")
print(counts[0])
