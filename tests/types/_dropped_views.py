"""Ways to use a view of a bytearray and to drop it, each followed at once by a change of the length."""

import struct


def drop_and_resize(array):
    array.clear()
    array += b'abcdefgh'
    len(memoryview(array))
    del array[:1]
    memoryview(array)[1:3].tobytes()
    del array[:1]
    bytes(memoryview(array)[:2])
    array.append(1)
    with memoryview(array):
        pass
    del array[-1:]

    def local():
        view = memoryview(array)
        return view[0]

    local()
    array.extend(b'xyz')
    struct.unpack_from('<H', memoryview(array), 1)
    array.pop()
    struct.iter_unpack('H', memoryview(array)[:2])
    array.pop()
    [memoryview(array)]
    array.insert(0, 3)
    array.remove(3)
    for byte in memoryview(array)[:2]:
        pass
    array.clear()
    array.extend(b'123456')

    def generate():
        view = memoryview(array)
        yield view[0]
        yield view[1]

    next(generate())
    array *= 2
    list(zip(memoryview(array), memoryview(array)[1:]))
    array[2:3] = b'____'
    memoryview(array).cast('B')[::2].tolist()
    del array[::2]
    sorted(memoryview(array), key=lambda byte: -byte)
    del array[0]
    isinstance(memoryview(array), int)
    array.append(3)
    str(memoryview(array))
    array += b'5'
    [memoryview(array), memoryview(array)].clear()
    array.append(4)
    try:
        raise ValueError(memoryview(array))
    except ValueError:
        pass
    array.append(4)


def refused(operation):
    try:
        operation()
    except BufferError:
        return
    raise AssertionError('resized under a view')


def hold_and_resize(array):
    array[:] = b'abcdef'
    view = memoryview(array)
    refused(lambda: array.append(1))
    refused(array.clear)
    refused(lambda: array.__delitem__(0))
    refused(lambda: array.__delitem__(slice(None, None, 2)))
    held = [view]
    del view
    refused(lambda: array.append(1))
    assert len(held[0]) == len(array)
    held.clear()
    array.append(1)
    refused(lambda: array.extend(memoryview(array)))
    array.append(1)

    def generate():
        view = memoryview(array)
        yield
        view[0]

    running = generate()
    next(running)
    refused(array.pop)
    running.close()
    array.pop()


def from_depth(depth):
    """Both, below natives and frames."""
    if depth == 0:
        array = bytearray()
        drop_and_resize(array)
        hold_and_resize(array)
    elif depth % 3 == 0:
        list(map(lambda _: from_depth(depth - 1), [1]))
    elif depth % 3 == 1:
        sorted([1], key=lambda _: from_depth(depth - 1) or 0)
    else:
        from_depth(depth - 1)
