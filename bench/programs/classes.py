"""Classes, inheritance, properties and attributes: shapes that are made, moved and measured."""

from _threads import run_same


class Shape:
    made = 0

    def __init__(self, x, y):
        self.x = x
        self.y = y

    def move(self, dx, dy):
        self.x += dx
        self.y += dy
        return self

    def area(self):
        raise NotImplementedError

    @property
    def corner(self):
        return self.x + self.y


class Square(Shape):
    def __init__(self, x, y, side):
        super().__init__(x, y)
        self.side = side

    def area(self):
        return self.side * self.side


class Rectangle(Square):
    def __init__(self, x, y, side, other):
        super().__init__(x, y, side)
        self.other = other

    def area(self):
        return self.side * self.other


def work(number):
    total = 0
    for index in range(250000):
        shapes = (Square(index, 1, index % 5), Rectangle(1, index, 2, index % 3))
        for shape in shapes:
            total += shape.move(1, -1).area() + shape.corner % 7
    return total


run_same(work, 3499992)
