# oracle: python3
"""signal: handlers, enumerations, masks, timers, and a wakeup descriptor."""

import os
import select
import signal
import socket
import threading
import time

print(repr(signal.SIGINT), repr(signal.getsignal(signal.SIGTERM)), signal.getsignal(signal.SIGINT).__name__)
arrived = []
print(signal.signal(signal.SIGUSR1, lambda number, frame: arrived.append((signal.Signals(number).name, frame.f_code.co_name))))


def here():
    os.kill(os.getpid(), signal.SIGUSR1)


here()
print(arrived)
print(signal.signal(signal.SIGUSR1, signal.SIG_IGN).__name__, signal.getsignal(signal.SIGUSR1))
os.kill(os.getpid(), signal.SIGUSR1)
print(len(arrived))


print(signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR2}))
os.kill(os.getpid(), signal.SIGUSR2)
print(signal.sigpending(), signal.sigwait({signal.SIGUSR2}))
print(signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGUSR2}))


class Stop(Exception):
    pass


def stop(number, frame):
    raise Stop(number)


signal.signal(signal.SIGALRM, stop)
left, right = socket.socketpair()
event, lock, condition = threading.Event(), threading.Lock(), threading.Condition()
lock.acquire()


def wait_for_condition():
    with condition:
        condition.wait()


thread = threading.Thread(target=time.sleep, args=(0.6,))
thread.start()
for wait in (event.wait, lock.acquire, lambda: lock.acquire(timeout=60), wait_for_condition, thread.join, signal.pause,
             lambda: time.sleep(60), lambda: left.recv(1), lambda: select.select([left], [], []), lambda: os.read(right.fileno(), 1)):
    signal.setitimer(signal.ITIMER_REAL, 0.03)
    try:
        wait()
    except Stop as error:
        print(error)
    else:
        print("not interrupted", wait)
thread.join()

# A handler that returns does not end a wait (PEP 475).
signal.signal(signal.SIGALRM, lambda number, frame: left.send(b"from the handler"))
signal.setitimer(signal.ITIMER_REAL, 0.05)
print(right.recv(100))

left.setblocking(False)
signal.set_wakeup_fd(left.fileno())
signal.signal(signal.SIGUSR1, lambda number, frame: None)
threading.Thread(target=os.kill, args=(os.getpid(), signal.SIGUSR1)).start()
print(list(right.recv(10)) == [signal.SIGUSR1])
print(signal.set_wakeup_fd(-1) == left.fileno())
try:
    signal.raise_signal(signal.SIGINT)
except KeyboardInterrupt:
    print("interrupted")
print(signal.strsignal(signal.SIGTERM), signal.SIGKILL in signal.valid_signals())
