# oracle: python3
"""itertools, functools, operator, collections, heapq, bisect."""

import bisect
import functools
import heapq
import itertools
import operator
from collections import ChainMap, Counter, OrderedDict, UserDict, defaultdict, deque, namedtuple

it = itertools
print(list(it.islice(it.count(3, 2), 4)), list(it.islice(it.cycle("ab"), 5)), list(it.repeat(1, 3)), list(it.chain("ab", [1])))
print(list(it.chain.from_iterable(["ab", "c"])), list(it.accumulate([1, 2, 3])), list(it.accumulate([1, 2, 3], operator.mul, initial=2)))
print(list(it.compress("abcd", [1, 0, 1, 1])), list(it.dropwhile(lambda v: v < 3, [1, 3, 1])), list(it.takewhile(lambda v: v < 3, [1, 3, 1])))
print(list(it.filterfalse(None, [0, 1])), [(k, list(g)) for k, g in it.groupby("aabbbc")], list(it.islice("abcdef", 1, 5, 2)))
print(list(it.pairwise("abcd")), list(it.starmap(pow, [(2, 3), (3, 2)])), [list(t) for t in it.tee([1, 2])], list(it.zip_longest("ab", "c", fillvalue="-")))
print(list(it.product("ab", repeat=2)), list(it.permutations([1, 2, 3], 2)), list(it.combinations("abc", 2)), list(it.combinations_with_replacement("ab", 2)))

print(functools.reduce(operator.add, [1, 2, 3], 10), functools.partial(pow, 2)(5), functools.partial(int, base=2)("101"))


@functools.lru_cache(maxsize=None)
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


print(fib(80), fib.cache_info().hits > 0)


@functools.total_ordering
class Version:
    def __init__(self, v):
        self.v = v

    def __eq__(self, o):
        return self.v == o.v

    def __lt__(self, o):
        return self.v < o.v


print(Version(1) <= Version(2), Version(3) >= Version(4), sorted([3, 1, 2], key=functools.cmp_to_key(lambda a, b: b - a)))


@functools.singledispatch
def kind(value):
    return "object"


@kind.register
def _(value: int):
    return "int"


@kind.register(list)
def _(value):
    return "list"


class Cached:
    calls = 0

    @functools.cached_property
    def value(self):
        Cached.calls += 1
        return Cached.calls


c = Cached()
print(kind(1), kind([]), kind("s"), c.value, c.value, functools.wraps(fib)(lambda: 0).__name__)
print(operator.itemgetter(1, 0)("ab"), operator.attrgetter("real")(3), operator.methodcaller("upper")("x"), operator.truth([]), operator.index(3))

print(Counter("hello").most_common(1), Counter("aab") + Counter("b"), Counter("aab") - Counter("a"), sorted(Counter(a=2).elements()), Counter("ab")["z"])
d = defaultdict(list)
d["x"].append(1)
print(d, dict(d), d["new"], len(d), ChainMap({"a": 1}, {"a": 2, "b": 3})["b"], list(OrderedDict([("z", 1), ("a", 2)])))
o = OrderedDict.fromkeys("abc")
o.move_to_end("a")
print(list(o), o.popitem(last=False), o == OrderedDict(c=None, a=None))
Point = namedtuple("Point", "x y", defaults=[0])
p = Point(1)
print(p, p.x, p._replace(y=5), p._asdict(), Point._fields, p == (1, 0), Point(*"ab"))
q = deque([1, 2, 3], maxlen=4)
q.appendleft(0)
q.append(4)
q.rotate(1)
print(q, q.maxlen, q.popleft(), q.pop(), list(reversed(q)), q.index(2), q.count(2), 2 in q, q[0], len(q))
h = [5, 2, 8, 1]
heapq.heapify(h)
heapq.heappush(h, 0)
print([heapq.heappop(h) for _ in range(len(h))], heapq.nlargest(2, [3, 1, 2]), heapq.nsmallest(2, "bca"), list(heapq.merge([1, 4], [2, 3])))
a = [1, 3, 3, 5]
print(bisect.bisect(a, 3), bisect.bisect_left(a, 3), bisect.insort(a, 4), a)


class Upper(UserDict):
    def __getitem__(self, key):
        return self.data[key.upper()]


print(Upper(A=1)["a"])
