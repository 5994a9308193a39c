"""`locals()`, `eval` and frames see the variables of a comprehension while it runs, and not afterwards: PEP 709."""

import gc
import sys
import weakref


def f():
    q = 1
    print([eval('i + q') for i in range(3)])
    print({k: sorted(locals()) for k in 'ab'})
    print([sorted(vars()) for i in 'a'])
    print([sorted(dir()) for i in 'a'])
    print(sorted(locals()))
    print([[eval('(i, j)') for j in range(i)] for i in range(3)])
    i = 'outer'
    print([locals()['i'] for i in range(2)], locals()['i'])
print(f.__code__.co_varnames)
f()
print([eval('i + 1') for i in range(3)])
print([sorted(k for k in locals() if not k.startswith('_')) for i in range(1)])
print([locals() is globals() for i in range(1)])
class C:
    c = 3
    print([eval('i') for i in range(3)])
    try:
        print([eval('c') for i in range(3)])
    except NameError as error:
        print(error)
    print([sorted(k for k in locals() if not k.startswith('_')) for i in range(1)])


def names_of_caller():
    return sorted(sys._getframe(1).f_locals)


def seen_by_a_callee(a):
    return [names_of_caller() for b in "x"], {c: names_of_caller() for c in "y"}, names_of_caller()


print(seen_by_a_callee(1))


class Thing:
    pass


def left_by_an_exception():
    alive = None
    try:
        [(alive := weakref.ref(thing), thing.missing) for thing in (Thing(),)]
    except AttributeError:
        pass
    gc.collect()
    return alive() is None, sorted(locals())


print(left_by_an_exception())


def in_cells():
    functions = [lambda: (x, y) for x in range(2) for y in range(2)]
    again = [(x, [(lambda: x)() for x in "ab"], x) for x in range(2)]
    return [function() for function in functions], again, sorted(locals())


print(in_cells(), sorted(in_cells.__code__.co_varnames), in_cells.__code__.co_cellvars)


def written():
    frame = sys._getframe()
    return [(frame.f_locals.__setitem__("x", x * 2), x)[1] for x in range(3)], "x" in frame.f_locals


print(written())


def unbound():
    return [x for _ in [1] if x for x in [2]]


try:
    unbound()
except UnboundLocalError as error:
    print(error)


def generator():
    total = [n * n for n in range(3)]
    yield total, sorted(locals())
    yield [sorted(locals()) for m in "z"]


print(list(generator()))
