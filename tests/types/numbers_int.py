# oracle: python3
"""int: arithmetic at every size, text, bytes, conversion, errors."""


def show(function, *arguments):
    try:
        print(repr(function(*arguments)))
    except Exception as error:
        print(type(error).__name__, error)


edges = [0, 1, -1, 2, -2, 7, -7, 10, 2**31 - 1, -(2**31), 2**53 + 1, 2**62 - 1, 2**62, -(2**62), -(2**62) - 1, 2**63 - 1, 2**63,
         -(2**63), 2**64 - 1, 2**64, -(2**64), 3**50, -(3**50), 10**30, -(10**30), 2**200 + 12345]
total = 0
for a in edges:
    for b in edges:
        values = [a + b, a - b, a * b, a & b, a | b, a ^ b, a < b, a <= b, a == b, a != b, a > b, a >= b]
        if b:
            values += [a // b, a % b, divmod(a, b)]
            assert a // b * b + a % b == a and (a % b == 0 or (a % b < 0) == (b < 0))
        total = (total * 31 + hash(tuple(values))) % (2**61 - 1)
        assert a + b - b == a and (a ^ b) ^ b == a and (a & b) + (a | b) == a + b
print(total)
for a in edges:
    print(a, hex(a), oct(a), bin(a), -a, ~a, abs(a), a.bit_length(), a.bit_count(), a << 3, a >> 3, a >> 200, hash(a), bool(a))
    if abs(a) < 2**70:
        print(float(a), a / 3, a**3, pow(a, 5, 1009), round(a, -1), round(a, -5), int(str(a)), f"{a:,}", f"{a:+_d}", f"{a:#_x}")

for text, base in [("12", 10), (" -12_000 ", 10), ("0x1f", 16), ("0x1f", 0), ("0b101", 0), ("0o17", 0), ("z", 36), ("١٢٣", 10),
                   ("", 10), ("x", 10), ("1__0", 10), ("_1", 10), ("012", 0), ("00", 0), ("1e3", 10), ("9" * 40, 10), ("ff", 15),
                   ("\u20031\u2003", 10), ("1\x00", 10), ("1", 1), ("1", 37), (b"12", 10), (bytearray(b"7f"), 16), (b"x", 10)]:
    show(int, text, base)
for value in [3.99, -3.99, 1e20, float("inf"), float("nan"), True, "5", b"5", [], None, 1j, 10**30]:
    show(int, value)
show(lambda: int())
show(lambda: int(base=10))
show(lambda: int(5, 10))


class Index:
    def __init__(self, value):
        self.value = value

    def __index__(self):
        return self.value


class Int:
    def __int__(self):
        return 42


show(int, Index(7))
show(int, Int())
show(int, Index("x"))
show(lambda: [1, 2, 3][Index(1)])
show(lambda: "ab" * Index(2))
show(hex, Index(255))
show(round, 1250, -2)
show(round, 1350, -2)
show(round, 5, Index(-1))
show(round, 5, 2.5)

for a, b, c in [(2, 10, 1000), (3, -1, 11), (2, -1, 4), (5, 0, 1), (7, 3, -5), (2, 3, 0), (10**20, 10**20, 10**9 + 7)]:
    show(pow, a, b, c)
for expression in ["2 ** -2", "(-2) ** 3", "(-8) ** (1 / 3)", "1 << -1", "1 >> -1", "1 << 1.0", "1 + 'a'", "1 - None",
                   "1 & 1.5", "2 ** 'x'", "divmod(1, 'a')", "10 ** 400 / 3", "10 ** 400 / 10 ** 399", "1 / 10 ** 400",
                   "float(10 ** 400)", "1.0 * 10 ** 400", "1 < 'a'", "1 == 'a'", "1 != 1.0", "2 ** 53 + 1 == float(2 ** 53)",
                   "2 ** 53 + 1 > float(2 ** 53)", "10 ** 400 > 1e308", "10 ** 400 < float('inf')", "0 == -0.0", "True + True",
                   "True & False", "True ^ True", "True & 3", "3 | True", "-True", "+True", "True << 3", "True * 'a'", "0 - True"]:
    show(lambda: eval(expression))

for length, order, signed in [(1, "big", False), (2, "big", True), (4, "little", True), (16, "little", False)]:
    for value in [0, 1, 127, 128, 255, 256, -1, -128, -129, 2**40, -(2**100)]:
        show(lambda: value.to_bytes(length, order, signed=signed))
        try:
            assert int.from_bytes(value.to_bytes(length, order, signed=signed), order, signed=signed) == value
        except OverflowError:
            pass
show(lambda: int.from_bytes([1, 2, 3], "big"))
show(lambda: int.from_bytes(b"\xff\x00", "little"))
show(lambda: int.from_bytes("ab", "big"))
show(lambda: int.from_bytes(b"a", "middle"))
show(lambda: (1).to_bytes(-1, "big"))
show(lambda: (12).as_integer_ratio())
show(lambda: ((5).real, (5).imag, (5).numerator, (5).denominator, (5).conjugate(), True.real, True.numerator))
show(lambda: (5).__floor__() + (5).__ceil__() + (5).__trunc__() + (5).__round__())
show(lambda: (5).__add__(1.5))
show(lambda: (5).__radd__(2))
show(lambda: (5).__pow__(2, 7))
show(lambda: (5).__rpow__(2))
show(lambda: (5).__lt__("a"))
show(lambda: (5).__getnewargs__())

big = 7**5000
text = str(big)
print(len(text), text[:20], text[-20:], int(text) == big)
show(lambda: str(10**4300))
show(lambda: len(str(10**4299)))
show(lambda: int("1" * 4301))
show(lambda: int("1" * 5000, 16) % 1009)
x, y = 3**3000 + 1, 7**2000 - 5
print((x * y) % 10**30, (x // y) % 10**30, (x % y) % 10**30, (x * x - y * y) == (x - y) * (x + y), hash(x), x.bit_length())
product = 1
for i in range(1, 200):
    product *= i
print(product)
while product > 1:
    product = -(-product // 997)
print(product)


class Celsius(int):
    def __new__(cls, value, unit="C"):
        self = super().__new__(cls, value)
        self.unit = unit
        return self

    def __repr__(self):
        return f"{int(self)}{self.unit}"


t = Celsius(20)
u = Celsius(2**70, "K")
print(t, [t, u], t + 1, type(t + 1), type(-t), type(+t), type(t.real), type(abs(t)), t.unit, u == 2**70, hash(u) == hash(2**70),
      {20: "a"}[t], isinstance(t, int), f"{t:05d}", t < 21, 19 < t, int(u), t.__dict__)
t.more = [1]
print(t.more, t.unit, t * 2, 2**t, range(10)[Celsius(3)], Celsius.from_bytes(b"\x05", "big"), Celsius("12", "x"))


class Odd(int):
    def __add__(self, other):
        return "add"

    def __radd__(self, other):
        return "radd"

    def __rsub__(self, other):
        return NotImplemented

    def __eq__(self, other):
        return "eq"

    __hash__ = int.__hash__


print(Odd(1) + 1, 1 + Odd(1), 5 - Odd(1), Odd(1) == 2, 2 == Odd(1), Odd(3) * 2, sum([Odd(1), Odd(2)]))
print(bool(0), bool(1), bool("x"), bool(), repr(True), str(False), True == 1, hash(True), {1: "a"}[True], isinstance(True, int),
      True.__and__(False), True.__and__(2), (True).bit_length(), f"{True}", f"{True:d}", int(True), float(True), [False, True][True])
try:
    class B(bool):
        pass
except TypeError as error:
    print(error)
