def maybe(flag):
    if flag:
        value = 1
    print(value)
    print(value)
    del value
    for item in flag:
        pass
    return item
