name: str = 'x'


class Box[T]:
    items: list[T]

    def put(self, item: T) -> None:
        self.items.append(item)


type Pair[A] = tuple[A, A]
