# oracle: python3
"""Arrays: every type code, editing, slices, comparison, conversion, pickling, memory views; eight threads on one array."""

import array
import copy
import io
import pickle
import struct
import threading

A = array.array


def show(function, *arguments):
    try:
        result = function(*arguments)
    except Exception as error:
        print(type(error).__name__, error)
    else:
        print(ascii(result))


for code in "bBhHiIlLqQfd":
    print(code, A(code).itemsize, A(code, [1, 2, 3]), A(code, (4, 5)) + A(code, [6]))
    for value in (-1, 2**70, -(2**70), 127, 128, 255, 256, 32767, 32768, 65535, 65536, 2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**63 - 1, 2**63, 2**64 - 1, 2**64, "a", None):
        show(A, code, [value])
show(A, "f", [1.1, 1e300, float("nan")])
for arguments in ((), ("x",), (1,), ("i", 1), ("i", "abc"), ("i", b"abc"), ("i", b"abcd"), ("i", A("b", [1])), ("i", range(3)), ("i", [1], 2), ("d", A("i", [1, 2]))):
    if arguments not in ((), ("x",), (1,)):
        show(A, *arguments)

numbers = A("i", range(10))
print(numbers[0], numbers[-1], numbers[2:5], numbers[::-3], numbers[20:], numbers[:], len(numbers), 3 in numbers, 30 in numbers, numbers.count(3), numbers.index(4))
numbers[0] = 100
numbers[2:4] = A("i", [7, 7, 7])
print(numbers)
numbers[::4] = A("i", [-1, -2, -3])
print(numbers)
del numbers[0], numbers[1:3], numbers[::2]
print(numbers)
numbers.append(5), numbers.extend([6, 7]), numbers.extend(A("i", [8])), numbers.insert(0, 9), numbers.insert(-1, 10), numbers.insert(99, 11)
print(numbers, numbers.pop(), numbers.pop(0), numbers.pop(-2), numbers)
numbers.remove(6), numbers.reverse()
print(numbers, numbers * 2, 2 * numbers, numbers * 0, numbers.tolist(), numbers.tobytes().hex())
numbers.byteswap()
print(numbers)
numbers *= 2
numbers += A("i", [1])
print(numbers, numbers.buffer_info()[1])
for wrong in (
    lambda: A("i", [1])[5], lambda: A("i", [1])["a"], lambda: A("i", [1]).__setitem__(5, 1), lambda: A("i", [1]).__setitem__(slice(0, 1), [1]), lambda: A("i", [1]).__setitem__(slice(0, 1), A("b", [1])),
    lambda: A("i", [1, 2, 3]).__setitem__(slice(0, 3, 2), A("i", [1])), lambda: A("i", [1]).pop(5), lambda: A("i").pop(), lambda: A("i").remove(4), lambda: A("i").index(4), lambda: A("i", [1]).extend(5),
    lambda: A("i", [1]).extend(A("b")), lambda: A("i").frombytes("a"), lambda: A("i").frombytes(b"a"), lambda: A("i").fromlist(5), lambda: A("i").fromlist([1, "a"]), lambda: A("i", [1]) + [1],
    lambda: A("i", [1]) + A("b", [1]), lambda: hash(A("i")), lambda: A("i", [1]) == [1],
):
    show(wrong)
kept = A("i", [1])
show(kept.fromlist, [2, "a"])
print(kept, A("i", [1]) < A("i", [2]), A("i", [1]) == A("d", [1.0]), A("i", [1, 2]) > A("i", [1]), A("i", [1]) != A("i", [1]), A("d", [float("nan")]) == A("d", [float("nan")]))
text = A("u", "ab\u20ac")
print(ascii(text), ascii(text.tounicode()), ascii(text[1]), text.itemsize)
text.fromunicode("c")
print(ascii(text))

# Copies, pickles, files.
numbers = A("h", [1, -2, 3])
print(copy.copy(numbers), copy.deepcopy([numbers]), numbers.__reduce_ex__(2), numbers.__reduce_ex__(3)[1][1:])
for protocol in range(5):
    for code in "bBhHiIlLqQfd":
        original = A(code, [1, 2, 100])
        assert pickle.loads(pickle.dumps(original, protocol)) == original
print(array._array_reconstructor(A, "h", 5, b"\0\1\0\2"), array._array_reconstructor(A, "d", 15, struct.pack(">f", 1.5)), array._array_reconstructor(A, "i", 1, b"\xff"))
file = io.BytesIO()
numbers.tofile(file)
file.seek(0)
other = A("h")
show(other.fromfile, file, 2)
show(other.fromfile, file, 2)
print(other)
iterator = iter(numbers)
print(next(iterator), list(iterator), next(iterator, "end"))


class Mine(A):
    def __init__(self, *arguments):
        self.extra = 1


mine = Mine("i", [1, 2])
print(mine.extra, mine[0:1], mine.__reduce_ex__(2)[2], type(mine * 2).__name__)

# Memory views.
numbers = A("i", [1, 2, 3])
view = memoryview(numbers)
print(view.format, view.itemsize, view.shape, view.nbytes, view.tolist(), view.readonly, view.obj is numbers, view[1:].tolist(), view.cast("B").tolist()[:5])
view[0] = 50
view[1:] = A("i", [60, 70])
print(numbers, bytes(numbers) == numbers.tobytes(), bytearray(numbers)[0], b"".join([A("B", b"xy")]), struct.unpack_from("i", numbers, 4))
struct.pack_into("i", numbers, 4, 99)
show(numbers.append, 1)
view.release()
numbers.append(1)
print(numbers, io.BytesIO(b"\5\0\0\0").readinto(numbers), numbers[0], memoryview(A("d", [1.5]))[0])

# Eight threads.
shared = A("l")
barrier = threading.Barrier(8)


def work(index):
    barrier.wait()
    for number in range(500):
        shared.append(index * 1000 + number)
        if number % 5 == 0:
            shared.extend(A("l", [-1, -1]))
        shared[0], shared[-1], len(shared), shared[1:4]


threads = [threading.Thread(target=work, args=(index,)) for index in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(len(shared), shared.count(-1), all([number for number in shared if number // 1000 == index] == list(range(index * 1000, index * 1000 + 500)) for index in range(8)))
