# oracle: python3
"""`itertools`: each iterator's items, ends and errors."""

from itertools import (
    accumulate, chain, combinations, combinations_with_replacement, compress, count, cycle, dropwhile, filterfalse,
    groupby, islice, pairwise, permutations, product, repeat, starmap, takewhile, tee, zip_longest,
)


def show(function):
    try:
        print(function())
    except Exception as error:
        print(type(error).__name__, error)


def first(iterator, number=5):
    return list(islice(iterator, number))


for function in (
    lambda: first(count()), lambda: first(count(5, -2)), lambda: first(count(0.5, 0.25)), lambda: first(count(2**62 - 1, 2**60)),
    lambda: first(count(step=3)), lambda: count(1), lambda: count(1, 2), lambda: count(1.5, 1), lambda: count("a"),
    lambda: first(cycle("ab")), lambda: first(cycle([])), lambda: first(cycle(x for x in range(3)), 8),
    lambda: list(repeat(7, 3)), lambda: first(repeat(7)), lambda: repeat(7, 3), lambda: repeat(7), lambda: list(repeat(1, -1)),
    lambda: repeat(7, times=2).__length_hint__(), lambda: repeat(7).__length_hint__(),
    lambda: list(accumulate([1, 2, 3, 4])), lambda: list(accumulate([1, 2, 3], lambda a, b: a * b)),
    lambda: list(accumulate([1, 2], initial=10)), lambda: list(accumulate([])), lambda: list(accumulate([], initial=1)),
    lambda: list(accumulate("abc")), lambda: list(accumulate([1, "a"])), lambda: accumulate(5),
    lambda: list(chain("ab", [1], ())), lambda: list(chain()), lambda: list(chain.from_iterable(["ab", "cd"])),
    lambda: list(chain("ab", 5)), lambda: chain(a=1),
    lambda: list(compress("abcdef", [1, 0, 1, 0, 1])), lambda: list(compress([], [1])), lambda: compress("a"),
    lambda: list(dropwhile(lambda x: x < 3, [1, 2, 3, 1])), lambda: list(takewhile(lambda x: x < 3, [1, 2, 3, 1])),
    lambda: list(filterfalse(None, [0, 1, "", "a"])), lambda: list(filterfalse(lambda x: x % 2, range(6))),
    lambda: list(starmap(pow, [(2, 3), (3, 2)])), lambda: list(starmap(pow, [5])), lambda: list(starmap(max, ["abc"])),
    lambda: list(pairwise("abcd")), lambda: list(pairwise("a")), lambda: list(pairwise([])),
    lambda: list(zip_longest("abc", [1], fillvalue="-")), lambda: list(zip_longest()), lambda: list(zip_longest("ab", "c")),
    lambda: list(islice(range(10), 3)), lambda: list(islice(range(10), 2, 8, 3)), lambda: list(islice(range(10), 2, None)),
    lambda: list(islice(range(3), 5, 10)), lambda: islice("a", -1), lambda: islice("a", 1, 2, 0), lambda: islice("a", "b"),
    lambda: islice("a"), lambda: islice("a", 1, 2, 3, 4), lambda: list(islice("abc", None)),
    lambda: list(product("ab", [1, 2])), lambda: list(product()), lambda: list(product([])), lambda: list(product("ab", repeat=2)),
    lambda: list(product("ab", [], "c")), lambda: list(product([0, 1], repeat=0)), lambda: product("a", repeat=-1),
    lambda: list(permutations("abc")), lambda: list(permutations("abc", 2)), lambda: list(permutations("ab", 3)),
    lambda: list(permutations("ab", 0)), lambda: permutations("a", -1), lambda: permutations("a", 1.5),
    lambda: list(combinations("abcd", 2)), lambda: list(combinations("ab", 3)), lambda: list(combinations("ab", 0)),
    lambda: combinations("a", -1), lambda: list(combinations_with_replacement("abc", 2)),
    lambda: list(combinations_with_replacement("", 1)), lambda: list(combinations_with_replacement("", 0)),
    lambda: list(combinations_with_replacement("ab", 3)),
    lambda: [(k, list(g)) for k, g in groupby("aabbbca")], lambda: [(k, list(g)) for k, g in groupby(range(7), lambda x: x // 3)],
    lambda: [k for k, g in groupby("aabb")], lambda: list(groupby([])), lambda: groupby(5),
    lambda: [list(t) for t in tee("abc")], lambda: tee("abc", 0), lambda: tee("abc", -1), lambda: len(tee([], 5)), lambda: tee(5),
    lambda: len(list(permutations(range(6)))), lambda: len(set(combinations(range(10), 4))), lambda: sum(1 for _ in product(range(10), repeat=3)),
):
    show(function)

start = islice(count(), 2, 10, 3)
source = iter(range(20))
print(list(islice(source, 2, 9, 3)), next(source))
left, right = tee(x * x for x in range(5))
print(next(left), next(left), next(right), list(left), list(right))
third = tee(right)[0]
print(list(third), next(start))
groups = groupby("aab")
key, group = next(groups)
next(groups)
print(key, list(group))
ended = takewhile(lambda x: x < 2, [1, 5, 1])
print(list(ended), list(ended))
shared = iter("abcdef")
print(list(zip(shared, shared)), [list(x) for x in ([], zip("ab"), map(None, []))])


def failing():
    yield 1
    raise ValueError("broken")


for function in (accumulate, chain, cycle, pairwise, lambda x: islice(x, 5), lambda x: zip_longest(x, "abc"), lambda x: tee(x)[0]):
    show(lambda: list(function(failing())))
