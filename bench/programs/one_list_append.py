"""All threads append to one list."""

from _threads import run, thread_count

ITEMS = 8000000

shared = []


def work(number):
    append = shared.append
    for index in range(ITEMS):
        append(index)


run(work)
if len(shared) != thread_count() * ITEMS or sum(shared) != thread_count() * ITEMS * (ITEMS - 1) // 2:
    raise SystemExit("items were lost")
print(len(shared))
