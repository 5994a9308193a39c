# oracle: python3
"""Structural pattern matching."""

from dataclasses import dataclass


@dataclass
class Point:
    x: int
    y: int


@dataclass
class Line:
    start: Point
    end: Point


class Manual:
    __match_args__ = ("first",)

    def __init__(self, first, second):
        self.first, self.second = first, second


RED = "red"


class Colors:
    GREEN = "green"


def describe(value):
    match value:
        case 0:
            return "zero"
        case -1 | 1 | 2.5 | 3 + 4j:
            return f"number {value}"
        case True | None:
            return f"constant {value}"
        case "hello" | b"bytes":
            return f"text {value!r}"
        case Colors.GREEN:
            return "green by name"
        case []:
            return "empty sequence"
        case [x]:
            return f"one {x!r}"
        case [Point(x=0) as first, *_]:
            return f"sequence from {first}"
        case (x, y, *rest) if len(rest) > 2:
            return f"long {x} {y} {rest}"
        case [1, [2, *inner], 3]:
            return f"nested {inner}"
        case [*start, "end"]:
            return f"ends after {start}"
        case {"kind": "a", "value": v, **rest}:
            return f"mapping {v} {sorted(rest)}"
        case {"kind": str(kind)}:
            return f"kind {kind}"
        case {}:
            return f"some mapping {sorted(value)}"
        case Point(0, y):
            return f"on the axis at {y}"
        case Point(x, y) if x == y:
            return f"diagonal {x}"
        case Line(Point(x=a), end=Point(y=b)):
            return f"line {a} {b}"
        case Manual(f, second=s):
            return f"manual {f} {s}"
        case int(n) | float(n):
            return f"other number {n}"
        case str() as text:
            return f"other text {text}"
        case _:
            return f"anything {type(value).__name__}"


for value in (
    0, 1, -1, 2.5, 3 + 4j, True, None, False, "hello", b"bytes", "green", [], [7], (8,), [Point(0, 5), 1, 2],
    [1, 2, 3, 4, 5], [1, [2, 9, 9], 3], ["x", "y", "end"], {"kind": "a", "value": 1, "more": 2}, {"kind": "b"},
    {}, {"z": 1}, Point(0, 3), Point(2, 2), Point(1, 2), Line(Point(1, 2), Point(3, 4)), Manual(1, 2), 42, 1.5,
    "other", object, range(2), "ab", bytearray(b"xy"), {1, 2},
):
    print(repr(value) if not isinstance(value, (Manual, type)) else "object", "->", describe(value))


def bindings(value):
    match value:
        case (a, (b, c)) | {"a": a, "b": b, "c": c}:
            return a, b, c
    return "fell through"


print(bindings((1, (2, 3))), bindings({"a": 1, "b": 2, "c": 3}), bindings(5))
match = case = 3
print(match, case)
