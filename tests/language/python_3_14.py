# oracle: files
"""What is newer than the reference on the machine: type parameters, lazy annotations, template strings, bracketless except."""


def first[T](items: list[T]) -> T:
    return items[0]


class Box[T, *Ts, **P]:
    def __init__(self, value: T):
        self.value = value


type Pair[A] = tuple[A, A]
print(first([3, 4]), Box(5).value, [str(p) for p in Box.__type_params__], Pair.__name__, Pair[int])
print(first.__type_params__[0].__name__, type(Pair).__name__)


def lazy(a: not_defined_yet, b: int = 2) -> also_missing:
    return b


print(lazy(1))
not_defined_yet = "now defined"
also_missing = "this too"
print(lazy.__annotations__)


class Annotated:
    x: int
    y: "forward" = 3
    z: later


later = list
print(Annotated.__annotations__)

name = "template"
template = t"hello {name!r:>4} and {1 + 1}"
print(type(template).__name__, template.strings, [i.value for i in template.interpolations])
print(template.interpolations[0].expression, template.interpolations[0].conversion, template.interpolations[0].format_spec)

try:
    int("x")
except ValueError, TypeError:
    print("bracketless except")

print(f"{"same " + f"{'quotes'}"}")
print(f"{
    name  # a comment inside
    .upper()
}")


def unpacked(*args: *tuple[int, ...]):
    return args


print(unpacked(1, 2))
with open(__file__, encoding="utf-8") as file:
    print(file.readline().strip())
