# oracle: python3
# What the traceback of a failed import shows of the import system: nothing, unless it failed itself.
import importlib
import os
import sys
import tempfile
import traceback


def write(folder, name, text):
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        file.write(text)


def show(what, function):
    try:
        function()
    except Exception as error:
        print(what, type(error).__name__)
        for frame in traceback.extract_tb(error.__traceback__):
            name = os.path.basename(frame.filename).replace("<frozen ", "").strip("<>")
            if "importlib" not in name:
                print("   ", name, frame.lineno)
            elif frame.name == "_call_with_frames_removed":
                print("    (import system, last)")
            else:
                print("    (import system)", frame.name)


def missing():
    import no_such_module_at_all


def missing_part():
    import bundle.nothing


def missing_below():
    import os.path.nothing


def fails():
    import bundle.fails


def fails_by_name():
    from bundle import fails


def fails_further_in():
    import bundle.further


def wrong_syntax():
    import bundle.syntax


def import_error_further_in():
    import bundle.wants


class Finder:
    @staticmethod
    def find_spec(name, path, target=None):
        if name == "refused":
            raise ValueError(name)


def finder_fails():
    import refused


with tempfile.TemporaryDirectory() as folder:
    write(folder, "bundle/__init__.py", "")
    write(folder, "bundle/fails.py", "\n1 / 0\n")
    write(folder, "bundle/further.py", "def f():\n    import bundle.fails\nf()\n")
    write(folder, "bundle/syntax.py", "x x\n")
    write(folder, "bundle/wants.py", "from bundle import no_such_name\n")
    sys.path.insert(0, folder)
    for function in (missing, missing_part, fails, fails_by_name, fails_further_in, wrong_syntax, import_error_further_in):
        show(function.__name__, function)
    sys.meta_path.insert(0, Finder)
    show("finder_fails", finder_fails)
    sys.meta_path.remove(Finder)
    try:
        importlib.import_module("bundle.fails")
    except ZeroDivisionError as error:
        names = [frame.name for frame in traceback.extract_tb(error.__traceback__)]
        print(names[0], names[-1], "_gcd_import" in names)
