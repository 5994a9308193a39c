# oracle: asserts
"""The audit events that native functions raise, and their arguments."""

import _thread
import array
import ast
import fcntl
import gc
import io
import marshal
import os
import pickle
import resource
import signal
import socket
import sys
import tempfile
import threading
import time
import types

seen = []
watching = None


def hook(event, args):
    if watching == threading.get_ident():
        seen.append((event, *args))


sys.addaudithook(hook)
failures = []


def watch(function):
    """Runs a function; the events that it raised, and what went wrong."""
    global watching
    seen.clear()
    error = None
    watching = threading.get_ident()
    try:
        function()
    except BaseException as raised:
        error = type(raised)
    finally:
        watching = None
    return list(seen), error


def check(function, *expected, raises=None):
    """Runs a function, which must raise exactly these events."""
    events, error = watch(function)
    if events != list(expected) or error != raises:
        failures.append((function.__code__.co_firstlineno, events, expected, error))


work = tempfile.mkdtemp()
home = os.getcwd()


def at(name):
    return os.path.join(work, name)


path, other = at("file"), at("other")
CLOEXEC = os.O_CLOEXEC


class PathLike:
    def __fspath__(self):
        return path


# Files.
wanted = os.O_WRONLY | os.O_CREAT | CLOEXEC
check(lambda: open(path, "w").close(), ("open", path, "w", wanted | os.O_TRUNC))
check(lambda: open(path.encode(), "rb").close(), ("open", path.encode(), "r", os.O_RDONLY | CLOEXEC))
check(lambda: open(path, "ab").close(), ("open", path, "a", wanted | os.O_APPEND))
check(lambda: open(path, "r+").close(), ("open", path, "r+", os.O_RDWR | CLOEXEC))
check(lambda: open(PathLike()).close(), ("open", path, "r", CLOEXEC))
check(lambda: open(1, "w", closefd=False), ("open", 1, "w", wanted | os.O_TRUNC))
check(lambda: open(path, opener=os.open).close(), ("open", path, "r", CLOEXEC), ("open", path, None, CLOEXEC))
check(lambda: open(at("none")), ("open", at("none"), "r", CLOEXEC), raises=FileNotFoundError)
check(lambda: open(path, "q"), raises=ValueError)
check(lambda: io.FileIO(path, "rb").close(), ("open", path, "rb", CLOEXEC))
check(lambda: io.open_code(path).close(), ("open", path, "r", CLOEXEC))
check(lambda: os.close(os.open(PathLike(), os.O_RDWR)), ("open", path, None, os.O_RDWR | CLOEXEC))

folder = os.open(work, os.O_RDONLY)
file = os.open(path, os.O_RDWR)
check(lambda: os.listdir(work), ("os.listdir", work))
check(lambda: os.listdir(work.encode()), ("os.listdir", work.encode()))
check(lambda: os.listdir(), ("os.listdir", None))
check(lambda: os.listdir(folder), ("os.listdir", folder))
check(lambda: os.scandir(work).close(), ("os.scandir", work))
check(lambda: os.scandir().close(), ("os.scandir", None))
check(lambda: list(os.walk(work)), ("os.walk", work, True, None, False), ("os.scandir", work))
check(lambda: os.chdir(work), ("os.chdir", work))
check(lambda: os.fchdir(folder), ("os.chdir", folder))
os.chdir(home)
check(lambda: os.chmod(path, 0o600), ("os.chmod", path, 0o600, -1))
check(lambda: os.chmod("file", 0o600, dir_fd=folder), ("os.chmod", "file", 0o600, folder))
check(lambda: os.fchmod(file, 0o600), ("os.chmod", file, 0o600, -1))
check(lambda: os.chown(path, -1, -1), ("os.chown", path, 2**32 - 1, 2**32 - 1, -1))
check(lambda: os.fchown(file, os.getuid(), -1), ("os.chown", file, os.getuid(), 2**32 - 1, -1))
check(lambda: os.lchown(path, -1, -1), ("os.chown", path, 2**32 - 1, 2**32 - 1, -1))
check(lambda: os.truncate(path, 3), ("os.truncate", path, 3))
check(lambda: os.ftruncate(file, 3), ("os.truncate", file, 3))
check(lambda: os.utime(path), ("os.utime", path, None, None, -1))
check(lambda: os.utime(path, (1, 2)), ("os.utime", path, (1, 2), None, -1))
check(lambda: os.utime("file", ns=(1, 2), dir_fd=folder), ("os.utime", "file", None, (1, 2), folder))
check(lambda: os.utime(path, (1, 2), ns=(1, 2)), raises=ValueError)
check(lambda: os.link(path, other), ("os.link", path, other, -1, -1))
check(lambda: os.rename(other, at("b")), ("os.rename", other, at("b"), -1, -1))
check(lambda: os.replace("b", "c", src_dir_fd=folder, dst_dir_fd=folder), ("os.rename", "b", "c", folder, folder))
check(lambda: os.symlink("file", at("s")), ("os.symlink", "file", at("s"), -1))
check(lambda: os.remove(at("s")), ("os.remove", at("s"), -1))
check(lambda: os.unlink("c", dir_fd=folder), ("os.remove", "c", folder))
check(lambda: os.remove(at("c")), ("os.remove", at("c"), -1), raises=FileNotFoundError)
check(lambda: os.makedirs(at("d/e")), ("os.mkdir", at("d"), 0o777, -1), ("os.mkdir", at("d/e"), 0o777, -1))
check(lambda: os.rmdir(at("d/e")), ("os.rmdir", at("d/e"), -1))
check(lambda: os.rmdir("d", dir_fd=folder), ("os.rmdir", "d", folder))
check(lambda: (os.stat(path), os.access(path, 0), os.getcwd(), os.lstat(path)))
check(lambda: os.lockf(file, os.F_LOCK, 0), ("os.lockf", file, os.F_LOCK, 0))
for call, event in (
    (lambda: os.setxattr(path, "user.a", b"x"), ("os.setxattr", path, "user.a", b"x", 0)),
    (lambda: os.getxattr(path, "user.a"), ("os.getxattr", path, "user.a")),
    (lambda: os.listxattr(path), ("os.listxattr", path)),
    (lambda: os.listxattr(), ("os.listxattr", None)),
    (lambda: os.removexattr(path, "user.a"), ("os.removexattr", path, "user.a")),
):
    # Not every file system has such attributes.
    events, error = watch(call)
    if events != [event] or error not in (None, OSError):
        failures.append((event, events, error))

# Processes and the environment.
check(lambda: os.putenv("AUDIT_A", "b"), ("os.putenv", b"AUDIT_A", b"b"))
check(lambda: os.unsetenv(b"AUDIT_A"), ("os.unsetenv", b"AUDIT_A"))
check(lambda: os.environ.__setitem__("AUDIT_A", "b"), ("os.putenv", b"AUDIT_A", b"b"))
check(lambda: os.environ.__delitem__("AUDIT_A"), ("os.unsetenv", b"AUDIT_A"))
check(lambda: os.system("true"), ("os.system", b"true"))
check(lambda: os.kill(os.getpid(), 0), ("os.kill", os.getpid(), 0))
check(lambda: os.killpg(os.getpgrp(), 0), ("os.killpg", os.getpgrp(), 0))
check(lambda: os.execv(at("none"), ["a"]), ("os.exec", at("none"), ["a"], None), raises=FileNotFoundError)
check(lambda: os.execve(at("none"), ("a",), {"b": "c"}), ("os.exec", at("none"), ("a",), {"b": "c"}), raises=FileNotFoundError)
# Of a program that exists: with one that does not, QEMU reports success, as its child is no child that shares memory.
true = ("os.posix_spawn", "/bin/sh", ["sh", "-c", ":"], {})
check(lambda: os.waitpid(os.posix_spawn(*true[1:]), 0), true)
check(lambda: os.waitpid(os.posix_spawnp(*true[1:]), 0), true)
me = threading.get_ident()
check(lambda: signal.pthread_kill(me, 0), ("signal.pthread_kill", me, 0))
limits = resource.getrlimit(resource.RLIMIT_CORE)
core = resource.RLIMIT_CORE
check(lambda: resource.setrlimit(core, limits), ("resource.setrlimit", core, limits))
check(lambda: resource.prlimit(0, core), ("resource.prlimit", 0, core, None))
check(lambda: resource.setrlimit(99, limits), raises=ValueError)
check(lambda: time.sleep(0), ("time.sleep", 0))
check(lambda: time.sleep(-1), ("time.sleep", -1), raises=ValueError)
check(lambda: fcntl.fcntl(file, fcntl.F_GETFD), ("fcntl.fcntl", file, fcntl.F_GETFD, None))
check(lambda: fcntl.fcntl(file, fcntl.F_SETFD, 1), ("fcntl.fcntl", file, fcntl.F_SETFD, 1))
check(lambda: fcntl.ioctl(file, 0x5413, b"\0" * 8), ("fcntl.ioctl", file, 0x5413, b"\0" * 8), raises=OSError)
check(lambda: fcntl.flock(file, fcntl.LOCK_SH), ("fcntl.flock", file, fcntl.LOCK_SH))
check(lambda: fcntl.lockf(file, fcntl.LOCK_EX), ("fcntl.lockf", file, fcntl.LOCK_EX, None, None, 0))
check(lambda: fcntl.lockf(file, fcntl.LOCK_EX, 1, 2, 0), ("fcntl.lockf", file, fcntl.LOCK_EX, 1, 2, 0))

# Code.
code = compile("1", "named", "exec")
check(lambda: compile("1", "named", "eval"), ("compile", b"1", "named"))
check(lambda: compile(bytearray(b"1"), b"named", "exec"), ("compile", b"1", "named"))
events, error = watch(lambda: compile("1+", "named", "exec"))
assert events[0] == ("compile", b"1+", "named") and error is SyntaxError, events
check(lambda: compile("1", "named", "wrong"), raises=ValueError)
tree = ast.parse("1", mode="eval")
check(lambda: ast.parse("1"), ("compile", b"1", "<unknown>"))
check(lambda: compile(tree, "named", "eval"), ("compile", tree, None))
check(lambda: eval(code), ("exec", code))
check(lambda: exec(code), ("exec", code))
for call, text in ((lambda: eval("  1"), b"1"), (lambda: exec("2"), b"2")):
    events, error = watch(call)
    assert events[0] == ("compile", text, "<string>") and error is None, events
    assert [event[0] for event in events] == ["compile", "exec"], events
    assert events[1][1].co_name == "<module>" and events[1][1].co_filename == "<string>"
where = sys.path, sys.meta_path, sys.path_hooks
check(lambda: __import__("sys"))
check(lambda: __import__("no_such_module.inner"), ("import", "no_such_module.inner", None, *where),
      ("import", "no_such_module", None, *where), raises=ModuleNotFoundError)
with open(at("audited_module.py"), "w") as source:
    source.write("x = 1\n")
sys.dont_write_bytecode = True
sys.path.insert(0, work)
events, error = watch(lambda: __import__("audited_module"))
sys.path.pop(0)
assert error is None and events[0][:3] == ("import", "audited_module", None), events
assert ("open", at("audited_module.py"), "r", CLOEXEC) in events, events
assert events[-2] == ("compile", b"x = 1\n", at("audited_module.py")), events
assert events[-1][0] == "exec" and events[-1][1].co_filename == at("audited_module.py")


# Attributes that lead to code or frames.
def function(a, b=1, *, c=2):
    return a


fcode = function.__code__
check(lambda: function.__code__, ("object.__getattr__", function, "__code__"))
check(lambda: setattr(function, "__code__", fcode), ("object.__setattr__", function, "__code__", fcode))
check(lambda: setattr(function, "__code__", 5), raises=TypeError)
for name, value in (("__defaults__", (1,)), ("__kwdefaults__", {"c": 3})):
    check(lambda: getattr(function, name), ("object.__getattr__", function, name))
    check(lambda: setattr(function, name, value), ("object.__setattr__", function, name, value))
    check(lambda: setattr(function, name, None), ("object.__delattr__", function, name))
    check(lambda: delattr(function, name), ("object.__delattr__", function, name))
    check(lambda: setattr(function, name, 5), raises=TypeError)
check(lambda: (function.__name__, function.__globals__, function.__closure__, function.__dict__))
check(lambda: setattr(function, "__name__", "renamed"))
check(lambda: types.FunctionType(fcode, {}), ("function.__new__", fcode))
check(lambda: types.FunctionType(fcode, {}, 5), raises=TypeError)
check(lambda: fcode.replace(co_name="other"), ("code.__new__", fcode.co_code, __file__, "other", 2, 0, 1, 3, fcode.co_stacksize, 3))


def generator():
    yield


async def coroutine():
    pass


async def async_generator():
    yield


for prefix, made in (("gi", generator()), ("cr", coroutine()), ("ag", async_generator())):
    for name in (prefix + "_code", prefix + "_frame"):
        check(lambda: getattr(made, name), ("object.__getattr__", made, name))
    check(lambda: getattr(made, prefix + "_running"))
    if prefix == "cr":
        made.close()
frame = sys._getframe()
check(lambda: frame.f_code, ("object.__getattr__", frame, "f_code"))
check(lambda: (frame.f_globals, frame.f_back, frame.f_builtins, frame.f_lineno))
try:
    1 / 0
except ZeroDivisionError as error:
    traceback = error.__traceback__
check(lambda: traceback.tb_frame, ("object.__getattr__", traceback, "tb_frame"))
check(lambda: (traceback.tb_next, traceback.tb_lasti, traceback.tb_lineno))


class A:
    pass


class B:
    pass


class C(A):
    pass


for name, value in (("__name__", "N"), ("__qualname__", "N"), ("__module__", "m"), ("__bases__", (B,)), ("__doc__", "d")):
    check(lambda: setattr(C, name, value), ("object.__setattr__", C, name, value))
    check(lambda: delattr(C, name), raises=TypeError)
check(lambda: setattr(C, "__name__", 5), ("object.__setattr__", C, "__name__", 5), raises=TypeError)
check(lambda: type.__dict__["__bases__"].__set__(C, (A,)), ("object.__setattr__", C, "__bases__", (A,)))
check(lambda: setattr(int, "__name__", "x"), raises=TypeError)
check(lambda: setattr(C, "plain", 1))
instance = A()
check(lambda: setattr(instance, "__class__", B), ("object.__setattr__", instance, "__class__", B))
check(lambda: setattr(instance, "__class__", int), ("object.__setattr__", instance, "__class__", int), raises=TypeError)
check(lambda: setattr(instance, "__class__", 5), raises=TypeError)
check(lambda: setattr(instance, "plain", 5))

# builtins, sys, gc, marshal.
check(lambda: id(instance), ("builtins.id", id(instance)))
sys.stdin = io.StringIO("line\n")
check(lambda: input(), ("builtins.input", None))
check(lambda: input(""), ("builtins.input", ""), raises=EOFError)
sys.stdin = sys.__stdin__
sys.breakpointhook = breakpoint_hook = lambda *args, **kwargs: None
check(lambda: breakpoint(1, a=2), ("builtins.breakpoint", breakpoint_hook))


def own_frame():
    return sys._getframe(), sys._getframe(1)


events, _ = watch(own_frame)
assert [(event[0], event[1].f_code.co_name) for event in events] == [("sys._getframe", "own_frame"), ("sys._getframe", "watch")]
check(lambda: sys._getframe(9999), raises=ValueError)
check(lambda: sys._getframemodulename(1), ("sys._getframemodulename", 1))
check(lambda: sys._current_frames(), ("sys._current_frames",))
check(lambda: sys._current_exceptions(), ("sys._current_exceptions",))
check(lambda: sys.set_asyncgen_hooks(None, None), ("sys.set_asyncgen_hook_finalizer",), ("sys.set_asyncgen_hook_firstiter",))
check(lambda: sys.set_asyncgen_hooks(firstiter=None), ("sys.set_asyncgen_hook_firstiter",))
check(lambda: sys.set_asyncgen_hooks(5), raises=TypeError)
check(lambda: sys.settrace(None), ("sys.settrace",))
check(lambda: sys.setprofile(None), ("sys.setprofile",))
sys.monitoring.use_tool_id(3, "audited")
check(lambda: sys.monitoring.register_callback(3, 1, len), ("sys.monitoring.register_callback", len))
check(lambda: sys.monitoring.register_callback(3, 3, len), raises=ValueError)
check(lambda: sys.audit("own.event", (1, 2), None), ("own.event", (1, 2), None))
check(lambda: sys.audit("own.event"), ("own.event",))
check(lambda: sys.audit(5), raises=TypeError)
check(lambda: sys.addaudithook(lambda *args: None), ("sys.addaudithook",))
check(lambda: gc.get_objects(), ("gc.get_objects", -1))
check(lambda: gc.get_objects(generation=1), ("gc.get_objects", 1))
check(lambda: gc.get_objects(generation=7), ("gc.get_objects", 7), raises=ValueError)
check(lambda: gc.get_referrers(A, B), ("gc.get_referrers", (A, B)))
check(lambda: gc.get_referents(A), ("gc.get_referents", (A,)))
values = (1, "a")
dumped = marshal.dumps(values)
check(lambda: marshal.dumps(values), ("marshal.dumps", values, marshal.version))
check(lambda: marshal.dumps(values, 2), ("marshal.dumps", values, 2))
check(lambda: marshal.dump(values, io.BytesIO()), ("marshal.dumps", values, marshal.version))
check(lambda: marshal.loads(bytearray(dumped)), ("marshal.loads", dumped))
check(lambda: marshal.load(io.BytesIO(dumped)), ("marshal.load",))
check(lambda: marshal.load(5), raises=AttributeError)
pickled = pickle.dumps(len)
events, _ = watch(lambda: pickle.loads(pickled))
assert ("pickle.find_class", "builtins", "len") in events, events
check(lambda: array.array("i", [1]), ("array.__new__", "i", [1]))
check(lambda: array.array("i"), ("array.__new__", "i", None))
check(lambda: array.array("?"), ("array.__new__", "?", None), raises=ValueError)
check(lambda: array.array("ii"), raises=TypeError)

# Threads.
lock = _thread.allocate_lock()


def release(*args, **kwargs):
    lock.release()


lock.acquire()
check(lambda: (_thread.start_new_thread(release, ()), lock.acquire()), ("_thread.start_new_thread", release, (), None))
check(lambda: (_thread.start_new_thread(release, (1,), {"a": 2}), lock.acquire()), ("_thread.start_new_thread", release, (1,), {"a": 2}))
check(lambda: _thread.start_joinable_thread(release).join(), ("_thread.start_joinable_thread", release, 1, None))
lock.acquire()
handle = _thread._ThreadHandle()
check(lambda: _thread.start_joinable_thread(release, handle=handle, daemon=False).join(),
      ("_thread.start_joinable_thread", release, 0, handle))
check(lambda: _thread.start_new_thread(5, ()), raises=TypeError)

# Sockets.
made = None


def make(*arguments):
    global made
    made = socket.socket(*arguments)


INET, STREAM, DATAGRAM = socket.AF_INET, socket.SOCK_STREAM, socket.SOCK_DGRAM
events, _ = watch(make)
server = made
assert events == [("socket.__new__", server, INET, STREAM, 0)], events
events, _ = watch(lambda: make(INET, DATAGRAM))
datagrams = made
assert events == [("socket.__new__", datagrams, INET, DATAGRAM, 0)], events
check(lambda: server.bind(("127.0.0.1", 0)), ("socket.bind", server, ("127.0.0.1", 0)))
check(lambda: server.bind(5), raises=TypeError)
check(lambda: server.listen())
address = server.getsockname()
client = socket.socket()
check(lambda: client.connect(address), ("socket.connect", client, address))
check(lambda: client.connect("x"), raises=TypeError)
check(lambda: client.connect_ex(address), ("socket.connect", client, address))
check(lambda: client.sendmsg([b"a"]), ("socket.sendmsg", client, None))
check(lambda: client.send(b"a"))
datagrams.bind(("127.0.0.1", 0))
target = datagrams.getsockname()
check(lambda: datagrams.sendto(b"a", target), ("socket.sendto", datagrams, target))
check(lambda: datagrams.sendto(b"a", 0, target), ("socket.sendto", datagrams, target))
check(lambda: datagrams.sendmsg([b"a"], [], 0, target), ("socket.sendmsg", datagrams, target))
for opened in (server, client, datagrams):
    opened.close()
check(lambda: socket.gethostname(), ("socket.gethostname",))
check(lambda: socket.sethostname("a" * 300), ("socket.sethostname", b"a" * 300), raises=OSError)
numbers = b"127.0.0.1"
check(lambda: socket.gethostbyname(numbers), ("socket.gethostbyname", numbers))
check(lambda: socket.gethostbyname_ex(numbers), ("socket.gethostbyname", numbers))
check(lambda: socket.getaddrinfo(numbers, 80), ("socket.getaddrinfo", numbers, 80, 0, 0, 0))
check(lambda: socket.getaddrinfo(numbers, b"80", INET, STREAM, 6), ("socket.getaddrinfo", numbers, b"80", INET, STREAM, 6))
check(lambda: socket.getnameinfo(("127.0.0.1", 80), 3), ("socket.getnameinfo", ("127.0.0.1", 80)))
# What these find depends on the machine's tables.
for call, event in (
    (lambda: socket.gethostbyaddr(numbers), ("socket.gethostbyaddr", numbers)),
    (lambda: socket.getservbyname("http"), ("socket.getservbyname", "http", None)),
    (lambda: socket.getservbyname("http", "tcp"), ("socket.getservbyname", "http", "tcp")),
    (lambda: socket.getservbyport(80, "tcp"), ("socket.getservbyport", 80, "tcp")),
):
    events, _ = watch(call)
    assert events == [event], events

os.close(file)
os.close(folder)
for name in os.listdir(work):
    os.remove(at(name))
os.rmdir(work)
assert not failures, "\n".join(map(repr, failures))
print("ok")
