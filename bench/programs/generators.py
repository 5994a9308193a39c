"""Recursive generators: permutations by `yield from`, and a tree walked in order."""

from _threads import run_same


def permutations(items):
    if len(items) <= 1:
        yield items
        return
    for index in range(len(items)):
        for rest in permutations(items[:index] + items[index + 1 :]):
            yield [items[index]] + rest


def tree(low, high):
    if low >= high:
        return None
    middle = (low + high) // 2
    return tree(low, middle), middle, tree(middle + 1, high)


def walk(node):
    if node is not None:
        yield from walk(node[0])
        yield node[1]
        yield from walk(node[2])


TREE = tree(0, 4000)


def work(number):
    total = sum(permutation[0] * permutation[-1] for permutation in permutations(list(range(8))))
    for _ in range(140):
        for expected, value in enumerate(walk(TREE)):
            if expected != value:
                return "out of order"
            total += value
    return total


run_same(work, 1120183680)
