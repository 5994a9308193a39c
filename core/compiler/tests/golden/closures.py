def outer(a):
    b = 1

    def inner():
        nonlocal b
        b += a
        return lambda: b
    pairs = [(x, lambda: x) for x in range(a) if x]
    return inner, pairs, {x: y for x, y in pairs}, sum(x for x in pairs)
