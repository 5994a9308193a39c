"""Runs one file of CPython's test suite; `cargo xtask cpython` starts it.

    run_file.py MODULE [fails:ID | varies:ID | skipped:ID]...

An ID is what unittest calls a test, without `test.` in front; `*` at its end stands for any rest. A test that fails as it was said to
is no failure; one that passes although it was said to fail is. One that is skipped is not run at all. Exit code 0 if every other test passed and at least one test ran.
"""

import sys
import types
import unittest


def replace_what_cannot_be_imported():
    """What of the suite's own files has no meaning in 3.14 or here, and is imported by files that have."""
    import test
    import test.support

    # It writes to `__annotations__` while it runs, which a module of 3.14 does not have then.
    test.ann_module = sys.modules["test.ann_module"] = types.ModuleType("test.ann_module")
    # It asks an internal module for an option of CPython's; positions are always kept here.
    test.support.has_no_debug_ranges = lambda: False


class Expected:
    def __init__(self, arguments):
        self.kinds = {}
        for argument in arguments:
            kind, _, name = argument.partition(":")
            if kind not in ("fails", "varies", "skipped") or not name:
                sys.exit(f"not an expectation: {argument}")
            self.kinds[name] = kind
        self.met = set()

    def of(self, test):
        """The expectation that a test's name meets, and its kind."""
        name = test.id().removeprefix("test.")
        # What failed as a whole: "setUpClass (test.test_x.Class)".
        name = name.replace("(test.", "(")
        if name in self.kinds:
            return name, self.kinds[name]
        for pattern, kind in self.kinds.items():
            if pattern.endswith("*") and name.startswith(pattern[:-1]):
                return pattern, kind
        return name, None


class Result(unittest.TextTestResult):
    expected = None

    def excused(self, test):
        name, kind = self.expected.of(test)
        if kind is not None:
            self.expected.met.add(name)
        return kind is not None

    def addError(self, test, error):
        if not self.excused(test):
            super().addError(test, error)

    def addFailure(self, test, error):
        if not self.excused(test):
            super().addFailure(test, error)

    def addSubTest(self, test, subtest, error):
        if error is None or not self.excused(test):
            super().addSubTest(test, subtest, error)

    def addUnexpectedSuccess(self, test):
        if not self.excused(test):
            super().addUnexpectedSuccess(test)


def without_skipped(suite, expected):
    kept = []
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            kept.append(without_skipped(test, expected))
        else:
            name, kind = expected.of(test)
            if kind == "skipped":
                expected.met.add(name)
            else:
                kept.append(test)
    return type(suite)(kept)


def main(module, *arguments):
    expected = Result.expected = Expected(arguments)
    sys.argv[1:] = []
    replace_what_cannot_be_imported()
    suite = without_skipped(unittest.defaultTestLoader.loadTestsFromName(f"test.{module}"), expected)
    result = unittest.TextTestRunner(resultclass=Result).run(suite)
    passed = result.wasSuccessful()
    for name, kind in expected.kinds.items():
        if name not in expected.met and kind != "varies":
            print(f"{name}: was said to fail or to be skipped, and does not", file=sys.stderr)
            passed = False
    # A file without tests proves nothing.
    return 0 if passed and result.testsRun > len(result.skipped) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
