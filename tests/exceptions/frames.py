# oracle: asserts
"""Traceback and frame objects."""

import sys
import types


def inner(argument):
    local = argument + 1
    cell = local

    def closure():
        return cell

    raise ValueError(local, closure)


def outer():
    inner(1)


try:
    outer()
except ValueError as error:
    traceback = error.__traceback__
chain = []
entry = traceback
while entry is not None:
    chain.append((entry.tb_frame.f_code.co_name, entry.tb_lineno - entry.tb_frame.f_code.co_firstlineno))
    assert entry.tb_lineno == entry.tb_frame.f_lineno or entry is traceback
    assert entry.tb_frame.f_globals is globals()
    last = entry
    entry = entry.tb_next
assert [name for name, _ in chain] == ["<module>", "outer", "inner"]
assert chain[1][1] == 1 and chain[2][1] == 7
frame = last.tb_frame
assert frame.f_locals["argument"] == 1 and frame.f_locals["local"] == 2 and frame.f_locals["cell"] == 2
assert frame.f_back.f_code.co_name == "outer" and frame.f_back.f_back is traceback.tb_frame
assert "inner" in repr(frame) and repr(frame).startswith("<frame at 0x")
assert type(traceback) is types.TracebackType and type(frame) is types.FrameType

made = types.TracebackType(None, frame, last.tb_lasti, 42)
assert made.tb_lineno == 42 and made.tb_next is None and made.tb_frame is frame
made.tb_next = traceback
assert made.tb_next is traceback
for bad, kind in ((made, ValueError), (1, TypeError)):
    try:
        made.tb_next = bad
    except kind:
        pass
    else:
        raise AssertionError(bad)
assert ValueError().with_traceback(traceback).__traceback__ is traceback
frame.clear()
assert "local" not in frame.f_locals
try:
    sys._getframe().clear()
except RuntimeError as error:
    assert str(error) == "cannot clear an executing frame"


def who():
    return sys._getframe(1).f_code.co_name, sys._getframe().f_lineno - sys._getframe().f_code.co_firstlineno


def caller():
    return who()


assert caller() == ("caller", 1)
assert sys._getframe().f_locals is globals() and sys._getframe().f_back is None


def generator():
    frame = sys._getframe()
    yield frame
    yield frame.f_lineno - frame.f_code.co_firstlineno


running = generator()
frame = next(running)
assert frame.f_lineno - frame.f_code.co_firstlineno == 2 and frame.f_locals["frame"] is frame
assert next(running) == 3


def bare():
    try:
        raise KeyError("first")
    except KeyError:
        raise


try:
    bare()
except KeyError as error:
    names = []
    entry = error.__traceback__
    while entry is not None:
        names.append((entry.tb_frame.f_code.co_name, entry.tb_lineno - entry.tb_frame.f_code.co_firstlineno))
        entry = entry.tb_next
    assert names[1:] == [("bare", 2)], names
print("ok")
