"""Conway's game of life: each thread owns a band of rows, and all meet at a barrier between generations.

usage: life.py [threads] [generations]
"""

import sys
import threading
import time

WIDTH, HEIGHT = 72, 48

SEED = {
    "glider": [(1, 0), (2, 1), (0, 2), (1, 2), (2, 2)],
    "r-pentomino": [(1, 0), (2, 0), (0, 1), (1, 1), (1, 2)],
    "acorn": [(1, 0), (3, 1), (0, 2), (1, 2), (4, 2), (5, 2), (6, 2)],
}


class World:
    def __init__(self, width, height):
        self.width = width
        self.height = height
        self.now = [[0] * width for _ in range(height)]
        self.next = [[0] * width for _ in range(height)]
        self.history = []

    def place(self, pattern, left, top):
        for x, y in SEED[pattern]:
            self.now[(top + y) % self.height][(left + x) % self.width] = 1

    def step(self, rows):
        width, now = self.width, self.now
        for y in rows:
            above, here, below = now[y - 1], now[y], now[(y + 1) % self.height]
            row = self.next[y]
            for x in range(width):
                west, east = x - 1, (x + 1) % width
                neighbours = (
                    above[west] + above[x] + above[east]
                    + here[west] + here[east]
                    + below[west] + below[x] + below[east]
                )
                row[x] = 1 if neighbours == 3 or (neighbours == 2 and here[x]) else 0

    def turn(self):
        self.now, self.next = self.next, self.now
        self.history.append(sum(map(sum, self.now)))

    def __str__(self):
        return "\n".join("".join(".#"[cell] for cell in row) for row in self.now)


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 4
    generations = int(sys.argv[2]) if len(sys.argv) > 2 else 120

    world = World(WIDTH, HEIGHT)
    world.place("glider", 2, 2)
    world.place("r-pentomino", 40, 20)
    world.place("acorn", 15, 35)

    ready = threading.Barrier(count, action=world.turn)

    def live(rows):
        for _ in range(generations):
            world.step(rows)
            ready.wait()

    started = time.perf_counter()
    edges = [HEIGHT * index // count for index in range(count + 1)]
    threads = [
        threading.Thread(target=live, args=(range(first, last),))
        for first, last in zip(edges, edges[1:])
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    elapsed = time.perf_counter() - started

    print(world)
    print(f"{generations} generations; alive: {world.history[0]} at first, {world.history[-1]} at last, "
          f"{max(world.history)} at most")
    print(f"{count} threads, {elapsed:.2f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
