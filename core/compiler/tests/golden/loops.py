def loops(items, limit):
    total = 0
    for index, item in enumerate(items):
        if item is None:
            continue
        total += index * 2
        if total > limit and not item:
            break
    else:
        total = -1
    while total % 3:
        total -= 1
    while True:
        a, b = total, limit
        a, b = b, a + b
        if a == b:
            return a
