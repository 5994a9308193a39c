"""`frame.f_locals` of a function reads and writes its variables: PEP 667, with the deletions that 3.14 allows."""

import collections.abc
import sys
import threading


class Named:
    """Holds a frame without showing its address."""

    def __init__(self, frame):
        self.frame = frame

    def __repr__(self):
        return "Named"


def f(a, b, c=3):
    d = 4
    def g():
        return a, d
    g = g()
    print(locals())
    fr = Named(sys._getframe())
    p = fr.frame.f_locals
    print(type(p), type(p).__name__, type(p).__module__, p)
    print(p.keys(), p.values(), len(p), list(p), list(reversed(p)))
    print(p.items())
    p['b'] = 20
    p['a'] = 10
    p['zz'] = 5
    p[7] = 8
    print(a, b, d, p, locals())
    print('zz' in p, 'q' in p, 7 in p, p.get('q'), p.get('q', 1), p.get('d'))
    for k in ('b', 'q', 'zz', 7, []):
        try:
            del p[k]
        except Exception as e: print(type(e), e)
    for k in ('b', 'q', 'zz'):
        try:
            print(p.pop(k))
        except Exception as e: print(type(e), e)
    try: print(p.pop('q', 9))
    except Exception as e: print(type(e), e)
    try: print(p.pop('b', 9))
    except Exception as e: print(type(e), e)
    print(p.setdefault('b', 0), p.setdefault('nw', 3), p)
    p.update({'c': 33, 'nw': 4}); print(c, p)
    for bad in (5, [('c', 34)], 'x'):
        try: p.update(bad); print(c)
        except Exception as e: print(type(e), e)
    try: p.clear()
    except Exception as e: print(type(e), e)
    try: p.popitem()
    except Exception as e: print(type(e), e)
    try: p['q']
    except Exception as e: print(type(e), e)
    try: p[[]]
    except Exception as e: print(type(e), e)
    try: p[[]] = 1
    except Exception as e: print(type(e), e)
    try: hash(p)
    except Exception as e: print(type(e), e)
    print(p == fr.frame.f_locals, p == dict(p), p is fr.frame.f_locals, p != fr.frame.f_locals, p == 3)
    c2 = p.copy(); print(type(c2), sorted(map(str, c2)))
    print(type(p | {'x': 1}), type({'x': 1} | p), sorted(map(str, p | {'x':1})))
    try: p | 3
    except Exception as e: print(type(e), e)
    p |= {'c': 77}
    print(c, type(p))
    try:
        p |= 3
    except Exception as e: print(type(e), e)
    T = type(p)
    try: T()
    except Exception as e: print(type(e), e)
    try: T(3)
    except Exception as e: print(type(e), e)
    try: T(fr.frame, 3)
    except Exception as e: print(type(e), e)
    try: T(fr.frame, a=3)
    except Exception as e: print(type(e), e)
    print(len(T(fr.frame)) == len(p))
    try: p < p
    except Exception as e: print(type(e), e)
    print(str(p) == repr(p) , [n for n in dir(T) if n not in dir(object)])
    class S(T):
        pass
try: f(1, 2)
except Exception as e: print(type(e), e)
def gen():
    x = 1
    yield x
    yield x
    y = 5
    yield x
g = gen()
fr = g.gi_frame
print(fr.f_locals)
next(g); print(fr.f_locals); fr.f_locals['x'] = 9; print(next(g)); fr.f_locals['x'] = 10; fr.f_locals['y'] = 11; print(fr.f_locals, next(g), fr.f_locals)
l = list(g); print(fr.f_locals)
def h():
    x = 1
    fr = sys._getframe()
    if 0: y = 1
    fr.f_locals['y'] = 44
    print(y)
    return fr
fr = h(); print(sorted(fr.f_locals)); fr.f_locals['x'] = 3; print(fr.f_locals['x']); fr.clear(); print(fr.f_locals)
print(sys._getframe().f_locals is globals())
class C:
    print(type(sys._getframe().f_locals)); sys._getframe().f_locals['k'] = 3; print(k)
def outer():
    v = 1
    def inner():
        fr = sys._getframe()
        fr.f_locals['v'] = 50
        return v
    print(inner(), v)
outer()
def setter():
    sys._getframe(1).f_locals['x'] = 'set'
def u():
    x = None
    setter()
    return x
print(u())
def lc():
    q = 1
    return [list(sys._getframe().f_locals) for i in range(1)], [sorted(locals()) for i in range(1)]
print(lc())
def sub():
    class K(str): pass
    x = 1
    p = sys._getframe().f_locals
    p[K('x')] = 4
    print(x, p[K('x')])
    del x
    print('x' in p)
    try: p['x']
    except KeyError as e: print(e)
    p['x'] = 3
    print(x)
sub()
def rec():
    p = sys._getframe().f_locals
    print(p)
    p['me'] = p
    print(p)
rec()
def ev():
    x = 1
    exec('x = 2; y = 3', globals(), sys._getframe().f_locals)
    print(x, locals())
    print(eval('x + 1', {}, sys._getframe().f_locals))
ev()
def ab():
    p = sys._getframe().f_locals
    print(isinstance(p, collections.abc.Mapping), isinstance(p, collections.abc.MutableMapping))
    match p:
        case {'p': _}: print('matched')
ab()


def of_another_thread():
    frames = []
    asked, finished = threading.Event(), threading.Event()

    def worker():
        local = 1
        frames.append(sys._getframe())
        asked.set()
        finished.wait()

    thread = threading.Thread(target=worker)
    thread.start()
    asked.wait()
    try:
        frames[0].f_locals
    except NotImplementedError as error:
        print(error)
    finished.set()
    thread.join()
    print(frames[0].f_locals["local"])
    frames[0].f_locals["local"] = 2
    print(frames[0].f_locals["local"])


of_another_thread()


def written_while_it_runs():
    """Eight threads write variables of one generator while one resumes it: who comes at the same moment is told so."""

    def body():
        shared = 0
        while True:
            yield shared

    generator = body()
    next(generator)
    start = threading.Barrier(8)
    problems = []

    def write(number):
        start.wait()
        for step in range(2000):
            try:
                if number == 0:
                    value = next(generator)
                    if not isinstance(value, (int, str)):
                        problems.append(value)
                else:
                    generator.gi_frame.f_locals["shared"] = str(step) * number
                    generator.gi_frame.f_locals["extra"] = [step]
            except (ValueError, NotImplementedError):
                pass

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(problems, type(generator.gi_frame.f_locals["shared"]), type(generator.gi_frame.f_locals["extra"]))


written_while_it_runs()
