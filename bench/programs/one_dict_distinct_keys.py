"""All threads write to one dict, each to keys of its own."""

from _threads import run, thread_count

KEYS = 1000
ROUNDS = 9000

shared = {}


def work(number):
    first = number * KEYS
    for index in range(ROUNDS):
        for key in range(first, first + KEYS):
            shared[key] = index


run(work)
if len(shared) != thread_count() * KEYS or set(shared.values()) != {ROUNDS - 1}:
    raise SystemExit("writes were lost")
print(len(shared))
