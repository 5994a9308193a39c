"""What an uncaught exception prints: source lines, carets and their anchors, repeated lines, notes.

The expected text is CPython 3.14's, with file names cut to their last part.
"""

import io
import sys


def show(function, *arguments):
    try:
        function(*arguments)
    except BaseException as error:
        stream, sys.stderr = sys.stderr, io.StringIO()
        try:
            error.__traceback__ = error.__traceback__.tb_next
            sys.excepthook(type(error), error, error.__traceback__)
            text = sys.stderr.getvalue()
        finally:
            sys.stderr = stream
        folder = __file__.rpartition("/")[0]
        print(text.replace(folder + "/", ""), end="---\n")


def binary(x, y):
    return x + y * 2 - (x / y)


def floor(values):
    return len(values) // sum(values)


def subscripts(table):
    return table["a"]["b"][0]["c"]


def call(function):
    return function(1)(2)


def attribute(thing):
    return thing.name.first.second


def keyword_call():
    result = dict(a=1, b=int("x"))
    return result


def whole_line():
    raise ValueError("whole line")


def several_lines(first, second):
    return (
        first
        + second
        + int("7")
    )


def long_call():
    return print(
        "a",
        "b",
        "c",
        "d",
        sep=1,
        end="",
    )


def assignment():
    value = undefined_function(1)
    return value


def unary(x):
    return -x


def comparison(x, y):
    return x < y


def wide():
    return "漢字" + 1


def nested():
    def inner():
        return [value / 0 for value in (1, 2)]

    return inner()


def recursive(depth):
    if depth == 0:
        raise RuntimeError("bottom")
    recursive(depth - 1)


def noted():
    error = TypeError("with notes")
    error.add_note("first note")
    error.add_note("second\nnote")
    raise error


def empty_message():
    raise ValueError


def tabs():
	if True:
		raise KeyError("indented by tabs")


def unpacking(x):
    first, second = x
    return first, second


def context_manager():
    with open("no such file"):
        pass


class Unprintable(Exception):
    def __str__(self):
        raise TypeError


def unprintable():
    raise Unprintable


show(binary, 1, 0)
show(floor, [0])
show(subscripts, {"a": {"b": [{}]}})
show(call, lambda x: x)
show(attribute, ValueError)
show(keyword_call)
show(whole_line)
show(several_lines, 1, "2")
show(long_call)
show(assignment)
show(unary, "x")
show(comparison, 1, "x")
show(wide)
show(nested)
show(recursive, 10)
show(noted)
show(empty_message)
show(tabs)
show(unpacking, (1, 2, 3))
show(context_manager)
show(unprintable)
