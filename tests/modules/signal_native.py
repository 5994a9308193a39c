# oracle: asserts
"""Signals reach Python handlers in the main thread, whatever it waits in and whichever thread they come to."""

import _signal as signal
import _thread
import posix as os
import time

arrived = []


def note(number, frame):
    arrived.append(number)


class Stop(Exception):
    pass


def stop(number, frame):
    raise Stop


assert signal.signal(signal.SIGUSR1, note) == signal.SIG_DFL
assert signal.getsignal(signal.SIGUSR1) is note
# A job in the background starts with the signal ignored, and keeps that.
assert signal.getsignal(signal.SIGINT) in (signal.default_int_handler, signal.SIG_IGN)
signal.signal(signal.SIGINT, signal.default_int_handler)
assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
os.kill(os.getpid(), signal.SIGUSR1)
assert arrived == [signal.SIGUSR1]
signal.raise_signal(signal.SIGUSR1)
assert arrived == [signal.SIGUSR1] * 2

# A handler that returns does not end a wait; one that raises does.
signal.signal(signal.SIGALRM, note)
started = time.monotonic()
signal.setitimer(0, 0.02)
time.sleep(0.2)
assert time.monotonic() - started >= 0.2
assert arrived[2:] == [signal.SIGALRM]

signal.signal(signal.SIGALRM, stop)
lock = _thread.allocate_lock()
lock.acquire()
reader, writer = os.pipe()


def endless():
    while True:
        pass


for wait in (lock.acquire, lambda: os.read(reader, 1), endless, signal.pause, lambda: time.sleep(60)):
    signal.setitimer(0, 0.05)
    try:
        wait()
    except Stop:
        pass
    else:
        raise AssertionError(wait)

# Masks.
assert signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1]) == set()
os.kill(os.getpid(), signal.SIGUSR1)
assert signal.sigpending() == {signal.SIGUSR1}
assert signal.sigwait([signal.SIGUSR1]) == signal.SIGUSR1
os.kill(os.getpid(), signal.SIGUSR1)
information = signal.sigtimedwait([signal.SIGUSR1], 5)
assert (information.si_signo, information.si_pid) == (signal.SIGUSR1, os.getpid())
assert signal.sigtimedwait([signal.SIGUSR1], 0.01) is None
assert signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGUSR1]) == {signal.SIGUSR1}
assert {signal.SIGINT, signal.SIGTERM, signal.SIGRTMAX} <= signal.valid_signals()

# Eight threads send signals; the handler runs in the main thread alone.
main = _thread.get_ident()
threads = set()
signal.signal(signal.SIGUSR1, lambda number, frame: threads.add(_thread.get_ident()))


def send(handle=None):
    for _ in range(20):
        os.kill(os.getpid(), signal.SIGUSR1)
        time.sleep(0.001)
    try:
        signal.signal(signal.SIGUSR1, note)
    except ValueError:
        return
    raise AssertionError("a thread set a handler")


handles = [_thread.start_joinable_thread(send) for _ in range(8)]
for handle in handles:
    handle.join()
assert threads == {main}

# Numbers and errors.
for wrong, error in (
    (lambda: signal.signal(100, note), ValueError),
    (lambda: signal.signal(signal.SIGUSR1, "x"), TypeError),
    (lambda: signal.signal(signal.SIGKILL, note), OSError),
    (lambda: signal.sigwait([99]), ValueError),
    (lambda: signal.setitimer(9, 1), signal.ItimerError),
):
    try:
        wrong()
    except error:
        pass
    else:
        raise AssertionError(error)
assert signal.strsignal(signal.SIGINT) == "Interrupt"

for interrupt in (lambda: signal.raise_signal(signal.SIGINT), _thread.interrupt_main):
    try:
        interrupt()
        time.sleep(10)
    except KeyboardInterrupt:
        continue
    raise AssertionError("not interrupted")
print("ok")
