# oracle: asserts
"""Values and code through bytes and files; bad bytes raise and nothing else; eight threads at once."""

import io
import marshal
import threading


def work(index):
    shared = [1, 2]
    recursive = [index]
    recursive.append({"self": recursive})
    values = [
        None, True, False, ..., StopIteration, 0, -1, 2**31 - 1, 2**31, -(2**31) - 1, 2**62, -(2**63), 10**100, -(10**100), 2**15, 2**30, 2**45 - 1, 0.0, -1.5, 1e300, 1 + 2j, "", "abc", "\u20ac" * 300,
        "a" * 300, "\ud800", b"", b"\xff" * 300, (), (1,), tuple(range(300)), [], [[1], [2]], {}, {"a": 1, 2: (3,)}, set(), {1, 2}, frozenset({3, "x"}), [shared, shared], slice(1, None, 2),
    ]
    for value in values:
        for version in range(6):
            if isinstance(value, slice) and version < 5:
                continue
            data = marshal.dumps(value, version)
            assert marshal.loads(data) == value and type(marshal.loads(data)) is type(value), (value, version)
            assert marshal.load(io.BytesIO(data)) == value
    pair = marshal.loads(marshal.dumps([shared, shared]))
    assert pair[0] is pair[1]
    again = marshal.loads(marshal.dumps(recursive))
    assert again[1]["self"] is again
    assert marshal.loads(marshal.dumps(bytearray(b"ab"))) == b"ab" == marshal.loads(marshal.dumps(memoryview(b"ab")))
    nan = marshal.loads(marshal.dumps(float("nan")))
    assert nan != nan

    # Code.
    source = "def f(a, *b, c=1, **d):\n    def g():\n        return a, b, c, d, {1, 2} and 3 in {4, 3}, 10**30, 1.5, 2j, 'x\u20ac', b'y', ...\n    try:\n        return g()\n    finally:\n        pass\n"
    code = marshal.loads(marshal.dumps(compile(source, "some file", "exec")))
    assert code.co_filename == "some file" and code.co_name == "<module>"
    namespace = {}
    exec(code, namespace)
    assert namespace["f"](1, 2, x=3) == (1, (2,), 1, {"x": 3}, True, 10**30, 1.5, 2j, "x\u20ac", b"y", ...)
    assert [constant.co_firstlineno for constant in namespace["f"].__code__.co_consts if hasattr(constant, "co_code")] == [2]


threads = []
failures = []


def run(index):
    try:
        work(index)
    except BaseException as error:
        failures.append(error)


threads = [threading.Thread(target=run, args=(index,)) for index in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
if failures:
    raise failures[0]


def raises(kinds, function, *arguments, **keywords):
    try:
        function(*arguments, **keywords)
    except kinds:
        return
    raise AssertionError((function, arguments))


code = compile("x = [1, (2, 3), 'y']", "f", "exec")
raises(ValueError, marshal.dumps, object())
raises(ValueError, marshal.dumps, [object()])
raises(ValueError, marshal.dumps, code, allow_code=False)
raises(ValueError, marshal.loads, marshal.dumps(code), allow_code=False)
raises(ValueError, marshal.dumps, slice(1), 4)
deep = []
for _ in range(3000):
    deep = [deep]
raises(ValueError, marshal.dumps, deep)
raises(ValueError, marshal.loads, b"[\1\0\0\0" * 3000)
raises(EOFError, marshal.loads, b"")
raises(EOFError, marshal.load, io.BytesIO(b"i\1"))
raises(TypeError, marshal.loads, b"0")
raises(TypeError, marshal.loads, "text")
raises(AttributeError, marshal.load, 5)

# Broken bytes.
state = 3
for data in (marshal.dumps(code), marshal.dumps([1, "a", {2: (3.5, 10**20)}, {b"x"}, 1j])):
    for place in range(len(data)):
        for change in (1, 0x80, 0xFF):
            broken = bytearray(data)
            broken[place] ^= change
            try:
                marshal.loads(bytes(broken))
            except (ValueError, EOFError, TypeError, SystemError, MemoryError):
                pass
    for length in range(len(data)):
        raises((ValueError, EOFError), marshal.loads, data[:length])
print("ok")
