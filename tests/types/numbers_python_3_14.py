# oracle: asserts
"""What changed for numbers between 3.11 and 3.14."""
import math


def message(function):
    try:
        return function()
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def same(a, b):
    return a == b and math.copysign(1, a) == math.copysign(1, b)


# Division by zero has one message, whatever the types.
for function in [lambda: 1 / 0, lambda: 1 // 0, lambda: 1 % 0, lambda: divmod(1, 0), lambda: 1.0 / 0, lambda: 1.0 // 0.0, lambda: 1.5 % 0,
                 lambda: divmod(1.0, 0), lambda: 1j / 0, lambda: 1 / 0j, lambda: 10**50 // 0, lambda: True / False]:
    assert message(function) == "ZeroDivisionError: division by zero", message(function)
assert message(lambda: 0 ** -1) == "ZeroDivisionError: zero to a negative power"
assert message(lambda: 0.0 ** -1) == "ZeroDivisionError: zero to a negative power"
assert message(lambda: 0j ** -1) == "ZeroDivisionError: zero to a negative or complex power"

# A real operand has no imaginary part.
z = 1.5 + complex(2, -0.0)
assert z.real == 3.5 and same(z.imag, -0.0)
z = complex(2, -0.0) - 1
assert z.real == 1 and same(z.imag, -0.0)
z = 1 - complex(2, 0.0)
assert z.real == -1 and same(z.imag, -0.0)
z = 2 * complex(math.inf, 1)
assert z.real == math.inf and z.imag == 2
z = complex(math.inf, 1) / 2
assert z.real == math.inf and z.imag == 0.5
z = complex(math.inf, math.nan) * complex(1, 1)
assert math.isinf(z.real) or math.isinf(z.imag)
z = complex(1, 1) / complex(math.inf, math.inf)
assert z == 0

# from_number takes numbers only.
assert float.from_number(3) == 3.0 and type(float.from_number(3)) is float
assert complex.from_number(3) == 3 and complex.from_number(1 + 2j) == 1 + 2j
assert message(lambda: float.from_number("3")) == "TypeError: must be real number, not str"
assert message(lambda: complex.from_number("3")) == "TypeError: must be real number, not str"


class F(float):
    pass


class C(complex):
    pass


assert type(F.from_number(2.5)) is F and type(C.from_number(2.5)) is C


# int() does not ask __trunc__.
class Truncated:
    def __trunc__(self):
        return 5


assert message(lambda: int(Truncated())) == (
    "TypeError: int() argument must be a string, a bytes-like object or a real number, not 'Truncated'"
)
assert math.trunc(Truncated()) == 5
assert (5).is_integer() and True.is_integer()


# pow() with three arguments asks __rpow__ too.
class Power:
    def __rpow__(self, other, modulus=None):
        return ("rpow", other, modulus)


assert pow(2, Power(), 7) == ("rpow", 2, 7)
assert pow(2, Power()) == 2 ** Power() == ("rpow", 2, None)

# math
assert math.fma(2.0, 3.0, 1.0) == 7.0
assert math.fma(0.1, 10.0, -1.0) == 5.551115123125783e-17
assert message(lambda: math.fma(math.inf, 0.0, 1.0)) == "ValueError: invalid operation in fma"
assert math.sumprod([1, 2, 3], [4, 5, 6]) == 32
assert math.sumprod([0.1] * 10, [1.0] * 10) == 1.0
assert math.sumprod([10**20, 1], [1, 0.5]) == 10**20 + 0.5
assert message(lambda: math.sumprod([1], [1, 2])) == "ValueError: Inputs are not the same length"
assert math.nextafter(1.0, 2.0, steps=2) == 1.0 + 2**-51
assert math.nextafter(1.0, 2.0, steps=0) == 1.0
assert math.nextafter(1.0, 2.0, steps=2**70) == 2.0
assert math.nextafter(0.0, -1.0, steps=3) == -1.5e-323
assert message(lambda: math.nextafter(1.0, 2.0, steps=-1)) == "ValueError: steps must be a non-negative integer"
assert message(lambda: math.sqrt(-1)) == "ValueError: expected a nonnegative input, got -1.0"
assert message(lambda: math.log(0.0)) == "ValueError: expected a positive input, got 0.0"
assert message(lambda: math.log(-5)) == "ValueError: expected a positive input"
print("ok")
