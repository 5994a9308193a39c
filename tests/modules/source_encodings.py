# oracle: asserts
# Source in encodings that only the codecs know, and errors of decoding it.
import ast
import os
import subprocess
import sys
import tempfile

# What starts this interpreter: under an emulator, it first.
INTERPRETER = [*os.environ.get("TEST_EMULATOR", "").split(), sys.executable]


def error_of(source):
    try:
        compile(source, "name", "exec")
    except SyntaxError as error:
        return str(error)


namespace = {}
exec(b"# coding: cp1252\nx = '\xe4\x80'\n", namespace)
assert namespace["x"] == "\xe4\u20ac"
exec(b"#!/bin/sh\n# -*- coding: koi8-r -*-\nx = '\xc1\xc2'\n", namespace)
assert namespace["x"] == "\u0430\u0431"
exec("# coding: shift-no-such\nx = 'text'\n", namespace)
assert namespace["x"] == "text"
tree = ast.parse(b"# coding: iso8859-15\nx = '\xa4'\n")
assert tree.body[0].value.value == "\u20ac"
assert eval(b"# coding: cp437\n'\x81'") == "\xfc"
assert error_of(b"# coding: no-such-codec\nx = 1\n").startswith("unknown encoding: no-such-codec")
assert "can't decode byte 0x81" in error_of(b"# coding: cp1252\nx = '\x81'\n")
assert "is not a text encoding" in error_of(b"# coding: hex\nx = 1\n")
assert error_of(b"\xef\xbb\xbf# coding: cp1252\nx = 1\n").startswith("encoding problem: cp1252 with BOM")
assert error_of(b"\n\n# coding: no-such-codec, too late\nx = 1\n") is None
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "written.py")
    with open(path, "wb") as file:
        file.write(b"# vim: set fileencoding=cp1251 :\ntext = '\xcf\xf0\xe8\xe2\xe5\xf2'\nprint(ascii(text))\n")
    sys.path.insert(0, folder)
    import written
    assert written.text == "\u041f\u0440\u0438\u0432\u0435\u0442"
    found = subprocess.run([*INTERPRETER, path], capture_output=True, text=True)
    assert found.stdout == ascii(written.text) + "\n", found
print("ok")
