def show(name, width):
    return f'{name!r:>{width}} is {width=}' + f'{name}' 'and', 1 + 2 * 3, name in {1, 2}, name[1:width], name[-1]
