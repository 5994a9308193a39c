# oracle: python3
"""math and cmath: every function over ordinary, extreme and wrong arguments."""
import cmath
import math

inf, nan = math.inf, math.nan


def show(name, function, *arguments, **keywords):
    try:
        print(name, *arguments, "=", repr(function(*arguments, **keywords)))
    except Exception as error:
        print(name, *arguments, type(error).__name__)


points = [0.0, -0.0, 0.5, -0.5, 1.0, -1.0, 2.0, 3.7, -3.7, 10.0, 1e-10, 100.0, -170.5, 171.0, 172.0, 700.0, 710.0, 1e308, -1e308, 5e-324,
          inf, -inf, nan]
for name in ["acos", "acosh", "asin", "asinh", "atan", "atanh", "ceil", "cos", "cosh", "degrees", "erf", "erfc", "exp", "exp2", "expm1",
             "fabs", "floor", "frexp", "gamma", "isfinite", "isinf", "isnan", "lgamma", "log", "log10", "log1p", "log2", "modf", "radians", "sin",
             "sinh", "sqrt", "tan", "tanh", "trunc", "ulp"]:
    for x in points:
        if name in ("ceil", "floor", "trunc") and 1e300 < abs(x) < inf:
            continue
        show(name, getattr(math, name), x)
    show(name, getattr(math, name), "x")
    show(name, getattr(math, name), 3)
for name in ["atan2", "copysign", "fmod", "hypot", "pow", "remainder", "nextafter"]:
    for x in [0.0, -0.0, 1.5, -2.0, 5.0, 1e300, inf, -inf, nan]:
        for y in [0.0, -0.0, 2.0, -3.0, 0.5, inf, -inf, nan]:
            show(name, getattr(math, name), x, y)
for number in [0, 1, 5, 20, 25, 100, -1, 3.0, 10**400, True, "a"]:
    if number != 10**400:
        show("factorial", math.factorial, number)
    show("isqrt", math.isqrt, number)
for number in [10**400, 2**1024, 2**2000 + 1, -(10**400), 0, 1, 8, 1000]:
    for function in [math.log, math.log2, math.log10]:
        try:
            print(function.__name__, round(function(number), 9))
        except ValueError:
            print(function.__name__, "ValueError")
show("log", math.log, 8, 2)
show("log", math.log, 8, 1)
show("log", math.log, 10**400, 10)
show("gcd", math.gcd)
show("gcd", math.gcd, 12, -18)
show("gcd", math.gcd, 2**100 * 3, 2**90 * 9, 2**80 * 27)
show("gcd", math.gcd, 1.5)
show("lcm", math.lcm)
show("lcm", math.lcm, 4, 6, -10)
show("lcm", math.lcm, 0, 5)
for n, k in [(5, 2), (5, 0), (5, 5), (5, 6), (52, 5), (200, 100), (10**20, 3), (-1, 2), (2, -1), (2.5, 1), (67, 33), (130, 65)]:
    show("comb", math.comb, n, k)
    show("perm", math.perm, n, k)
show("perm", math.perm, 6)
show("dist", math.dist, (1, 2, 3), [4, 6, 3])
show("dist", math.dist, (1,), (1, 2))
show("hypot", math.hypot)
show("hypot", math.hypot, 3, 4)
show("hypot", math.hypot, 1, 1, 1, 1)
show("hypot", math.hypot, 3e200, 4e200)
show("hypot", math.hypot, inf, nan)
show("fsum", math.fsum, [0.1] * 10)
show("fsum", math.fsum, [1e100, 1, -1e100, 1e-100, 1e50, -1, -1e50])
show("fsum", math.fsum, [inf, -inf])
show("fsum", math.fsum, [inf, 1])
show("fsum", math.fsum, [1e308, 1e308])
show("fsum", math.fsum, [])
show("fsum", math.fsum, ["x"])
print(math.fsum(1 / n for n in range(1, 300)))
print([round(math.cbrt(x), 12) for x in (0.0, -27.0, 2.0, 1e-10, 1e300, inf)])
show("prod", math.prod, [1, 2, 3.5])
show("prod", math.prod, [], start=7)
show("prod", math.prod, ["a", 3], start=1)
show("isclose", math.isclose, 1.0, 1.0 + 1e-10)
show("isclose", math.isclose, 1.0, 1.1, rel_tol=0.2)
show("isclose", math.isclose, 0.0, 1e-9, abs_tol=1e-8)
show("isclose", math.isclose, inf, inf)
show("isclose", math.isclose, 1, 2, rel_tol=-1)
show("ldexp", math.ldexp, 0.75, 4)
show("ldexp", math.ldexp, 1.0, 10**30)
show("ldexp", math.ldexp, 1.0, -(10**30))
show("ldexp", math.ldexp, 1.5, -1074)
show("ldexp", math.ldexp, 0.0, 10**30)
show("ldexp", math.ldexp, 1.0, 2.0)
print(math.pi, math.e, math.tau, math.inf, math.nan)


class Number:
    def __floor__(self):
        return "floor"

    def __ceil__(self):
        return "ceil"

    def __trunc__(self):
        return "trunc"

    def __float__(self):
        return 4.0

    def __index__(self):
        return 6


print(math.floor(Number()), math.ceil(Number()), math.trunc(Number()), math.sqrt(Number()), math.factorial(Number()), math.gcd(Number(), 4))
print(math.floor(2.5), math.ceil(2.5), math.trunc(-2.5), math.floor(1e20), math.ceil(-0.5), math.floor(10**30))


def rounded(z):
    if isinstance(z, complex):
        return (rounded(z.real), rounded(z.imag))
    if isinstance(z, tuple):
        return tuple(map(rounded, z))
    if isinstance(z, float) and math.isfinite(z):
        return float(f"{z:.12g}")
    return z


corners = [complex(x, y) for x in [0.0, -0.0, 1.0, -2.5, inf, -inf, nan] for y in [0.0, -0.0, 1.0, -0.5, inf, -inf, nan]]
corners += [1e-320 + 1e-320j, 1e308 + 1e308j, 800 + 1j, -800 - 1j, 0.3 + 0.4j, 2 - 3j, 1 + 1e-200j]
for name in ["acos", "acosh", "asin", "asinh", "atan", "atanh", "cos", "cosh", "exp", "log", "log10", "phase", "polar", "sin", "sinh", "sqrt", "tan",
             "tanh", "isfinite", "isinf", "isnan"]:
    for z in corners:
        if name in ("acosh", "tan", "tanh") and z != z:
            continue
        try:
            print(name, z, rounded(getattr(cmath, name)(z)))
        except (ValueError, OverflowError) as error:
            print(name, z, type(error).__name__)
print(rounded(cmath.rect(2, 1)), cmath.rect(3, 0.0), rounded(cmath.log(8, 2)), cmath.isclose(1 + 1j, 1 + 1j + 1e-12), cmath.infj, cmath.nanj, cmath.pi)
