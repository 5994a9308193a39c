# oracle: asserts
# __del__ of what modules hold when the program ends: each once, with the globals of its module still there, after exit functions.
import os
import subprocess
import sys

# What starts this interpreter: under an emulator, it first.
INTERPRETER = [*os.environ.get("TEST_EMULATOR", "").split(), sys.executable]


def lines(program, *more):
    found = subprocess.run([*INTERPRETER, *more, "-c", program], capture_output=True, text=True)
    assert found.returncode == 0, found
    assert found.stderr == "", found.stderr
    return found.stdout.splitlines()


found = lines("""
import atexit, sys, types
import _finalized
from _finalized import Held

NAME = "main"
held = Held("held by main")
cycle = [Held("in a cycle")]
cycle.append(cycle)
made = types.ModuleType("made")
made.content = Held("held by a module without a file")
sys.modules["made"] = made
atexit.register(print, "exit function", sys.is_finalizing())

class Own:
    def __del__(self):
        print("own", type(helper).__name__, sys.is_finalizing())

def helper():
    pass

own = Own()
print("end")
""")
assert found[:2] == ["end", "exit function False"], found
assert "own function True" in found, found
names = ["held by main", "in a cycle", "held by a module", "held by a module without a file"]
for name in names:
    assert found.count(f"finalized {name} _finalized shown") == 1, (name, found)

# A module that something still holds: its names become None.
program = """
import builtins, types
class Own:
    def __init__(self, name):
        self.name = name
    def __del__(self):
        print(self.name, Own)
kept = types.ModuleType("kept")
builtins.own_kept = kept
kept.public = Own("public")
kept._private = Own("private")
"""
assert sorted(line.split()[0] for line in lines(program)) == ["private", "public"]

# After an exception, and when nothing may be imported any more.
program = """
class Own:
    def __del__(self):
        try:
            import colorsys
        except ImportError as error:
            print("ImportError")
def function():
    own = Own()
    raise SystemExit(0)
function()
"""
assert lines(program) in (["ImportError"], []), lines(program)
print("ok")
