"""Sorting with key functions, and sorted runs merged by hand."""

from _threads import run_same

SIZE = 30000


def make_records():
    state = 7
    records = []
    for index in range(SIZE):
        state = (state * 69069 + 1) % 4294967296
        records.append((state >> 12, "name{}".format(state % 1000), index))
    return records


RECORDS = make_records()


def work(number):
    total = 0
    for turn in range(9):
        by_name = sorted(RECORDS, key=lambda record: (record[1], -record[0]))
        by_value = sorted(by_name, key=lambda record: record[0])
        by_value.sort(key=lambda record: record[2] % 100, reverse=True)
        if any(a[2] % 100 < b[2] % 100 for a, b in zip(by_value, by_value[1:])):
            return "not sorted"
        total += by_name[turn][2] + by_value[turn][0]
    return total


run_same(work, 257959)
