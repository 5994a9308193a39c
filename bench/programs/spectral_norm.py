"""The largest singular value of an infinite matrix, cut off: float arithmetic in nested comprehensions."""

from _threads import run_same


def entry(i, j):
    return 1.0 / ((i + j) * (i + j + 1) // 2 + i + 1)


def times(vector):
    size = range(len(vector))
    return [sum([entry(i, j) * vector[j] for j in size]) for i in size]


def times_transposed(vector):
    size = range(len(vector))
    return [sum([entry(j, i) * vector[j] for j in size]) for i in size]


def work(number):
    u = [1.0] * 130
    for _ in range(30):
        v = times_transposed(times(u))
        u = times_transposed(times(v))
    above = sum(a * b for a, b in zip(u, v))
    below = sum(b * b for b in v)
    return "{:.7f}".format((above / below) ** 0.5)


run_same(work, '1.2742222')
