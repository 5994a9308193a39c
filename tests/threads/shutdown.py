# oracle: python3
"""The end of the main thread waits for the other threads, but not for daemons; exit functions run after them."""

import atexit
import threading
import time

order = []
ended = threading.Event()


def late(number):
    ended.wait()
    while len(order) != number - 1:
        time.sleep(0.02)
    print("thread", number, flush=True)
    order.append(number)


atexit.register(lambda: print("exit function sees", order, flush=True))
for number in (1, 2, 3):
    threading.Thread(target=late, args=(number,)).start()


def daemon():
    while True:
        time.sleep(0.005)


threading.Thread(target=daemon, daemon=True).start()
print("main thread ends", flush=True)
ended.set()
