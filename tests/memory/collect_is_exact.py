# oracle: asserts
"""`del x; gc.collect()` clears a weak reference to `x` every time, whatever was done with `x` before: neither the frames of returned
calls nor registers that the interpreter has left behind keep it alive."""

import gc
import io
import weakref

held = []


def case(name, make):
    """Twice: the second time inline caches are warm, and the stack is as the first time left it."""
    for _ in range(2):
        made = make()
        reference = weakref.ref(made[0])
        del made
        gc.collect()
        if reference() is not None:
            held.append(name)
        made = make()
        reference = weakref.ref(made[0])
        made = None
        gc.collect(generation=2)
        if reference() is not None:
            held.append(name + " (keyword)")


class C:
    def m(self, *arguments, **keywords):
        return 1

    def __iter__(self):
        return iter([1, 2])

    def __getitem__(self, index):
        if index > 3:
            raise IndexError
        return index

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        return False

    def __add__(self, other):
        return 1

    def __eq__(self, other):
        return True

    def __hash__(self):
        return 1

    def __len__(self):
        return 2

    def __call__(self, *arguments):
        return 2

    def __contains__(self, item):
        return True

    def gen(self):
        yield 1
        yield 2


def function_with_variables(count):
    text = "def f(a=0):\n" + "".join(f"    if a: v{number} = a\n" for number in range(count)) + "    return 3\n"
    namespace = {}
    exec(text, namespace)
    return namespace["f"]


for count in (0, 1, 2, 5, 8, 9, 12, 20, 40, 100):

    def called_in_a_loop():
        function = function_with_variables(count)
        for _ in range(3):
            function()
        function(0)
        function(a=0)
        return [function]

    case(f"function of {count} called", lambda: (lambda f: (f(), [f])[1])(function_with_variables(count)))
    case(f"function of {count} called in a loop", called_in_a_loop)

USES = """
o.m()
---
o.m(1, 2)
---
o.m(*[1], **{'a': 1})
---
o.x = 1; o.x
---
for i in o:
    break
---
for i in o: pass
---
with o: pass
---
o + 1
---
o == 1
---
{o: 1}
---
[o]
---
(o,)
---
len(o)
---
o()
---
o(1,2,3)
---
1 in o
---
a, b = o
---
[*o]
---
x, *y = o
---
str(o)
---
f'{o}'
---
print(o, end='', file=io.StringIO())
---
g = o.gen(); next(g)
---
for i in o.gen():
    break
---
for i in o.gen(): pass
---
sorted([o], key=lambda x: 1)
---
list(map(lambda x: x, [o]))
---
max([o, o], key=lambda x: 1)
---
o[0]
---
match o:
    case C(): pass
---
try: raise KeyError(o)
except KeyError: pass
---
try: o.missing
except AttributeError: pass
---
isinstance(o, C)
---
getattr(o, 'm')()
---
o.m.__self__
---
lambda: o
---
[o for _ in range(3)]
---
{o for _ in range(3)}
---
dict(a=o)
---
d = {}; d[1] = o; d.get(1); d.pop(1)
---
l = []; l.append(o); l.pop()
---
s = set(); s.add(o); s.pop()
---
import copy; copy.copy(o)
---
o is None
---
not o
---
o if o else 1
---
x = o; del x
---
def inner(a=o): return a
inner()
---
class D:
    v = o
---
zip([o], [o])
---
for a, b in zip([o], [o]): break
---
for a, b in enumerate([o]): break
---
for a, b in {1: o}.items(): break
---
try:
    [1/0 for _ in [o]]
except ZeroDivisionError: pass
---
del o.__dict__
---
o.__class__ = o.__class__
---
vars(o)
---
dir(o)
---
id(o)
---
hash(o)
---
iter(o)
---
o.__len__()
---
type(o)()
---
super(C, o).__init__()
---
assert o
---
import operator; operator.add(o, 1)
---
import functools; functools.partial(o, 1)()
---
eval('o', {'o': o})
---
exec('o', {'o': o})
---
import threading; t = threading.Thread(target=o); t.start(); t.join()
"""


def maker(use):
    namespace = {"io": io}
    lines = "".join(f"    {line}\n" for line in use.strip().split("\n"))
    exec(f"def make(C):\n    o = C()\n{lines}    return [o]\n", namespace)
    return lambda: namespace["make"](C)


for use in USES.split("---"):
    case(use.strip(), maker(use))
assert not held, held
print("ok")
