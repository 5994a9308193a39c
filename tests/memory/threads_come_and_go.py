# oracle: asserts
# stress: long
# timeout: 120
"""Threads created and joined give their memory back, with what they allocated and what they left in thread-local data."""

import threading

from _resident import resident, settle

local = threading.local()


def work():
    local.value = [[index] for index in range(2000)]
    table = {index: str(index) for index in range(500)}
    return len(table)


def some(count):
    for _ in range(count // 8):
        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


some(80)
base = settle()
some(800)
after = settle()
assert after < base + 64, (base, after)
assert threading.active_count() == 1
print("ok")
