# oracle: asserts
"""The engine says of itself what it is, and a thread that never blocks does not hold up the others."""

import sys
import sysconfig
import threading
import time

if sys.implementation.name == "threadsnake":
    assert sys._is_gil_enabled() is False
    assert sysconfig.get_config_var("Py_GIL_DISABLED") == 1

stop = False


def spin():
    turns = 0
    while not stop:
        turns += 1
    return turns


spinners = [threading.Thread(target=spin) for _ in range(3)]
for spinner in spinners:
    spinner.start()
started = time.monotonic()
for _ in range(10):
    time.sleep(0.001)
assert time.monotonic() - started < 20
stop = True
for spinner in spinners:
    spinner.join(60)
    assert not spinner.is_alive()
print("ok")
