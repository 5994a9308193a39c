# oracle: python3
"""`_functools`, `_operator`, `_heapq`, `_bisect`."""

import _bisect
import _heapq
import _operator
from _functools import _lru_cache_wrapper, cmp_to_key, partial, reduce


def show(function):
    try:
        print(function())
    except Exception as error:
        print(type(error).__name__, error)


def echo(*args, **kwargs):
    return args, kwargs


for function in (
    lambda: reduce(lambda a, b: a + b, [1, 2, 3]), lambda: reduce(lambda a, b: a * b, [1, 2, 3], 10), lambda: reduce(max, [], 5),
    lambda: reduce(max, []), lambda: reduce(max, 5), lambda: reduce(pow, [7]),
    lambda: partial(echo, 1, a=2)(3, b=4), lambda: partial(echo, 1, a=2)(a=5), lambda: partial(partial(echo, 1, a=1), 2, b=2)(3),
    lambda: partial(), lambda: partial(5), lambda: partial(int, base=2)("101"), lambda: partial(int, base=2).keywords,
    lambda: partial(max, 1, 2).args, lambda: partial(max, 1).func is max, lambda: partial(sorted, reverse=True),
    lambda: sorted([3, 1, 2], key=cmp_to_key(lambda a, b: b - a)), lambda: cmp_to_key(lambda a, b: 0)(1) == cmp_to_key(lambda a, b: 0)(2),
    lambda: cmp_to_key(lambda a, b: a - b)(1) < 5,
):
    show(function)
applied = partial(echo, 1)
applied.note = "text"
print(applied.note, partial(echo, 1, k=2).__reduce__()[2][1:])


class Info(tuple):
    def __new__(cls, *fields):
        return super().__new__(cls, fields)


calls = []


def slow(*args, **kwargs):
    calls.append(args)
    return len(calls)


for maxsize in (None, 2, 0):
    del calls[:]
    cached = _lru_cache_wrapper(slow, maxsize, False, Info)
    print([cached(x) for x in (1, 2, 1, 3, 2, 1, 1.0, True)], cached.cache_info(), cached(a=1) == cached(a=1), cached(1, 2) == cached(1, 2))
    cached.cache_clear()
    print(cached.cache_info())
typed = _lru_cache_wrapper(slow, 10, True, Info)
print(typed(1) == typed(1.0), typed(1) == typed(1))
show(lambda: typed([]))
show(lambda: _lru_cache_wrapper(5, 1, False, Info))


class Point:
    def __init__(self, x):
        self.x = x
        self.inner = self

    def scaled(self, by=1, *, plus=0):
        return self.x * by + plus


point = Point(3)
for function in (
    lambda: _operator.itemgetter(1)("abc"), lambda: _operator.itemgetter(1, -1)("abc"), lambda: _operator.itemgetter("k")({"k": 5}),
    lambda: _operator.itemgetter(5)("abc"), lambda: _operator.itemgetter(), lambda: _operator.itemgetter(1, 2),
    lambda: _operator.attrgetter("x")(point), lambda: _operator.attrgetter("inner.x", "x")(point), lambda: _operator.attrgetter("y")(point),
    lambda: _operator.attrgetter(5), lambda: _operator.attrgetter("a", "b.c"), lambda: _operator.methodcaller("scaled", 2)(point),
    lambda: _operator.methodcaller("scaled", 2, plus=1)(point), lambda: _operator.methodcaller("scaled", 2, plus=1),
    lambda: _operator.methodcaller(), lambda: _operator.methodcaller(5), lambda: _operator.methodcaller("upper")("abc"),
    lambda: _operator.add(1, 2), lambda: _operator.iadd([1], [2]), lambda: _operator.mod(7, 3), lambda: _operator.pow(2, 5),
    lambda: _operator.not_([]), lambda: _operator.truth("a"), lambda: _operator.is_(1, 1), lambda: _operator.contains([1, 2], 2),
    lambda: _operator.countOf([1, 2, 1], 1), lambda: _operator.indexOf([1, 2], 2), lambda: _operator.indexOf([1, 2], 3),
    lambda: _operator.concat([1], [2]), lambda: _operator.concat(1, 2), lambda: _operator.length_hint([1, 2]),
    lambda: _operator.length_hint(iter([1, 2, 3])), lambda: _operator.length_hint(5, 7), lambda: _operator.index(True),
    lambda: _operator.neg(5), lambda: _operator.invert(5), lambda: _operator.lt(1, 2), lambda: _operator.ge("a", "b"),
    lambda: _operator.call(max, 1, 2), lambda: _operator.getitem([5], 0), lambda: _operator.matmul(1, 2), lambda: _operator.lt(1, "a"),
    lambda: _operator._compare_digest("abc", "abc"), lambda: _operator._compare_digest(b"abc", b"abd"), lambda: _operator._compare_digest("a", b"a"),
):
    show(function)

heap = [(x * 7919) % 101 for x in range(60)]
_heapq.heapify(heap)
print(heap[0], [_heapq.heappop(heap) for _ in range(10)])
_heapq.heappush(heap, -5)
print(_heapq.heappushpop(heap, -9), _heapq.heapreplace(heap, 1000), heap[0])
print([_heapq.heappop(heap) for _ in range(len(heap))])
show(lambda: _heapq.heappop([]))
show(lambda: _heapq.heapreplace([], 1))
show(lambda: _heapq.heappush(5, 1))
show(lambda: _heapq.heapify((1, 2)))
print(_heapq.heappushpop([], 3))

row = [1, 2, 2, 2, 5, 8]
print(_bisect.bisect_left(row, 2), _bisect.bisect_right(row, 2), _bisect.bisect_right(row, 9), _bisect.bisect_left(row, 2, 2, 4))
print(_bisect.bisect_left([-x for x in row], 2, key=lambda x: -x))
_bisect.insort_left(row, 5)
_bisect.insort_right(row, 0)
_bisect.insort_right(row, 7, key=lambda x: x)
print(row)
show(lambda: _bisect.bisect_left(row, 1, -1))
show(lambda: _bisect.bisect_left(5, 1))
show(lambda: _bisect.bisect_left([1, 2], "a"))
