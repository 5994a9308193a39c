"""Trees made and thrown away: allocation and memory management."""

from _threads import run_same


class Node:
    __slots__ = ("left", "right")

    def __init__(self, left, right):
        self.left = left
        self.right = right


def make(depth):
    return Node(make(depth - 1), make(depth - 1)) if depth else Node(None, None)


def count(node):
    return 1 + count(node.left) + count(node.right) if node.left is not None else 1


def work(number):
    long_lived = make(14)
    total = 0
    for depth in range(4, 13, 2):
        for _ in range(1 << 17 - depth):
            total += count(make(depth))
    return total + count(long_lived)


run_same(work, 1332575)
