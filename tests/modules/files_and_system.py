# oracle: python3
"""io, os, os.path, pathlib, tempfile, sys, time, contextlib, argparse, logging, shutil, glob."""

import argparse
import contextlib
import glob
import io
import logging
import os
import pathlib
import shutil
import sys
import tempfile
import time

folder = tempfile.mkdtemp()
path = os.path.join(folder, "file.txt")
with open(path, "w", encoding="utf-8") as file:
    print(file.write("line one\nzwei ü\n"), file.tell() > 0, file.mode, file.closed)
    file.writelines(["three\n", "four"])
print(file.closed, os.path.getsize(path))
with open(path, encoding="utf-8") as file:
    print(file.readline(), file.read(4), list(file), file.read())
    file.seek(0)
    print(sum(1 for _ in file))
with open(path, "rb") as file:
    print(file.read(5), file.seek(-4, 2), file.read(), file.tell())
with open(path, "a+") as file:
    file.write("!")
    file.seek(0)
    print(len(file.read()))
with open(path, "r+b") as file:
    file.write(b"LINE")
    buffer = bytearray(4)
    print(file.readinto(buffer), buffer)
try:
    open(path, "x")
except FileExistsError as error:
    print(type(error).__name__, error.errno)
for bad in (lambda: open(folder + "/none"), lambda: open(folder), lambda: open(path, "q"), lambda: open(path, "rb").write(b"x"), lambda: file.read()):
    try:
        bad()
    except (OSError, ValueError) as error:
        print(type(error).__name__)
print(sorted(os.listdir(folder)), os.path.exists(path), os.path.isdir(folder), os.path.splitext("a/b.tar.gz"), os.path.basename(path))
os.mkdir(folder + "/sub")
os.rename(path, folder + "/sub/moved.txt")
print([(os.path.relpath(root, folder), sorted(names)) for root, _, names in os.walk(folder)], glob.glob("*/*.txt", root_dir=folder))
p = pathlib.Path(folder) / "sub" / "new.bin"
p.write_bytes(b"\x00\x01")
print(p.name, p.suffix, p.stem, p.parent.name, p.exists(), p.read_bytes(), [c.name for c in sorted(p.parent.iterdir())], p.with_suffix(".x").name)
print(os.path.normpath("a/../b//c"), os.path.join("a", "/b"), os.path.commonpath(["/a/b", "/a/c"]), os.sep, os.linesep == "\n", os.name)
shutil.copy(p, folder + "/copy.bin")
os.remove(p)
shutil.rmtree(folder)
print(os.path.exists(folder), os.getcwd() == str(pathlib.Path.cwd()), os.environ.get("NO_COLOR"), os.getpid() > 1)
os.environ["OWN"] = "value"
print(os.getenv("OWN"), "OWN" in os.environ, os.environ.pop("OWN"), os.getenv("OWN", "none"))

text = io.StringIO("a\nb\n")
print(text.readline(), text.read(), text.getvalue(), text.seek(0, 2), text.write("c"), text.getvalue())
raw = io.BytesIO(b"12345")
print(raw.read(2), raw.truncate(3), raw.getvalue(), io.TextIOWrapper(io.BytesIO(b"x\r\ny")).read())
out = io.StringIO()
with contextlib.redirect_stdout(out):
    print("captured", 1, sep="-", end="!")
print(out.getvalue())


@contextlib.contextmanager
def managed(name):
    print("enter", name)
    try:
        yield name.upper()
    except KeyError as error:
        print("swallowed", error)
    finally:
        print("exit", name)


with managed("a") as value, contextlib.suppress(ValueError):
    print(value)
    raise ValueError
with managed("b"):
    raise KeyError("k")
with contextlib.ExitStack() as stack:
    stack.enter_context(managed("c"))
    stack.callback(print, "callback")

parser = argparse.ArgumentParser(prog="prog", description="Does things.")
parser.add_argument("file", nargs="*")
parser.add_argument("-n", "--number", type=int, default=3, help="how many")
parser.add_argument("--flag", action="store_true")
parser.add_argument("--choice", choices=["a", "b"])
print(parser.parse_args(["x", "y", "-n", "5", "--flag", "--choice=b"]), parser.parse_args([]))
print(parser.format_usage())

stream = io.StringIO()
handler = logging.StreamHandler(stream)
handler.setFormatter(logging.Formatter("%(levelname)s:%(name)s:%(threadName)s:%(message)s"))
logger = logging.getLogger("own.part")
logger.addHandler(handler)
logger.setLevel(logging.INFO)
logger.propagate = False
logger.debug("hidden")
logger.info("shown %d", 5)
try:
    1 / 0
except ZeroDivisionError:
    logger.exception("failed")
print(stream.getvalue().splitlines()[0], "ZeroDivisionError" in stream.getvalue(), logger.isEnabledFor(10))

before = time.perf_counter()
time.sleep(0.01)
print(0.009 < time.perf_counter() - before < 5, time.time() > 1.7e9, time.monotonic() <= time.monotonic(), time.process_time() >= 0)
print(time.strftime("%Y-%m-%d", time.gmtime(0)), time.gmtime(86400)[:3], len(time.localtime()))
print(sys.argv[0].endswith("files_and_system.py"), sys.maxsize == 2**63 - 1, sys.byteorder, sys.version_info >= (3, 11), sys.getrecursionlimit() > 100)
print(sys.stdout.writable(), sys.stdin.read(), sys.getsizeof([]) > 0, "sys" in sys.modules, sys.intern("a") is sys.intern("a"), sys.path != [])
sys.stdout.write("written\n")
sys.stdout.flush()
print("error stream", file=sys.stderr)
raise SystemExit(7)
