# oracle: python3
"""int, bool, float, complex: methods, limits, conversions, formats."""

values = [0, 1, -1, 7, -7, 2**30, 2**31 - 1, 2**61, 2**62 - 1, 2**62, -(2**62), -(2**62) - 1, 2**63, 10**25, -(10**25)]
for a in values:
    print(a, -a, ~a, abs(a), a.bit_length(), hash(a), hex(a), oct(a), bin(a)[:20], float(a), bool(a), a.bit_count())
for a in values:
    for b in values:
        results = [a + b, a - b, a * b, a & b, a | b, a ^ b, a == b, a < b, a <= b]
        if b:
            results += [a // b, a % b, divmod(a, b)]
            assert (a // b) * b + a % b == a
        print(hash(tuple(map(str, results))) is not None, results[:3], results[-1])
for base in (2, 3, 10, 16, 36):
    for text in ("0", "101", "-1_0", "+11"):
        print(int(text, base), end=" ")
print(int("0x1f", 0), int("0b11", 0), int("  42  "), int(3.99), int(-3.99), int("0o17", 0), int(b"12"))
print((1000).to_bytes(4, "big"), int.from_bytes(b"\xff\xfe", "little"), (-2).to_bytes(2, "big", signed=True))
print(int.from_bytes(b"\xff\xfe", "big", signed=True), (12).as_integer_ratio(), (5).conjugate(), (5).real, (5).imag)
print(pow(3, 200, 1000007), pow(2, -1), pow(3, -1, 7), 2**100 >> 90, 1 << 100, -1 << 65, -(1 << 65) >> 64)
print(round(1234, -2), round(1250, -2), round(1350, -2), round(2.5), round(3.5), round(-2.5), round(2.675, 2), round(1e20))
for bad in ("", "x", "1__0", "_1", "0x", "1.5", "９"):
    try:
        print(int(bad))
    except ValueError as error:
        print(error)
print(str(2**400), len(str(3**5000)), 7**300 % 10**20, (2**521 - 1) // (2**89 - 1), (10**50 + 1) * (10**40 - 3))
print(f"{12345:,} {-5:05d} {255:x} {255:#X} {255:b} {5:+} {1234567:_} {65:c} {42:>8}|{42:<8}|{42:^8}|{42:*^8}")
print(True + 1, True is (1 == 1), isinstance(True, int), str(True), int(True), True & False, True ^ True, ~7)

floats = [0.0, -0.0, 1.0, -1.5, 0.1, 1 / 3, 1e-5, 1e-4, 123456.789, 1e15, 1e16, 1e17, 1.7976931348623157e308, 5e-324,
          2.5, 1e22, 1e23, float("inf"), float("-inf"), 2.0**52, 2.0**53, 9007199254740993.0, 1e-300, 3.14159]
for f in floats:
    print(f, repr(-f), f == f, f.is_integer(), f"{f:.3f}|{f:e}|{f:g}|{f:.10g}|{f!r}", f.hex(), hash(f), bool(f))
nan = float("nan")
print(nan, nan == nan, nan != nan, nan < 1, [nan] == [nan], nan in [nan], {nan: 1}[nan])
for a in floats[:12]:
    for b in (2.0, -3.5, 0.7):
        print(a + b, a - b, a * b, a / b, a // b, a % b, divmod(a, b), end=";")
print()
print(7.5 // 2, -7.5 // 2, 7.5 % -2, 2.0**0.5, 2**0.5, (-8) ** (1 / 3), 0.0**0, 1e308 * 10)
print(1 == 1.0, 2**53 == 2.0**53, 2**53 + 1 == 2.0**53, 10**400 > 1e308, 1 < 1.5 < 2, hash(1) == hash(1.0))
print((0.75).as_integer_ratio(), float.fromhex("0x1.8p3"), float("1e5"), float("  -2.5  "), float("1_000.5"), float("infinity"))
for expression in ("1/0", "1.0//0", "1%0", "0.0**-1", "10.0**400", "int(float('nan'))", "int(float('inf'))", "float('1..2')",
                   "(1.5).as_integer_ratio(1)", "1 < 1j", "int([])", "1j // 1"):
    try:
        print(eval(expression))
    except Exception as error:
        print(expression, type(error).__name__)
c = 3 - 4j
print(c, -c, abs(c), c.real, c.imag, c.conjugate(), c * c, c / (1 + 1j), c**2, c == 3 - 4j, complex(1), complex("2j"), bool(0j))
print(complex(0, -0.0), 1j * 1j, 5 + 0j == 5, hash(5 + 0j) == hash(5), f"{c:.2f}", [1j, -1j, 1e20j])
print(sum([0.1] * 10) > 0.99, sum([1, 2.5, 3j]), min(3, 1.0, 2), max([1, True, 0]), divmod(17.5, 3))
