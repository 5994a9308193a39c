# oracle: asserts
"""Functions of the library are made when they are first needed: eight threads need the same ones at once, and see one of each."""

import importlib.util
import marshal
import sys
import threading
import types

from _hammer import THREADS, hammer, run_all

ROUNDS = 40


def fresh(name):
    """The module anew: none of its functions has been needed yet."""
    sys.modules.pop(name, None)
    return importlib.import_module(name)


def test_first_calls_at_once():
    for _ in range(ROUNDS):
        module = fresh("textwrap")
        results = [None] * THREADS

        def call(number):
            results[number] = module.dedent("  a\n  b"), module.indent("a\nb", "-"), module.shorten("a b c", 20)

        hammer(call)
        assert results == [("a\nb", "-a\n-b", "a b c")] * THREADS, results


def test_attributes_at_once():
    for _ in range(ROUNDS):
        function = fresh("shlex").quote
        seen = []

        def look(number):
            attributes = ["__name__", "__qualname__", "__doc__", "__code__"]
            attributes = attributes[number % 4 :] + attributes[: number % 4]
            seen.append({name: getattr(function, name) for name in attributes})

        hammer(look)
        assert len(seen) == THREADS
        for attributes in seen:
            assert attributes["__name__"] == attributes["__qualname__"] == "quote"
            assert attributes["__doc__"].startswith("Return a shell-escaped version")
            assert attributes["__code__"] is function.__code__
            assert attributes["__code__"].co_name == "quote"


def test_what_a_program_sets_stays():
    for _ in range(ROUNDS):
        function = fresh("shlex").quote
        renamed = threading.Barrier(THREADS)

        def change_or_call(number):
            if number == 0:
                function.__name__ = "renamed"
                function.__doc__ = None
                function.__qualname__ = "its.renamed"
            elif number == 1:
                function.__defaults__ = ("default",)
            else:
                assert function("a b") == "'a b'"
            renamed.wait()
            assert function.__name__ == "renamed" and function.__qualname__ == "its.renamed"
            assert function.__doc__ is None and function() == "default"

        hammer(change_or_call)


def test_another_code_stays():
    def replacement(s):
        return "replaced"

    for _ in range(ROUNDS):
        function = fresh("shlex").quote

        def change_or_call(number):
            if number == 0:
                function.__code__ = replacement.__code__
            assert function("a b") in ("'a b'", "replaced")

        hammer(change_or_call)
        assert function("a b") == "replaced" and function.__code__ is replacement.__code__
        assert function.__name__ == "quote"


def test_functions_defined_by_functions_have_one_code():
    for _ in range(ROUNDS):
        functools = fresh("functools")
        made = []

        def make(number):
            made.append(functools.singledispatch(lambda argument: number))

        hammer(make)
        assert len({id(dispatch.register.__code__) for dispatch in made}) == 1
        assert sorted(dispatch(None) for dispatch in made) == list(range(THREADS))


def test_constants_are_code_objects():
    codes = [importlib.util.find_spec("textwrap").loader.get_code("textwrap")]
    names = set()
    while codes:
        code = codes.pop()
        names.add(code.co_qualname)
        assert marshal.loads(marshal.dumps(code)) == code
        codes += [constant for constant in code.co_consts if isinstance(constant, types.CodeType)]
    assert {"<module>", "TextWrapper", "TextWrapper.wrap", "dedent"} <= names, names


def test_methods_properties_and_errors():
    fractions = fresh("fractions")
    assert repr(fractions.Fraction.limit_denominator).startswith("<function Fraction.limit_denominator at ")
    assert fractions.Fraction.numerator.__name__ == "numerator"
    statistics = fresh("statistics")
    try:
        statistics.mean()
    except TypeError as error:
        assert str(error) == "mean() missing 1 required positional argument: 'data'", error
    else:
        raise AssertionError("no TypeError")


run_all(globals())
