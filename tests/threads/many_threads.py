# oracle: asserts
# timeout: 60
"""Thousands of threads started and joined; threads that start threads; threads that nobody joins."""

import threading

count = 0
lock = threading.Lock()


def once():
    global count
    with lock:
        count += 1


for _ in range(250):
    threads = [threading.Thread(target=once) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
        assert not thread.is_alive()
assert count == 2000


def tree(depth):
    once()
    if depth:
        children = [threading.Thread(target=tree, args=(depth - 1,)) for _ in range(2)]
        for child in children:
            child.start()
        for child in children:
            child.join()


tree(6)
assert count == 2000 + 127

waiting = threading.Event()
daemons = [threading.Thread(target=waiting.wait, daemon=True) for _ in range(20)]
for daemon in daemons:
    daemon.start()
assert threading.active_count() == 21
assert set(daemons) < set(threading.enumerate())

again = threading.Thread(target=once)
again.start()
again.join()
try:
    again.start()
except RuntimeError as error:
    assert "once" in str(error)
else:
    raise AssertionError("a thread was started twice")
try:
    threading.current_thread().join()
except RuntimeError as error:
    assert "join current thread" in str(error)
else:
    raise AssertionError("a thread joined itself")

late = threading.Thread(target=waiting.wait)
late.start()
late.join(timeout=0.01)
assert late.is_alive()
waiting.set()
late.join()
assert not late.is_alive()
print("ok")
