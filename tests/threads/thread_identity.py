# oracle: python3
"""Names, identifiers, daemons, thread-local data, the main thread."""

import threading

print(threading.current_thread().name, threading.current_thread() is threading.main_thread())
print(threading.main_thread().ident == threading.get_ident(), threading.main_thread().daemon)

local = threading.local()
local.value = "main"
report = []


def work(value):
    print_name = threading.current_thread().name
    report.append((print_name, hasattr(local, "value"), threading.get_ident() == threading.current_thread().ident))
    local.value = value
    report.append((print_name, local.value, sorted(vars(local))))


for index in range(3):
    thread = threading.Thread(target=work, args=(index,), name=f"worker {index}")
    print(thread.name, thread.ident, thread.daemon, thread.is_alive())
    thread.start()
    thread.join()
    print(thread.ident is not None, thread.is_alive())
for line in report:
    print(*line)
print(local.value)

thread = threading.Thread(target=work)
print(thread.name.startswith("Thread-"), thread.name.endswith("(work)"))
thread.name = "renamed"
print(thread.name)
thread.daemon = True
print(thread.daemon, "daemon" in repr(thread), "initial" in repr(thread))


class Defaults(threading.local):
    shared = []

    def __init__(self, start):
        self.value = start


defaults = Defaults(7)
defaults.value += 1
seen = []
thread = threading.Thread(target=lambda: seen.append(defaults.value))
thread.start()
thread.join()
print(seen, defaults.value)


class Own(threading.Thread):
    def __init__(self, first, second):
        super().__init__()
        self.first, self.second, self.result = first, second, None

    def run(self):
        self.result = self.first + self.second


own = Own(20, 22)
own.start()
own.join()
print(own.result)

timer_fired = threading.Event()
timer = threading.Timer(0.01, timer_fired.set)
timer.start()
print(timer_fired.wait(30))
timer.join()
cancelled = threading.Timer(60, print, ["never"])
cancelled.start()
cancelled.cancel()
cancelled.join()
print(threading.active_count())
