"""Recursive Fibonacci: calls of a Python function."""

from _threads import run_same


def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


run_same(lambda number: fib(32), 2178309)
