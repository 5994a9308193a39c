# oracle: python3
"""An exception ends its thread, is reported through the hook, and leaves the others alone."""

import sys
import threading


def fail(number):
    raise ValueError(f"number {number}")


# The default hook writes to standard error, which is redirected here.
class Collect:
    def __init__(self):
        self.parts = []

    def write(self, text):
        self.parts.append(text)

    def flush(self):
        pass


collected = sys.stderr = Collect()
thread = threading.Thread(target=fail, args=(1,), name="failing")
thread.start()
thread.join()
sys.stderr = sys.__stderr__
text = "".join(collected.parts)
print(text.splitlines()[0])
print(text.splitlines()[-1])
print("in fail" in text)

seen = []


def hook(arguments):
    seen.append((arguments.exc_type.__name__, str(arguments.exc_value), arguments.thread.name))


threading.excepthook = hook
threads = [threading.Thread(target=fail, args=(number,), name=f"t{number}") for number in range(4)]
threads.append(threading.Thread(target=seen.append, args=("fine",)))
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(sorted(map(str, seen)))


def leave():
    raise SystemExit("not reported, and not the end of the program")


thread = threading.Thread(target=leave)
thread.start()
thread.join()
print(len(seen))
threading.excepthook = threading.__excepthook__
print("still here")
