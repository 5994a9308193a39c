# oracle: python3
"""concurrent.futures: results, order, exceptions, callbacks, cancelling, waiting."""

import threading
import time
from concurrent.futures import FIRST_COMPLETED, FIRST_EXCEPTION, CancelledError, Future, ThreadPoolExecutor, as_completed, wait

with ThreadPoolExecutor(4, thread_name_prefix="pool") as pool:
    print(list(pool.map(lambda number: number * number, range(20))))
    print(sorted(future.result() for future in as_completed([pool.submit(pow, 2, n) for n in range(10)])))
    names = set(pool.map(lambda _: threading.current_thread().name.split("_")[0], range(50)))
    print(names)

    failing = pool.submit(int, "x")
    print(type(failing.exception()).__name__)
    try:
        failing.result()
    except ValueError as error:
        print(error)

    called = []
    future = pool.submit(lambda: "value")
    future.add_done_callback(lambda done: called.append(done.result()))
    future.result()
    future.add_done_callback(lambda done: called.append("late"))
    deadline = time.monotonic() + 30
    while len(called) < 2 and time.monotonic() < deadline:
        time.sleep(0.001)
    print(sorted(called))

    try:
        for _ in pool.map(lambda number: 1 // number, [2, 1, 0, 3]):
            print("mapped", _)
    except ZeroDivisionError as error:
        print(type(error))

gate = threading.Event()
with ThreadPoolExecutor(1) as pool:
    first = pool.submit(gate.wait)
    second = pool.submit(print, "never")
    print(second.cancel(), second.cancelled(), second.done())
    try:
        second.result()
    except CancelledError:
        print("cancelled")
    done, rest = wait([first], timeout=0.01)
    print(len(done), len(rest))
    gate.set()
    done, rest = wait([first, second], return_when=FIRST_EXCEPTION)
    print(len(done), len(rest), first.result())

with ThreadPoolExecutor(2, initializer=lambda: None) as pool:
    done, rest = wait([pool.submit(lambda: 1), pool.submit(lambda: 2)], return_when=FIRST_COMPLETED)
    print(len(done) >= 1)
try:
    pool.submit(print)
except RuntimeError as error:
    print(error)

own = Future()
own.set_result(3)
print(own.result(), own.done())
