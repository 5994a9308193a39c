# oracle: asserts
"""What a traceback contains: files, lines, functions, causes; `traceback` reads it."""

import sys
import traceback


def first():
    second()


def second():
    raise ValueError("deep")


try:
    first()
except ValueError as error:
    frames = traceback.extract_tb(error.__traceback__)
    assert [frame.name for frame in frames] == ["<module>", "first", "second"], frames
    assert [frame.line for frame in frames] == ["first()", "second()", 'raise ValueError("deep")'], frames
    lines = traceback.format_exception(error)
    assert lines[0] == "Traceback (most recent call last):\n"
    assert lines[-1] == "ValueError: deep\n"
    assert error.__traceback__.tb_frame.f_code.co_name == "<module>"
    assert error.__traceback__.tb_next.tb_next.tb_next is None
    assert sys.exc_info()[1] is error

try:
    try:
        second()
    except ValueError as cause:
        raise KeyError("over") from cause
except KeyError as error:
    text = "".join(traceback.format_exception(error))
    assert text.count("Traceback") == 2
    assert "The above exception was the direct cause of the following exception" in text
    assert text.index("ValueError: deep") < text.index("KeyError: 'over'")

try:
    try:
        second()
    except ValueError:
        undefined_name
except NameError as error:
    text = "".join(traceback.format_exception(error))
    assert "During handling of the above exception, another exception occurred" in text

error = RuntimeError("never raised")
error.add_note("a note")
assert traceback.format_exception(error) == ["RuntimeError: never raised\n", "a note\n"]
assert traceback.format_exception_only(KeyError("k")) == ["KeyError: 'k'\n"]


def generator():
    yield 1
    raise OSError("in a generator")


try:
    list(generator())
except OSError as error:
    assert [frame.name for frame in traceback.extract_tb(error.__traceback__)] == ["<module>", "generator"]


def again():
    try:
        second()
    except ValueError:
        raise


try:
    again()
except ValueError as error:
    names = [frame.name for frame in traceback.extract_tb(error.__traceback__)]
    assert names == ["<module>", "again", "second"], names

stack = [frame.name for frame in traceback.extract_stack()]
assert stack == ["<module>"], stack
assert sys._getframe().f_lineno == 81, sys._getframe().f_lineno
print("ok")
