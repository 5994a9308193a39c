# oracle: asserts
"""The builtin exception classes: constructors, attributes, texts, pickling support."""

import builtins
import errno

# args, str and repr
assert str(ValueError()) == "" and repr(ValueError()) == "ValueError()"
assert str(ValueError("x")) == "x" and repr(ValueError("x")) == "ValueError('x')"
assert str(ValueError(1, 2)) == "(1, 2)" and repr(ValueError(1, 2)) == "ValueError(1, 2)"
assert str(KeyError("k")) == "'k'" and str(KeyError("k", 1)) == "('k', 1)"
error = ValueError("a")
error.args = ["b", "c"]
assert error.args == ("b", "c")
for name in ("args", "__traceback__", "__context__", "__cause__"):
    try:
        delattr(error, name)
    except TypeError as failure:
        assert str(failure) in (f"{name} may not be deleted", "args may not be deleted")
    else:
        raise AssertionError(name)
try:
    ValueError(a=1)
except TypeError as failure:
    assert str(failure) == "ValueError() takes no keyword arguments", failure


def raises(kind, text, function, *arguments, **keywords):
    try:
        function(*arguments, **keywords)
    except kind as failure:
        assert text is None or str(failure) == text, (str(failure), text)
    else:
        raise AssertionError(f"{kind} was not raised")


# the hierarchy
assert issubclass(ModuleNotFoundError, ImportError) and issubclass(ImportError, Exception)
assert not issubclass(SystemExit, Exception) and issubclass(SystemExit, BaseException)
assert IOError is OSError and EnvironmentError is OSError
assert ExceptionGroup.__bases__ == (BaseExceptionGroup, Exception)
assert ExceptionGroup.__mro__ == (ExceptionGroup, BaseExceptionGroup, Exception, BaseException, object)
assert BlockingIOError.__base__ is OSError and ConnectionResetError.__base__ is ConnectionError
assert IndentationError.__base__ is SyntaxError and TabError.__base__ is IndentationError
assert UnboundLocalError.__base__ is NameError and RecursionError.__base__ is RuntimeError

# links
cause, context = ValueError("cause"), ValueError("context")
error = RuntimeError("error")
assert error.__cause__ is None and error.__context__ is None and error.__suppress_context__ is False
error.__context__ = context
assert error.__suppress_context__ is False
error.__cause__ = cause
assert error.__suppress_context__ is True and error.__cause__ is cause
error.__cause__ = None
assert error.__suppress_context__ is True
raises(TypeError, "exception cause must be None or derive from BaseException", setattr, error, "__cause__", 1)
raises(TypeError, "exception context must be None or derive from BaseException", setattr, error, "__context__", 1)
raises(TypeError, "__traceback__ must be a traceback or None", setattr, error, "__traceback__", 1)
assert error.with_traceback(None) is error
raises(TypeError, "exceptions must derive from BaseException", exec, "raise 1")

# notes
error = ValueError()
assert not hasattr(error, "__notes__")
error.add_note("one")
error.add_note("two")
assert error.__notes__ == ["one", "two"]
raises(TypeError, "note must be a str, not 'int'", error.add_note, 1)
error.__notes__ = 1
raises(TypeError, "Cannot add note: __notes__ is not a list", error.add_note, "x")

# values
assert StopIteration(1, 2).value == 1 and StopIteration().value is None
assert SystemExit().code is None and SystemExit(3).code == 3 and SystemExit(1, 2).code == (1, 2)

# names
error = AttributeError("text", name="n", obj=1)
assert (error.name, error.obj, error.args) == ("n", 1, ("text",))
assert error.__reduce__() == (AttributeError, ("text",), {"name": "n", "args": ("text",)})
assert NameError("text", name="n").name == "n" and NameError().name is None
error = ImportError("text", name="n", path="p")
assert (error.msg, error.name, error.path, str(error)) == ("text", "n", "p", "text")
assert ImportError("a", "b").msg is None
assert error.__reduce__() == (ImportError, ("text",), {"name": "n", "path": "p"})
raises(TypeError, None, ImportError, nothing=1)
try:
    import no_such_module_anywhere
except ModuleNotFoundError as failure:
    assert failure.name == "no_such_module_anywhere"
    assert str(failure) == "No module named 'no_such_module_anywhere'"
try:
    undefined
except NameError as failure:
    assert failure.name == "undefined" and str(failure) == "name 'undefined' is not defined"
try:
    (1).nothing
except AttributeError as failure:
    assert failure.name == "nothing" and failure.obj == 1
    assert str(failure) == "'int' object has no attribute 'nothing'"


def unbound():
    print(variable)
    variable = 1


raises(
    UnboundLocalError, "cannot access local variable 'variable' where it is not associated with a value", unbound
)

# OSError
error = OSError(errno.ENOENT, "No such file", "name")
assert type(error) is FileNotFoundError
assert (error.errno, error.strerror, error.filename, error.filename2) == (2, "No such file", "name", None)
assert error.args == (2, "No such file") and str(error) == "[Errno 2] No such file: 'name'"
assert repr(error) == "FileNotFoundError(2, 'No such file')"
assert error.__reduce__() == (FileNotFoundError, (2, "No such file", "name"))
error = OSError(errno.EXDEV, "text", "a", None, "b")
assert type(error) is OSError and str(error) == "[Errno 18] text: 'a' -> 'b'"
assert str(OSError(1, "text")) == "[Errno 1] text" and str(OSError("only")) == "only"
assert OSError("only").errno is None
for number, kind in [
    (errno.EAGAIN, BlockingIOError),
    (errno.EPIPE, BrokenPipeError),
    (errno.ECHILD, ChildProcessError),
    (errno.ECONNREFUSED, ConnectionRefusedError),
    (errno.EEXIST, FileExistsError),
    (errno.EINTR, InterruptedError),
    (errno.EISDIR, IsADirectoryError),
    (errno.ENOTDIR, NotADirectoryError),
    (errno.EACCES, PermissionError),
    (errno.EPERM, PermissionError),
    (errno.ESRCH, ProcessLookupError),
    (errno.ETIMEDOUT, TimeoutError),
]:
    assert type(OSError(number, "x")) is kind, number
assert type(OSError(errno.ENOENT)) is OSError
assert BlockingIOError(errno.EAGAIN, "x", 7).characters_written == 7
raises(AttributeError, "characters_written", lambda: BlockingIOError(11, "x").characters_written)


class WithInit(OSError):
    def __init__(self, number, extra):
        super().__init__(number, extra)
        self.extra = extra


class WithNew(OSError):
    def __new__(cls, *arguments):
        return super().__new__(cls, *arguments)


assert WithInit(2, "x").args == (2, "x") and WithInit(2, "x").errno == 2
assert WithNew(2, "x").errno == 2
assert type(WithInit(2, "x")) is WithInit

# Unicode errors
try:
    "ab\u1234c".encode("ascii")
except UnicodeEncodeError as failure:
    assert (failure.encoding, failure.object, failure.start, failure.end) == ("ascii", "ab\u1234c", 2, 3)
    assert str(failure) == "'ascii' codec can't encode character '\\u1234' in position 2: ordinal not in range(128)"
error = UnicodeEncodeError("latin-1", "a\U0001F600", 1, 2, "reason")
assert str(error) == "'latin-1' codec can't encode character '\\U0001f600' in position 1: reason"
error = UnicodeEncodeError("latin-1", "abcd", 1, 3, "reason")
assert str(error) == "'latin-1' codec can't encode characters in position 1-2: reason"
error = UnicodeDecodeError("utf-8", b"a\xffb", 1, 2, "invalid start byte")
assert str(error) == "'utf-8' codec can't decode byte 0xff in position 1: invalid start byte"
error.end = 3
error.reason = "other"
assert str(error) == "'utf-8' codec can't decode bytes in position 1-2: other"
assert str(UnicodeTranslateError("\xe4b", 0, 1, "no")) == "can't translate character '\\xe4' in position 0: no"
raises(TypeError, None, UnicodeDecodeError, "utf-8", "text", 0, 1, "x")
raises(TypeError, None, UnicodeEncodeError, "utf-8")

# SyntaxError
error = SyntaxError("message", ("folder/file.py", 3, 5, "text\n", 3, 7))
assert (error.msg, error.filename, error.lineno, error.offset) == ("message", "folder/file.py", 3, 5)
assert (error.text, error.end_lineno, error.end_offset, error.print_file_and_line) == ("text\n", 3, 7, None)
assert str(error) == "message (file.py, line 3)"
assert str(SyntaxError("m", ("f.py", None, None, None))) == "m (f.py)" and str(SyntaxError("m")) == "m"
assert str(SyntaxError()) == "None"
raises(TypeError, None, SyntaxError, "m", (1, 2))

# subclasses with attributes and state
class Mine(ValueError):
    def __init__(self, one, two=2):
        super().__init__(one)
        self.two = two


error = Mine("one", two=3)
assert error.args == ("one",) and error.two == 3
assert error.__reduce__() == (Mine, ("one",), {"two": 3})
error.__setstate__({"two": 4, "more": 5})
assert error.two == 4 and error.more == 5
raises(TypeError, "state is not a dictionary", error.__setstate__, 1)

raises(TypeError, None, StopIteration.__new__, ValueError)
for name in dir(builtins):
    value = getattr(builtins, name)
    if isinstance(value, type) and issubclass(value, BaseException):
        assert value.__module__ == "builtins", name
        assert value.__doc__, name
print("ok")
