"""Exceptions raised through a few frames, caught by class, with `finally` on the way."""

from _threads import run_same


class Refused(Exception):
    pass


class RefusedTwice(Refused):
    pass


def deep(depth, index):
    if depth:
        return deep(depth - 1, index)
    if index % 3 == 0:
        raise Refused(index)
    if index % 3 == 1:
        raise RefusedTwice(index)
    return index


def attempt(index, log):
    try:
        try:
            return deep(3, index)
        finally:
            log[0] += 1
    except RefusedTwice as error:
        return -error.args[0]
    except Refused:
        try:
            {}[index]
        except KeyError as error:
            return error.args[0] // 2


def work(number):
    log = [0]
    total = 0
    for index in range(500000):
        total += attempt(index, log)
    return total, log[0]


run_same(work, (20832916667, 500000))
