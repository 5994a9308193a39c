"""Suggestions behind the messages of uncaught exceptions, and the places of syntax errors.

The expected text is CPython 3.14's: its last lines only.
"""

import io
import sys


def last_lines(function, count=1):
    try:
        function()
    except BaseException as error:
        stream, sys.stderr = sys.stderr, io.StringIO()
        try:
            sys.excepthook(type(error), error, error.__traceback__)
            text = sys.stderr.getvalue()
        finally:
            sys.stderr = stream
        print("\n".join(text.splitlines()[-count:]))


class Account:
    balance = 0
    _hidden = 1

    def deposit(self, amount):
        self.blance += amount

    def look(self):
        return self._hiden

    def use(self):
        return balance


a_global_name = 1


def misspelt_local():
    counter = 1
    return countre


def keyword(first, *, second=2):
    return first, second


last_lines(lambda: Account().balanc)
last_lines(lambda: Account().deposit(1))
last_lines(lambda: Account().look())
last_lines(lambda: Account()._hiddn)
last_lines(lambda: Account().use())
last_lines(lambda: [].appendd)
last_lines(lambda: "".splt())
last_lines(lambda: completely_different_name_that_is_not_near)
last_lines(lambda: a_globl_name)
last_lines(lambda: prnt("x"))
last_lines(misspelt_local)
last_lines(lambda: keyword(1, secnd=3))
last_lines(lambda: keyword(1, third_one=3))
last_lines(lambda: math.pi)
last_lines(lambda: sys.maxsiz)
own = type(sys)("own")
own.some_name = 1
sys.modules["own"] = own
last_lines(lambda: exec("from own import some_nam"))
last_lines(lambda: exec("from own import nothing_like_it"))
last_lines(lambda: exec("x = (1 +"), 4)
last_lines(lambda: exec("def f(:\n    pass"), 4)
last_lines(lambda: exec("if True:\nx = 1"), 4)
last_lines(lambda: exec("x = 'abc"), 4)
last_lines(lambda: exec("a b"), 4)
