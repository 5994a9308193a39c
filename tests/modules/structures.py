# oracle: python3
"""struct: every format both ways, sizes, buffers, errors."""
import struct


def show(function, *arguments):
    try:
        print(repr(function(*arguments)))
    except Exception as error:
        print(type(error).__name__, error)


for order in ["", "@", "=", "<", ">", "!"]:
    for letter, values in [("b", (-128, 127)), ("B", (0, 255)), ("h", (-32768, 1000)), ("H", (65535, 258)), ("i", (-2**31, 66051)),
                           ("I", (2**32 - 1, 66051)), ("l", (-5, 5)), ("L", (5, 6)), ("q", (-(2**63), 1)), ("Q", (2**64 - 1, 1)), ("e", (1.5, -0.0)),
                           ("f", (0.1, -1e38)), ("d", (0.1, 1e-320)), ("?", (True, [])), ("c", (b"a", b"\xff"))]:
        form = f"{order}2{letter}"
        packed = struct.pack(form, *values)
        print(form, struct.calcsize(form), packed, struct.unpack(form, packed))
    show(struct.pack, order + "bhiq", 1, 2, 3, 4)
    show(struct.calcsize, order + "bhiqbdxe")
    show(struct.calcsize, order + "b0i")
show(struct.pack, "nNP", -1, 2, 3)
show(struct.unpack, "nN", bytes(range(16)))
for form, values in [("5s", (b"abc",)), ("2s", (b"abcdef",)), ("5p", (b"abcdefgh",)), ("p", (b"a",)), ("3s", (bytearray(b"xyz"),)), ("0s", (b"x",)),
                     ("300p", (b"a" * 400,)), ("3x", ()), ("2b 3x\th", (1, 2, 3)), ("", ()), ("e", (65504.0,)), ("<e", (6e-8,)), ("e", (1e-8,)),
                     ("e", (float("inf"),)), ("d", (float("-inf"),)), ("f", (1e300,)), ("i", (True,)), ("d", (3,)), (b"<h", (7,))]:
    show(lambda: (struct.pack(form, *values), struct.unpack(form, struct.pack(form, *values))))
for form, value in [("b", 128), ("b", 1 << 70), ("B", -1), ("h", 40000), ("H", 70000), ("i", 1 << 31), ("I", -1), ("I", 1 << 32), ("<l", 1 << 31),
                    ("q", 1 << 63), ("Q", -1), ("Q", 1 << 64), ("i", 1.5), ("i", "x"), ("d", "x"), ("<f", 1e300), ("e", 1e6), ("c", "x"), ("c", b"xx"),
                    ("s", "x"), ("p", 1), ("z", 1), ("3", 1), ("<n", 1), ("ii", 1), ("i\0", 1), ("99999999999999999999s", b""), (3, 3)]:
    show(struct.pack, form, value)
show(struct.unpack, "i", b"abc")
show(struct.unpack, "<h", "ab")
show(struct.unpack_from, "<h", b"abcd", 2)
show(struct.unpack_from, "<h", b"abcd", 3)
show(struct.unpack_from, "<h", b"abcd", -2)
show(struct.unpack_from, "<h", b"abcd", -1)
show(struct.unpack_from, "<h", b"abcd", -5)
show(struct.unpack, "<2h", bytearray(b"abcd"))
show(struct.unpack, "<2h", memoryview(b"abcd"))
show(lambda: list(struct.iter_unpack("<hb", bytes(range(9)))))
show(struct.iter_unpack, "<hb", bytes(10))
show(struct.iter_unpack, "", bytes(10))
target = bytearray(8)
struct.pack_into("<hh", target, 2, 1, -1)
struct.pack_into("<h", target, -2, 513)
print(target)
show(struct.pack_into, "<h", target, 7, 1)
show(struct.pack_into, "<h", target, -1, 1)
show(struct.pack_into, "<h", target, -9, 1)
show(struct.pack_into, "<h", target, 0)
point = struct.Struct("<if")
print(point.size, point.format, point.pack(1, 2.5), point.unpack(point.pack(1, 2.5)), point.unpack_from(bytes(20), 4))
print([item for item in point.iter_unpack(point.pack(1, 2) + point.pack(3, 4))], struct.Struct(b"h").format)
point.pack_into(target, 0, 258, 0.0)
print(target, issubclass(struct.error, Exception), struct.error.__module__, struct.error.__name__)


class Index:
    def __index__(self):
        return 300


show(struct.pack, "<h", Index())
