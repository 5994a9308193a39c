# oracle: python3
"""`_collections`: deque, defaultdict, OrderedDict, counting."""

from _collections import OrderedDict, _count_elements, _tuplegetter, defaultdict, deque


def show(function):
    try:
        print(function())
    except Exception as error:
        print(type(error).__name__, error)


def edited(edit, items="abcd", maxlen=None):
    queue = deque(items, maxlen)
    result = edit(queue)
    return queue if result is None else (result, queue)


for edit in (
    lambda q: q.append("z"), lambda q: q.appendleft("z"), lambda q: q.pop(), lambda q: q.popleft(), lambda q: q.extend("xy"),
    lambda q: q.extendleft("xy"), lambda q: q.extend(q), lambda q: q.rotate(), lambda q: q.rotate(-1), lambda q: q.rotate(10),
    lambda q: q.rotate(-7), lambda q: q.reverse(), lambda q: q.clear(), lambda q: q.remove("b"), lambda q: q.remove("q"),
    lambda q: q.insert(1, "i"), lambda q: q.insert(-1, "i"), lambda q: q.insert(100, "i"), lambda q: q.insert(-100, "i"),
    lambda q: q.index("c"), lambda q: q.index("c", 3), lambda q: q.index("c", -2, 10), lambda q: q.count("a"), lambda q: len(q),
    lambda q: q[0] + q[-1] + q[2], lambda q: q[9], lambda q: q["a"], lambda q: q.__setitem__(1, "s"), lambda q: q.__setitem__(9, "s"),
    lambda q: q.__delitem__(1), lambda q: q.__delitem__(-9), lambda q: "a" in q, lambda q: list(reversed(q)), lambda q: q + q,
    lambda q: q + [1], lambda q: q * 2, lambda q: q * -1, lambda q: q.__iadd__("xy"), lambda q: q.__imul__(3), lambda q: q.__imul__(0),
    lambda q: q.copy(), lambda q: q.maxlen, lambda q: q == deque("abcd"), lambda q: q < deque("abd"), lambda q: q == list(q),
    lambda q: q.__reduce__()[1],
):
    show(lambda: edited(edit))
    show(lambda: edited(edit, "abcdefgh", 4))
    show(lambda: edited(edit, "", 0))
for function in (
    lambda: deque(5), lambda: deque([], -1), lambda: deque([], "a"), lambda: deque([1, 2], maxlen=1), lambda: deque(iterable="ab"),
    lambda: deque().pop(), lambda: deque().popleft(), lambda: deque([1], 2, 3), lambda: hash(deque()), lambda: deque("ab", 5),
    lambda: deque([[1]])[0], lambda: bool(deque()),
):
    show(function)
queue = deque([1])
queue.append(queue)
print(queue)


def mutate():
    numbers = deque([1, 2])
    for number in numbers:
        numbers.append(number)


show(mutate)
iterator = iter(deque("abc"))
print(next(iterator), iterator.__length_hint__(), list(iterator), list(iterator))
queue = deque()
for number in range(1000):
    queue.append(number)
    queue.append(-number)
    queue.popleft()
print(len(queue), queue[0], queue[-1], sum(queue))

groups = defaultdict(list)
for word in ("apple", "avocado", "bean"):
    groups[word[0]].append(word)
print(groups, groups["z"], len(groups), groups.get("q"), groups.default_factory, dict(groups))
show(lambda: defaultdict(None)["x"])
show(lambda: defaultdict(5))
show(lambda: defaultdict(list, 1, 2))
print(defaultdict(int, a=1), defaultdict(int, {"b": 2}) | {"c": 3}, {"c": 3} | defaultdict(int, a=1), defaultdict(int, a=1) == {"a": 1})
copied = groups.copy()
copied["new"].append(1)
print(type(copied).__name__, "new" in groups, isinstance(groups, dict), groups.__reduce__()[:2])


class Named(defaultdict):
    def __missing__(self, key):
        return key


print(Named()["absent"], Named(list))

ordered = OrderedDict([("a", 1), ("b", 2), ("c", 3)])
ordered.move_to_end("a")
print(list(ordered), ordered.popitem(last=False), ordered.popitem(), list(ordered.items()))
ordered = OrderedDict.fromkeys("abcd")
ordered.move_to_end("d", last=False)
ordered.move_to_end("d", last=False)
ordered["a"] = 5
print(list(ordered), list(reversed(ordered)), "a" in ordered, ordered.pop("a"), ordered.pop("zz", 0), ordered.setdefault("e", 1))
show(lambda: ordered.move_to_end("zz"))
show(lambda: OrderedDict().popitem())
show(lambda: ordered.pop("zz"))
show(lambda: OrderedDict(1, 2))
one, two = OrderedDict(a=1, b=2), OrderedDict(b=2, a=1)
print(one == two, one == dict(two), one != two, one == OrderedDict(a=1, b=2), list((one | {"c": 3}).items()), type(one | two).__name__)
one |= {"z": 26}
print(list(one), type(one.copy()).__name__, one.copy() == one, isinstance(one, dict), len(one))
one.extra = 1
print(one.extra, OrderedDict())
for number in range(100):
    one[number] = number
    one.move_to_end(next(iter(one)), last=bool(number % 2))
    if len(one) > 5:
        one.popitem(last=bool(number % 3))
print(list(one.items()))

counts = {}
_count_elements(counts, "abracadabra")
print(counts)


class Row(tuple):
    x = _tuplegetter(0, "the first")
    y = _tuplegetter(1, "the second")


row = Row((3, 4))
print(row.x, row.y, Row.x.__doc__, Row.y)
show(lambda: setattr(row, "x", 5))
show(lambda: Row().x)
