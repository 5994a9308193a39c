# oracle: asserts
# stress: long
# timeout: 120
"""Containers grown and cleared give their memory back; a queue that items pass through does not grow."""

import threading
from collections import deque

from _resident import resident, settle

SIZE = 400_000
base = settle()

table = {index: str(index) for index in range(SIZE)}
assert resident() > base or resident() == 0
table.clear()
assert settle() < base + 48, ("dict", base, resident())

table = {index: index for index in range(SIZE)}
for index in range(SIZE):
    del table[index]
table["last"] = 1
assert settle() < base + 64, ("deleted one by one", base, resident())
del table

table = {}


def grow():
    for index in range(SIZE * 3):
        table[index] = index


# In a thread, whose native stack goes with it: a word left on one may keep the large table for a while.
growing = threading.Thread(target=grow)
growing.start()
growing.join()
assert len(table) == SIZE * 3
table.clear()
assert settle() < base + 24, ("large dict", base, resident())
del table

members = set(range(SIZE))
members.clear()
assert settle() < base + 48, ("set", base, resident())

items = [[index] for index in range(SIZE)]
items.clear()
assert settle() < base + 48, ("list", base, resident())

items = list(range(SIZE))
while items:
    items.pop()
assert settle() < base + 48, ("popped", base, resident())

passing = deque()
for index in range(SIZE * 2):
    passing.append([index])
    if len(passing) > 100:
        passing.popleft()
assert settle() < base + 48, ("deque", base, resident())

text = ""
for index in range(SIZE):
    text += "x"
assert len(text) == SIZE
del text
assert settle() < base + 48, ("text", base, resident())

number = 3**200_000
del number
assert settle() < base + 48, ("big int", base, resident())

chain = None
for index in range(SIZE):
    chain = (chain, index)
del chain
assert settle() < base + 64, ("long chain", base, resident())
print("ok")
