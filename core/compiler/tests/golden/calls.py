class Shape:
    def area(self, *sides, scale=1.5, **options):
        return super().area(sides[0], scale=scale)

    def twice(self):
        self.value = self.area(1, 2, scale=3).real
        return print(*self.sides, sep='', **self.options), len([])
