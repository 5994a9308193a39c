# oracle: python3
"""Operators, precedence, chained comparison, short circuits, unpacking, slices, conditional and assignment expressions."""

print(1 + 2 * 3 ** 2 ** 0 - -4 // 3 % 5)
print(7 // 2, -7 // 2, 7 % -3, -7 % 3, divmod(-7, 2), 7 / 2, 2**-1, 2**0.5)
print(1 << 70, (1 << 70) >> 68, ~5, 6 & 3, 6 | 3, 6 ^ 3, -1 >> 3)
print(True + True, not 0, not [], -True, 5 if [] else 6)
print(1 < 2 < 3, 1 < 3 < 2, 1 == 1.0 == True, 1 is not None, 3 in [1, 2, 3], "x" not in "abc")


def show(value):
    print("seen", value)
    return value


print(show(0) and show(1), show(1) or show(2), show(3) and show("") or show("last"))
print(show(1) < show(3) < show(2) < show(9))

a, b, *c = range(5)
(d, [e, *f]), g = (1, "xyz"), 3
*h, i = "hello"
print(a, b, c, d, e, f, g, h, i)
a, b = b, a
print(a, b)
x = y = []
x.append(1)
print(y, x is y)
for bad in ("a, b = 1,", "a, *b, c = 1,", "a, b = 1, 2, 3"):
    try:
        exec(bad)
    except ValueError as error:
        print(type(error).__name__)

numbers = list(range(10))
print(numbers[2:5], numbers[::-1], numbers[-3:], numbers[8:2:-2], numbers[5:5], numbers[:100])
numbers[2:5] = "ab"
del numbers[::3]
numbers[1:1] = [7, 7]
print(numbers)
numbers[::2] = [0] * len(numbers[::2])
print(numbers)

if (n := 10) > 5:
    print(n, (m := n * 2), m)
print([last := v for v in range(4)], last)
print({**{"a": 1}, "b": 2, **{"a": 3}}, [*range(3), *"ab"], {*[1, 2], 2}, (*(), 1))
print({k: v for k, v in zip("abc", range(3)) if v != 1})
print([(i, j) for i in range(4) if i % 2 for j in range(i)], {i % 3 for i in range(9)})
print(sum(i * i for i in range(10)), any(i > 3 for i in range(5)), all([]))
print([[j * i for j in range(3)] for i in range(3)])
total = 0
total += 5
total -= 1
total *= 6
total //= 5
total **= 3
total %= 50
total <<= 2
total |= 1
total ^= 3
print(total)
values = {"k": [1]}
values["k"] += [2]
values["k"][0] -= 5
print(values)
print("%s is %d years and %.2f %r %5s|%-5s|%05d %x %%" % ("x", 3, 2.5, "q", "r", "l", 42, 255))
name, width = "value", 12
print(f"{name!r:>{width}}|{width:#x}|{3.14159:.3f}|{name=}|{{}}|{'nested ' + f'{width + 1}'}|{1000000:,}")
print(f"{'a' if width else 'b'} {[1, 2][1]} {dict(a=1)['a']} {width:<5}|{width:^5}|{-width:+}|{0.5:%}")
print(b"bytes" b" join", "adja" "cent", r"raw\n", "tab\there \u00e9 \N{DEGREE SIGN} \x41")
print(..., NotImplemented)
print((1,), (), [], {}, set(), (1, (2, (3,))))
assert 1 == 1, "not shown"
try:
    assert [] == [1], "shown %d" % 5
except AssertionError as error:
    print(error)
print([1, 2] < [1, 3], (1,) < (1, 0), "a" < "b", {1} < {1, 2}, [1] == [1.0])
print(0.1 + 0.2, 1e100, 1e-7, 123456789.123, float("inf"), -0.0, 1e16, 12345678901234567.0)
print(3 + 4j, (1 + 2j) * (3 - 1j), abs(3 + 4j), complex("1+2j").conjugate())
print(10**30, -(10**30) // 7, (10**30) % 97, 2**200 - 1, int("9" * 40) + 1, hash(2**61 - 1))
