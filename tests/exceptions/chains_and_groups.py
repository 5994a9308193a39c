"""Causes, contexts and exception groups, as an uncaught exception prints them.

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


def cause():
    try:
        1 / 0
    except ZeroDivisionError as error:
        raise ValueError("from it") from error


def context():
    try:
        {}["missing"]
    except KeyError:
        raise RuntimeError("while handling")


def suppressed():
    try:
        1 / 0
    except ZeroDivisionError:
        raise ValueError("alone") from None


def three():
    try:
        try:
            raise OSError(2, "No such file or directory", "name")
        except OSError as error:
            raise LookupError("second") from error
    except LookupError:
        raise TypeError("third")


def circle():
    first = ValueError("first")
    second = ValueError("second")
    first.__context__ = second
    second.__context__ = first
    raise first


def thrown(error):
    try:
        raise error
    except Exception as caught:
        return caught


def group():
    inner = ExceptionGroup("inner", [thrown(TypeError("one")), ValueError("two")])
    inner.add_note("a note on the inner group")
    raise ExceptionGroup("outer", [thrown(OSError("three")), inner, KeyError("four")])


def wide_group():
    raise ExceptionGroup("wide", [ValueError(number) for number in range(18)])


def deep_group():
    error = ValueError("deepest")
    for depth in range(12):
        error = ExceptionGroup(f"level {depth}", [error])
    raise error


def group_with_cause():
    try:
        raise ExceptionGroup("cause", [ValueError(1)])
    except ExceptionGroup as error:
        raise RuntimeError("effect") from error


def group_of_chains():
    try:
        1 / 0
    except ZeroDivisionError as error:
        other = ValueError("chained")
        other.__cause__ = error
    raise BaseExceptionGroup("base", [other, KeyboardInterrupt()])


show(cause)
show(context)
show(suppressed)
show(three)
show(circle)
show(group)
show(wide_group)
show(deep_group)
show(group_with_cause)
show(group_of_chains)
