# oracle: asserts
"""Audit hooks: their order, operations that they refuse, exceptions that nobody catches."""

import array
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time

INTERPRETER = [*os.environ.get("TEST_EMULATOR", "").split(), sys.executable]


class Refused(Exception):
    pass


calls = []
refused = None


def first(event, args):
    if event == "test.order":
        calls.append(("first", args))
    if event == refused:
        raise Refused(event)


def second(event, args):
    if event == "test.order" or event == refused:
        calls.append(("second", args))


sys.addaudithook(first)
sys.addaudithook(second)
sys.audit("test.order", 1)
assert calls == [("first", (1,)), ("second", (1,))], calls
calls.clear()

path = os.path.join(tempfile.mkdtemp(), "file")
with open(path, "w") as file:
    file.write("text")


def function():
    return 1


def refuse(event, operation):
    """The operation raises what the first hook raises; the second one is not asked."""
    global refused
    refused = event
    try:
        operation()
    except Refused as error:
        assert error.args == (event,)
    else:
        raise AssertionError(event)
    finally:
        refused = None
    assert not calls, calls


# Nothing of the operation is done.
refuse("open", lambda: open(path, "w"))
assert os.path.getsize(path) == 4
refuse("open", lambda: os.open(path, os.O_WRONLY | os.O_TRUNC))
refuse("os.truncate", lambda: os.truncate(path, 0))
assert os.path.getsize(path) == 4
refuse("os.remove", lambda: os.remove(path))
refuse("os.rename", lambda: os.rename(path, path + "2"))
refuse("os.link", lambda: os.link(path, path + "2"))
refuse("os.mkdir", lambda: os.mkdir(path + "2"))
refuse("os.symlink", lambda: os.symlink(path, path + "2"))
assert os.listdir(os.path.dirname(path)) == ["file"]
refuse("os.rmdir", lambda: os.rmdir(os.path.dirname(path)))
refuse("os.listdir", lambda: os.listdir("."))
refuse("os.scandir", lambda: os.scandir("."))
home = os.getcwd()
refuse("os.chdir", lambda: os.chdir("/"))
assert os.getcwd() == home
mode = os.stat(path).st_mode
refuse("os.chmod", lambda: os.chmod(path, 0))
assert os.stat(path).st_mode == mode
refuse("os.putenv", lambda: os.environ.__setitem__("AUDIT_HOOKS", "1"))
assert "AUDIT_HOOKS" not in os.environ
refuse("os.system", lambda: os.system("rm " + path))
refuse("os.exec", lambda: os.execv("/bin/false", ["false"]))
refuse("os.posix_spawn", lambda: os.posix_spawn("/bin/false", ["false"], {}))
refuse("os.kill", lambda: os.kill(os.getpid(), 9))
refuse("time.sleep", lambda: time.sleep(1000))
refuse("compile", lambda: compile("1", "f", "exec"))
refuse("exec", lambda: exec("calls.append(1)"))
refuse("import", lambda: __import__("no_such_module"))
refuse("builtins.id", lambda: id(1))
refuse("sys._getframe", lambda: sys._getframe())
refuse("array.__new__", lambda: array.array("i"))
refuse("socket.__new__", socket.socket)
connection = socket.socket()
refuse("socket.connect", lambda: connection.connect(("127.0.0.1", 1)))
refuse("socket.connect", lambda: connection.connect_ex(("127.0.0.1", 1)))
refuse("socket.bind", lambda: connection.bind(("127.0.0.1", 0)))
connection.close()
refuse("socket.getaddrinfo", lambda: socket.getaddrinfo("127.0.0.1", 1))
refuse("_thread.start_joinable_thread", threading.Thread(target=calls.append, args=(1,)).start)
refuse("object.__getattr__", lambda: function.__code__)
replacement = refuse.__code__
refuse("object.__setattr__", lambda: setattr(function, "__code__", replacement))
assert function() == 1
refuse("object.__setattr__", lambda: setattr(Refused, "__name__", "Other"))
assert Refused.__name__ == "Refused"
refuse("object.__delattr__", lambda: delattr(function, "__defaults__"))
refuse("sys.settrace", lambda: sys.settrace(None))
os.remove(path)
os.rmdir(os.path.dirname(path))


# Adding a hook can be refused: in silence, but for exceptions that are no Exception.
def guard(event, args):
    if event == "sys.addaudithook" and guard.refusal:
        raise guard.refusal


guard.refusal = None
sys.addaudithook(guard)
for guard.refusal, reaches in ((RuntimeError("no"), False), (ValueError("no"), False), (KeyboardInterrupt("no"), True)):
    try:
        sys.addaudithook(lambda event, args: calls.append(event))
        assert not reaches
    except KeyboardInterrupt as error:
        assert reaches and error is guard.refusal
guard.refusal = None
sys.audit("test.refused")
assert not calls, calls
for wrong in (lambda: sys.addaudithook(), lambda: sys.audit(1)):
    try:
        wrong()
        raise AssertionError
    except TypeError:
        pass

# A hook's own events reach the hooks too.
depth = []


def nested(event, args):
    if event == "test.nested" and args[0] < 3:
        depth.append(args[0])
        sys.audit("test.nested", args[0] + 1)


sys.addaudithook(nested)
sys.audit("test.nested", 0)
assert depth == [0, 1, 2], depth

# What nobody catches.
PROGRAM = """
import sys

def hook(event, args):
    if event == {event!r}:
        print(event, args[0] is {own}, *map(repr, args[1:-1]) if event == "sys.excepthook" else (repr(args[1].exc_value),), flush=True)
        if {refusal} is not None:
            raise {refusal}

class Late:
    def __del__(self):
        raise KeyError("late")

sys.addaudithook(hook)
Late()
import gc
gc.collect()
raise TypeError("uncaught")
"""


def run(event, own, refusal):
    text = PROGRAM.format(event=event, own=own, refusal=refusal)
    result = subprocess.run([*INTERPRETER, "-c", text], capture_output=True, text=True)
    assert result.returncode == 1, result
    return result.stdout, result.stderr


out, err = run("sys.excepthook", "sys.excepthook", "None")
assert out == "sys.excepthook True <class 'TypeError'> TypeError('uncaught')\n", out
assert "TypeError: uncaught" in err and "KeyError: 'late'" in err, err
out, err = run("sys.excepthook", "sys.excepthook", "RuntimeError('stop')")
assert "TypeError: uncaught" not in err and "stop" not in err, err
out, err = run("sys.excepthook", "sys.excepthook", "ValueError('odd')")
assert "Exception ignored in audit hook" in err and "ValueError: odd" in err and "TypeError: uncaught" in err, err
out, err = run("sys.unraisablehook", "sys.unraisablehook", "None")
assert out == "sys.unraisablehook True KeyError('late')\n", out
assert "KeyError: 'late'" in err, err
out, err = run("sys.unraisablehook", "sys.unraisablehook", "RuntimeError('stop')")
assert "Exception ignored in audit hook" in err and "RuntimeError: stop" in err and "KeyError: 'late'" not in err, err
print("ok")
