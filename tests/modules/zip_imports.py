# oracle: python3
"""Modules and packages of a zip archive on sys.path; runpy and pkgutil on one."""

import os
import pkgutil
import runpy
import sys
import tempfile
import zipfile

folder = tempfile.mkdtemp()
archive = os.path.join(folder, "library.zip")
with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
    file.writestr("__main__.py", "print('main', __name__, __file__.endswith('__main__.py'))\nvalue = 3\n")
    file.writestr("plain_module.py", "def double(x):\n    return 2 * x\n")
    file.writestr("packed/__init__.py", "from . import inner\n")
    file.writestr("packed/inner.py", "name = __name__\n")
    file.writestr("packed/data.txt", "text of the package\n")
    file.writestr("broken.py", "def (:\n")

sys.path.insert(0, archive)
import packed
import plain_module

print(plain_module.double(21), packed.inner.name)
print(type(plain_module.__loader__).__name__, plain_module.__file__ == os.path.join(archive, "plain_module.py"))
print(packed.__path__ == [os.path.join(archive, "packed")])
print(pkgutil.get_data("packed", "data.txt"))
print(sorted(module.name for module in pkgutil.iter_modules([archive])))
for name in ("broken", "absent_module"):
    try:
        __import__(name)
    except (SyntaxError, ImportError) as error:
        print(type(error).__name__)
print(runpy.run_path(archive)["value"])

# A file that is no archive is passed over.
other = os.path.join(folder, "no_archive.zip")
with open(other, "w") as file:
    file.write("nothing")
sys.path.insert(0, other)
try:
    import absent_module
except ModuleNotFoundError as error:
    print(error)
