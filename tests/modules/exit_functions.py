# oracle: python3
"""atexit: last registered runs first, with its arguments; what one raises does not stop the others."""

import atexit
import sys


class Unprintable(Exception):
    pass


def hook(unraisable):
    print("hook", unraisable.exc_type.__name__, unraisable.exc_value)


sys.unraisablehook = hook


def show(*args, **kwargs):
    print("show", args, sorted(kwargs.items()))


assert atexit.register(show, 1) is show
atexit.register(show, 2, key="value")


@atexit.register
def plain():
    print("plain")


def fails():
    raise Unprintable("no")


before = atexit._ncallbacks()
atexit.register(fails)
atexit.register(print, "removed")
atexit.register(print, "removed too")
assert atexit._ncallbacks() == before + 3
atexit.unregister(print)
atexit.unregister(len)
for bad in ((), (1,)):
    try:
        atexit.register(*bad)
    except TypeError as error:
        print(error)
print("end")
