# oracle: python3
"""Exception groups: construction, split, subgroup, derive, `except*`."""


def outline(error):
    if isinstance(error, BaseExceptionGroup):
        return (type(error).__name__, error.message, [outline(inner) for inner in error.exceptions])
    return repr(error)


def attempt(function, *arguments):
    try:
        print(outline(function(*arguments)))
    except Exception as failure:
        print(type(failure).__name__, failure)


attempt(ExceptionGroup, "one", [ValueError(1)])
attempt(BaseExceptionGroup, "plain", [ValueError(1)])
attempt(BaseExceptionGroup, "base", [ValueError(1), KeyboardInterrupt()])
attempt(ExceptionGroup, "bad", [KeyboardInterrupt()])
attempt(ExceptionGroup, "bad", [])
attempt(ExceptionGroup, "bad", [1])
attempt(ExceptionGroup, 1, [ValueError()])
attempt(ExceptionGroup, "bad", 1)
attempt(ExceptionGroup, "bad")


class Own(ExceptionGroup):
    pass


class Derived(ExceptionGroup):
    def derive(self, exceptions):
        return Derived(self.message, exceptions)


class Sloppy(ExceptionGroup):
    def derive(self, exceptions):
        return ValueError("no group")


attempt(Own, "own", [KeyboardInterrupt()])

tree = ExceptionGroup("top", [ValueError(1), ExceptionGroup("in", [TypeError(2), ValueError(3)]), KeyError(4)])
print(str(tree), tree.args[0])
for matcher in (ValueError, (TypeError, KeyError), OSError, ExceptionGroup, lambda error: error.args == (3,)):
    print([part and outline(part) for part in tree.split(matcher)], (tree.subgroup(matcher) and "some"))
for bad in (1, int, (ValueError, 1)):
    try:
        tree.split(bad)
    except TypeError:
        print("no matcher", bad)
for kind in (Own, Derived, Sloppy):
    group = kind("kind", [ValueError(1), TypeError(2)])
    group.add_note("note")
    group.__cause__ = KeyError("cause")
    try:
        part, rest = group.split(ValueError)
        print(outline(part), outline(rest), part.__notes__, part.__cause__, part.__notes__ is group.__notes__)
    except TypeError as failure:
        print(failure)


def clauses(error):
    log = []
    try:
        try:
            raise error
        except* ValueError as group:
            log.append(("ValueError", outline(group)))
        except* TypeError as group:
            log.append(("TypeError", outline(group)))
            raise
        except* KeyError as group:
            log.append(("KeyError", outline(group)))
            raise RuntimeError("in the clause")
        else:
            log.append("else")
        finally:
            log.append("finally")
    except BaseException as left:
        log.append(("left", outline(left), left.__context__ and outline(left.__context__)))
    return log


for error in (
    ExceptionGroup("only values", [ValueError(1), ValueError(2)]),
    ValueError("naked"),
    TypeError("naked, raised again"),
    KeyError("naked, other raised"),
    OSError("naked, not matched"),
    ExceptionGroup("mixed", [ValueError(1), TypeError(2), OSError(3)]),
    ExceptionGroup("nested", [ExceptionGroup("in", [ValueError(1), TypeError(2)]), KeyError(3)]),
    BaseExceptionGroup("base", [SystemExit(1), ValueError(2)]),
):
    for entry in clauses(error):
        print(entry)

for bad in ("ExceptionGroup", "(ValueError, BaseExceptionGroup)", "1"):
    try:
        exec(f"try:\n    raise ValueError\nexcept* {bad}:\n    pass")
    except TypeError as failure:
        print(failure)
