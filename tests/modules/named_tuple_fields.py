# oracle: python3
"""Fields of named tuples: read many times, of subclasses, and of tuples of the class that are too short."""

from collections import namedtuple

Point = namedtuple("Point", "x y z")


class Dotted(Point):
    """Has a dict."""


def field(point):
    try:
        return point.z
    except IndexError as error:
        return repr(error)


class Other:
    z = "other"


dotted = Dotted(7, 8, 9)
dotted.w = 1
short = tuple.__new__(Dotted, (1, 2))
short.w = 2
points = [Point(1, 2, 3), tuple.__new__(Point, (1, 2)), dotted, short, Other(), Point(4, 5, 6), tuple.__new__(Point, (1, 2, 3, 4))]
for _ in range(3):
    print([field(point) for point in points])
for point in points:
    print([field(point) for _ in range(4)])
for _ in range(3):
    try:
        points[0].z = 1
    except AttributeError as error:
        print(error)
print(type(Point.z).__name__, Point.z.__get__(points[0], Point), Point.__doc__, Point.z.__doc__)
Point.z = property(lambda point: "replaced")
print([field(point) for point in points])
