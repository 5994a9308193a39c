# oracle: python3
"""Raising, catching, finally, chaining, groups, context managers, and every way out of a block."""


def flow(kind):
    log = []
    for turn in range(2):
        try:
            log.append("try")
            if kind == "break":
                break
            if kind == "continue":
                continue
            if kind == "return":
                return log
            if kind == "raise":
                raise KeyError(kind)
        except KeyError as error:
            log.append(repr(error))
        else:
            log.append("else")
        finally:
            log.append("finally")
    else:
        log.append("loop else")
    return log


for kind in ("break", "continue", "return", "raise", "none"):
    print(kind, flow(kind))


def overriding():
    try:
        return "try"
    finally:
        for _ in range(1):
            pass


def swallowing():
    while True:
        try:
            raise ValueError
        except ValueError:
            break
    return "swallowed"


print(overriding(), swallowing())

try:
    try:
        1 / 0
    except ZeroDivisionError as error:
        raise ValueError("second") from error
except ValueError as error:
    print(repr(error), repr(error.__cause__), error.__suppress_context__)
try:
    try:
        {}["key"]
    except KeyError:
        raise TypeError("while handling")
except TypeError as error:
    print(repr(error.__context__), error.__cause__, error.__suppress_context__)
try:
    try:
        [][0]
    except IndexError:
        raise RuntimeError("hidden") from None
except RuntimeError as error:
    print(type(error.__context__).__name__, error.__suppress_context__)


class Own(Exception):
    def __init__(self, code, text):
        super().__init__(code, text)
        self.code = code

    def __str__(self):
        return f"[{self.code}] {self.args[1]}"


try:
    raise Own(7, "own")
except (KeyError, Own) as error:
    print(error, error.args, error.code)
try:
    error
except NameError:
    print("the name is gone")
try:
    raise Own
except TypeError as error:
    print(type(error).__name__)


def nested():
    try:
        try:
            raise KeyError("inner")
        finally:
            print("cleanup one")
    except LookupError:
        print("caught by base class")
        try:
            raise
        except KeyError as error:
            print("raised again", error)
    finally:
        print("cleanup two")


nested()


class Manager:
    def __init__(self, name, suppress=False):
        self.name, self.suppress = name, suppress

    def __enter__(self):
        print("enter", self.name)
        return self.name

    def __exit__(self, kind, value, traceback):
        print("exit", self.name, kind and kind.__name__, value, traceback is not None)
        return self.suppress


with Manager("a") as first, Manager("b") as second:
    print(first, second)
with Manager("outer", suppress=True):
    with Manager("inner"):
        raise ValueError("inside")
    print("never")


def leaves():
    for name in "xy":
        with Manager(name):
            if name == "y":
                return "left"
            continue


print(leaves())
with (
    Manager("paren") as one,
    Manager("theses") as two,
):
    pass

try:
    raise ExceptionGroup("group", [ValueError(1), TypeError(2), ExceptionGroup("nested", [ValueError(3), KeyError(4)])])
except* ValueError as group:
    print("values", [str(e) for e in group.exceptions], len(group.exceptions))
except* (TypeError, KeyError) as group:
    print("others", len(group.exceptions))
try:
    try:
        raise ExceptionGroup("left", [OSError(1), ValueError(2)])
    except* ValueError:
        print("handled one")
except ExceptionGroup as rest:
    print(rest.message, rest.exceptions)
try:
    raise ValueError("naked")
except* ValueError as group:
    print(type(group).__name__, group.exceptions)
group = ExceptionGroup("g", [ValueError(1), KeyError(2)])
print(group.subgroup(ValueError).exceptions, [part and len(part.exceptions) for part in group.split(KeyError)])

error = ValueError("with notes")
error.add_note("note one")
print(error.__notes__)
for expression in ("1/0", "[][1]", "{}['a']", "int('x')", "None.a", "len(5)", "'a' + 1", "undefined", "[1].remove(2)",
                   "next(iter([]))", "'\\ud800'.encode()", "b'\\xff'.decode()", "1 << -1", "float('z')", "chr(-1)"):
    try:
        eval(expression)
    except Exception as error:
        print(expression, "->", type(error).__name__)
try:
    exec("def broken(:\n")
except SyntaxError as error:
    print(type(error).__name__, error.lineno)
print(issubclass(KeyError, LookupError), issubclass(FileNotFoundError, OSError), IOError is OSError)
try:
    raise StopIteration(5)
except StopIteration as error:
    print(error.value)
try:
    open("/no/such/file")
except OSError as error:
    print(type(error).__name__, error.errno, error.filename)


def generator_with_finally():
    try:
        yield 1
        yield 2
    finally:
        print("generator closed")


for value in generator_with_finally():
    break
import gc

gc.collect()
try:
    raise SystemExit(3)
except BaseException as error:
    print(repr(error), error.code)


def recurse(n):
    return recurse(n + 1)


try:
    recurse(0)
except RecursionError as error:
    print("RecursionError")
