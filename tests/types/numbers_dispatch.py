# oracle: python3
"""Operators: which method is asked first, what NotImplemented leads to, in-place forms, messages."""


def show(function):
    try:
        print(repr(function()))
    except Exception as error:
        print(type(error).__name__, error)


NAMES = ["add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "lshift", "rshift", "and", "or", "xor", "matmul", "divmod"]


def logged(prefix, answer):
    def method(name):
        def call(self, other, *rest):
            print(f"{type(self).__name__}.__{prefix}{name}__", *rest, end="; ")
            return answer

        return call

    return {f"__{prefix}{name}__": method(name) for name in NAMES}


Left = type("Left", (), logged("", "left"))
Right = type("Right", (), logged("r", "right"))
Refuses = type("Refuses", (), {**logged("", NotImplemented), **logged("r", NotImplemented), **logged("i", NotImplemented)})
Child = type("Child", (Left,), logged("r", "child"))
Same = type("Same", (Left,), {})
InPlace = type("InPlace", (), logged("i", "in place"))
OPERATORS = {
    "+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b, "/": lambda a, b: a / b, "//": lambda a, b: a // b,
    "%": lambda a, b: a % b, "**": lambda a, b: a**b, "<<": lambda a, b: a << b, ">>": lambda a, b: a >> b, "&": lambda a, b: a & b,
    "|": lambda a, b: a | b, "^": lambda a, b: a ^ b, "@": lambda a, b: a @ b, "divmod": divmod, "pow": pow,
}
for symbol, operator in OPERATORS.items():
    for a, b in [(Left(), Right()), (Refuses(), Right()), (Left(), Child()), (Left(), Same()), (Refuses(), Refuses()), (Refuses(), 1),
                 (1, Refuses()), (1, Right()), ([1], Right()), ("a", Right()), ((1,), Right()), (1.5, Right()), ({}, Right()), (None, None),
                 (object, 1)]:
        show(lambda: operator(a, b))


def in_place(symbol, a, b):
    namespace = {"a": a, "b": b}
    exec(f"a {symbol}= b", namespace)
    return namespace["a"]


for symbol in ["+", "-", "*", "/", "//", "%", "**", "<<", ">>", "&", "|", "^", "@"]:
    for a, b in [(InPlace(), 1), (Refuses(), 1), (Left(), 1), (1, Right()), (1, None), (1.5, []), ([1], Right()), ("a", 1), (None, 1)]:
        show(lambda: in_place(symbol, a, b))

show(lambda: [1] + (2,))
show(lambda: (1,) + [2])
show(lambda: "a" + 1)
show(lambda: b"a" + "b")
show(lambda: [1] * "a")
show(lambda: [1] * 1.5)
show(lambda: 1.5 * [1])
show(lambda: "ab" * -1)
show(lambda: 3 * (1, 2))
show(lambda: [0] * True)
show(lambda: [] + None)
show(lambda: {} + {})
show(lambda: {1} - [1])
show(lambda: {1: 2} | {3: 4})
show(lambda: "%d and %s" % (1, "x"))
show(lambda: print >> 1)
show(lambda: pow(2, 3, "a"))
show(lambda: pow("a", 2))
show(lambda: pow(2.0, 3, 5))
show(lambda: pow(2, 3, 5.0))
show(lambda: pow(2, 10, None))
show(lambda: -"a")
show(lambda: +[])
show(lambda: ~1.5)
show(lambda: abs("x"))
show(lambda: -None)
numbers = [1]
alias = numbers
numbers += (2, 3)
numbers *= 2
print(alias, alias is numbers)
word = "a"
word += "b"
word *= 3
print(word)
pair = (1,)
pair += (2,)
print(pair)
count = 2**62 - 1
for _ in range(3):
    count += 1
print(count, count - 2**62, -count - 1)
count = 1
for _ in range(70):
    count <<= 1
print(count)
x = 1
x += 0.5
x -= 2
x **= 2
x //= 1
print(x)


class Unary:
    def __neg__(self):
        return "neg"

    def __pos__(self):
        return "pos"

    def __invert__(self):
        return "invert"

    def __abs__(self):
        return "abs"


print(-Unary(), +Unary(), ~Unary(), abs(Unary()))


class Blocked:
    __add__ = None


show(lambda: Blocked() + 1)


class Instance:
    pass


instance = Instance()
instance.__add__ = lambda other: 1
show(lambda: instance + 1)
