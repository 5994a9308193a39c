# oracle: python3
"""complex: arithmetic of complex numbers with each other, text, comparison."""


def show(function, *arguments):
    try:
        print(repr(function(*arguments)))
    except Exception as error:
        print(type(error).__name__, error)


inf, nan = float("inf"), float("nan")
values = [0j, 1 + 2j, -1.5j, 3 - 4j, complex(1e10, 1e-10), complex(-2, 0.5), 1 + 0j]
for a in values:
    print(a, repr(a), str(a), -a, +a, abs(a), a.conjugate(), a.real, a.imag, bool(a), hash(a), a == a.real, f"{a:.2f}", f"{a:>20}|", f"{a:+.1e}",
          a.__getnewargs__(), complex(str(a)) == a)
    for b in values:
        print(a + b, a - b, a * b, a == b, a != b, end=" ")
        if b:
            print(a / b, end=" ")
    print(a**2, a**0, a**3)
for text in ["1", "1j", "-j", "1+2j", " ( 1-2j ) ", "1e3+1e-3j", "inf-nanj", "j", "+j", "1_0+2_0j", "", "1+", "1+2", "1 + 2j", "(1", "x", "1j2", "3.5J",
             "1+j", "1-infj"]:
    show(complex, text)
for arguments in [(), (1,), (1.5, 2), (True, False), (10**20,), (None,), ([],), (b"1",)]:
    try:
        print(complex(*arguments))
    except TypeError:
        print("TypeError")
print(complex(real=1, imag=2), complex(imag=3), complex(real=4))


class C:
    def __complex__(self):
        return 3 + 4j


class Wrong:
    def __complex__(self):
        return 5


class F:
    def __float__(self):
        return 2.5


class Index:
    def __index__(self):
        return 7


for value in [C(), F(), Index()]:
    print(complex(value))
try:
    complex(Wrong())
except TypeError:
    print("TypeError")
print(1 + 2j == 1, 1 + 0j == 1, 1 == 1 + 0j, 1.5 + 0j == 1.5, 1j == "a", 2**53 + 1 == complex(2**53), hash(1 + 0j) == hash(1), {1: "a"}[1 + 0j])
for expression in ["1j < 2", "1j // 2", "1j % 2", "divmod(1j, 2)", "int(1j)", "float(1j)", "1j / 0", "1j + 'a'", "~1j", "1j & 1", "pow(1j, 2, 3)",
                   "round(1j)", "0j ** -1", "0j ** 1j", "(1 + 1j) ** 1e6", "format(1j, 'd')", "format(1j, '010')", "format(1j, '=10')"]:
    try:
        print(expression, "=", eval(expression))
    except Exception as error:
        print(expression, type(error).__name__)
z = (1 + 2j) ** (0.5 + 0.25j)
print(round(z.real, 12), round(z.imag, 12), 2j**2, (1 + 1j) ** -2, (2 + 0j) ** 0.5)
print(2 * (1 + 2j), (1 + 2j) / 2, 1 / (3 + 4j), 1 - 2j, 3 + (1 - 1j), sum([1j, 2, 3.5]))
print(complex(inf, 1), complex(nan, -inf), complex(-0.0, -0.0), -0j, repr(complex(1, -0.0)), complex(0.0, -1.0))


class Point(complex):
    def __repr__(self):
        return f"P({self.real}, {self.imag})"


p = Point(1, 2)
p.label = "p"
print(p, [p], p + 1, type(p + 1), p.label, abs(Point(3, 4)), p == 1 + 2j, hash(p) == hash(1 + 2j), complex(p), type(complex(p)), Point("1+1j"))
