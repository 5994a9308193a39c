# oracle: asserts
"""What threads are doing, on request, after a time, and when the process dies of a signal."""

import faulthandler
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time

# What starts this interpreter: under an emulator, it first.
INTERPRETER = [*os.environ.get("TEST_EMULATOR", "").split(), sys.executable]


def written(function, **options):
    with tempfile.TemporaryFile('w+') as file:
        function(file=file, **options)
        file.seek(0)
        return file.read()


def outer(**options):
    return inner(**options)


def inner(**options):
    return written(faulthandler.dump_traceback, **options)


text = outer(all_threads=False)
lines = text.splitlines()
assert lines[0] == 'Stack (most recent call first):', text
names = [line.rsplit(' in ', 1)[1] for line in lines[1:]]
assert names == ['written', 'inner', 'outer', '<module>'], names
assert re.fullmatch(rf'  File "{re.escape(__file__)}", line \d+ in inner', lines[2]), text


# Other threads: one that waits, one that computes, one that sleeps.
def waiting(event):
    event.wait()


def computing(flags):
    while not flags:
        pass


def sleeping(event):
    while not event.is_set():
        time.sleep(0.01)


event, flags = threading.Event(), []
threads = [
    threading.Thread(target=waiting, args=(event,)),
    threading.Thread(target=computing, args=(flags,)),
    threading.Thread(target=sleeping, args=(event,)),
]
for thread in threads:
    thread.start()
time.sleep(0.05)
for _ in range(20):
    text = outer()
    assert text.count('(most recent call first):') == 4, text
    for name in 'waiting', 'computing', 'sleeping', 'outer':
        assert len(re.findall(rf' in {name}\n', text)) == 1, (name, text)
    assert f'Current thread 0x{threading.get_ident():016x} ' in text
    for thread in threads:
        assert f'Thread 0x{thread.ident:016x}' in text

# After a time, from a thread of its own.
with tempfile.TemporaryFile('w+') as file:
    faulthandler.dump_traceback_later(0.05, repeat=True, file=file)
    time.sleep(0.4)
    faulthandler.cancel_dump_traceback_later()
    file.seek(0)
    text = file.read()
assert text.startswith('Timeout (0:00:00.050000)!\nThread 0x'), text
assert text.count('Timeout') >= 2
assert ' in computing\n' in text
flags.append(1)
event.set()
for thread in threads:
    thread.join()
with tempfile.TemporaryFile('w+') as file:
    faulthandler.dump_traceback_later(30, file=file)
    faulthandler.dump_traceback_later(20, file=file)
    faulthandler.cancel_dump_traceback_later()
    file.seek(0)
    assert file.read() == ''
for wrong in 0, -1:
    try:
        faulthandler.dump_traceback_later(wrong)
    except ValueError:
        pass
    else:
        raise AssertionError(wrong)

# Switching on and off.
assert not faulthandler.is_enabled()
faulthandler.enable()
assert faulthandler.is_enabled()
faulthandler.enable()
assert faulthandler.disable()
assert not faulthandler.is_enabled()
assert not faulthandler.disable()


# Signals that nobody survives.
def dies(program, number, *options):
    run = subprocess.run([*INTERPRETER, *options, '-c', program], capture_output=True, text=True)
    assert run.returncode == -number, run
    return run.stderr


program = '''
import faulthandler, os, signal, threading
def f():
    g()
def g():
    os.kill(os.getpid(), signal.{name}) if {main} else signal.pthread_kill(threading.get_ident(), signal.{name})
    while True: pass
'''
for name, words in {
    'SIGABRT': 'Aborted',
    'SIGFPE': 'Floating-point exception',
    'SIGILL': 'Illegal instruction',
    'SIGSEGV': 'Segmentation fault',
    'SIGBUS': 'Bus error',
}.items():
    number = getattr(signal, name)
    text = dies(program.format(name=name, main=False) + 'faulthandler.enable()\nf()', number)
    assert f'Fatal Python error: {words}\n\nCurrent thread 0x' in text, text
    assert text.index(' in g\n') < text.index(' in f\n') < text.index(' in <module>\n'), text
    text = dies(program.format(name=name, main=True) + 'f()', number, '-X', 'faulthandler')
    assert f'Fatal Python error: {words}\n' in text, text
text = dies('import faulthandler, os, sys; faulthandler.enable(); faulthandler.disable(); os.abort()', signal.SIGABRT)
assert 'Fatal' not in text, text
run = subprocess.run(
    [*INTERPRETER, '-c', 'import faulthandler, time; faulthandler.dump_traceback_later(0.05, exit=True); time.sleep(30)'],
    capture_output=True,
    text=True,
)
assert run.returncode == 1 and 'Timeout' in run.stderr, run
print('ok')
