# oracle: python3
"""float: arithmetic, text, rounding, comparison with ints, special values."""


def show(function, *arguments):
    try:
        print(repr(function(*arguments)))
    except Exception as error:
        print(type(error).__name__, error)


inf, nan = float("inf"), float("nan")
values = [0.0, -0.0, 1.0, -1.0, 0.1, 1 / 3, 2.5, -3.5, 1e16, 1e15, 123456789.125, 1e-5, 1e-4, 5e-324, 2.2250738585072014e-308,
          1.7976931348623157e308, 1e22, 1e23, 9007199254740993.0, 4.35, inf, -inf, nan, 1.7272337110188893e-77, 1e77, 1e-77]
for x in values:
    print(x, repr(x), str(-x), x.hex(), float.fromhex(x.hex()), x.is_integer(), bool(x), abs(x), +x, f"{x:.3f}"[:40], f"{x:e}", f"{x:g}",
          f"{x:%}"[:40], f"{x:.0f}"[:30], f"{x:>12.4g}|", f"{x:+.2e}", f"{x:#.3g}", f"{x:010.3f}"[:40])
    if x == x:
        print(hash(x))
    for function in [int, round, float.as_integer_ratio, float.__floor__, float.__ceil__, float.__trunc__]:
        show(lambda: function(x) if abs(x) < 1e20 or x in (inf, -inf) or x != x else None)
for x in values:
    for y in values:
        print(x + y, x - y, x * y, x < y, x <= y, x == y, x != y, x > y, x >= y, end=" ")
        if y:
            print(x / y, x // y, x % y, divmod(x, y), end=" ")
        if abs(x) < 1e10 and abs(y) < 30 and (x or y > 0):
            try:
                print(x**y if x >= 0 or y == int(y) else "complex", end=" ")
            except OverflowError as error:
                print(error, end=" ")
    print()
for x, digits in [(2.675, 2), (1.005, 2), (0.5, 0), (1.5, 0), (2.5, 0), (12345.678, -2), (25.0, -1), (35.0, -1), (1e300, -300), (5e-324, 400),
                  (1.7976931348623157e308, -308), (inf, 2), (nan, 2), (-0.4, 0), (0.1 + 0.2, 16), (12.5, None), (1e22, 2)]:
    show(round, x, digits)
for text in ["1", " 1.5 ", "1e5", "-.5", "+5.", "1_0.5", "inf", "-Infinity", "nan", "+nan", "1e400", "1e-400", "", ".", "e5", "1e", "1__0",
             "_1", "0x10", "١.٥", "1 2", "1.5j", "1\x00", b"2.5", bytearray(b"1e2"), b"x", "\u20033\u2003", "12345678901234567890",
             "0.1" + "0" * 400 + "1", "9007199254740992.99999999999999999999999999"]:
    show(float, text)
for value in [5, 10**400, True, None, [], 1j, "x"]:
    show(float, value)
show(lambda: float())
for text in ["0x1p3", "-0x.8p1", "0x1.fffffffffffffp+1023", "0x2p1023", "1p-1074", "0x1p-1075", "0x1.8p-1074", "inf", "x", "0x", "1.2.3", "0x1p", "abc"]:
    show(float.fromhex, text)
big = 2**53
print(big + 1 == float(big), big + 1 > float(big), float(big) < big + 1, 10**30 == 1e30, 10**22 == 1e22, 10**400 > 1e308, -(10**400) < -inf,
      1 == 1.0, 1 < nan, 1 > nan, 1 == nan, 3 < 3.5, 3.5 < 4, hash(1e22) == hash(10**22), hash(2.0**70) == hash(2**70), hash(0.5), hash(-0.0))
for expression in ["1.0 / 0", "1.0 // 0.0", "1.0 % 0", "divmod(1.0, 0)", "0.0 ** -1", "(-8.0) ** (1 / 3)", "10.0 ** 400", "2.0 ** -2000",
                   "1.5 << 1", "1.5 & 1", "1.5 + 'a'", "~1.5", "pow(2.0, 3, 5)", "1.5 < 'a'", "1.5 == None", "1e308 * 10", "-7.5 // 2", "-7.5 % 2",
                   "7.5 % -2", "divmod(-7.5, 2)", "5 % inf", "-5 % inf", "inf // 1", "inf % 1", "5.0 // inf", "-5.0 // inf", "0.0 == -0.0",
                   "2 ** 0.5", "(-1) ** 0.5", "(-0.0) ** 3", "(-inf) ** 3", "(-inf) ** 0.5", "inf ** -1", "1 ** nan", "nan ** 0", "(-2.0) ** 3",
                   "0.1 + 0.2", "1e16 + 1", "3 - 0.5", "2 * 0.5", "1 / 4", "7 // 2.0", "7 % 2.5", "2 ** 3.0", "[1.5] * 2.0", "'a' * 1.5"]:
    try:
        result = eval(expression)
        print(expression, "=", result if not isinstance(result, complex) else (round(result.real, 12), round(result.imag, 12)))
    except TypeError as error:
        print(expression, "TypeError", error)
    except ArithmeticError as error:
        print(expression, type(error).__name__)


class Metres(float):
    unit = "m"

    def __repr__(self):
        return f"{float(self)!r}{self.unit}"


m = Metres(2.5)
m.note = "short"
print(m, [m], m + 1, type(m + 1), type(m * 2), m.note, m.__dict__, hash(m) == hash(2.5), m == 2.5, {2.5: "a"}[m], -m, type(+m), m.real, m.imag,
      m.conjugate(), f"{m:.1f}", Metres("1e3"), Metres(inf), Metres.fromhex("0x1p4"), int(m), m.__getnewargs__(), float(m), type(float(m)))


class Float:
    def __float__(self):
        return 1.25


class Index:
    def __index__(self):
        return 3


class Wrong:
    def __float__(self):
        return "x"


show(float, Float())
show(float, Index())
show(float, Wrong())
show(lambda: (1.5).__add__("a"))
show(lambda: (1.5).__radd__(2))
show(lambda: (1.5).__eq__("a"))
show(lambda: (1.5).__divmod__(1))
show(lambda: (1.5).__int__())
for spec in ["", "n", "d", "s", "x", "10", "<10", "^10", "=10", "*>10", "_", ",", ",.2f", "_.3e", "08.2f", "z.0f", ".3", "q", "5.", "+", " ", "-"]:
    if spec != "z.0f":
        show(format, -1234.5678, spec)
        show(format, 1234567, spec)
total = 0.0
for i in range(1, 1000):
    total += 1 / i
print(total, max(1, 2.5), min(2.5, 1), sorted([3, 1.5, -2, 2.5, True]), abs(-0.0))
