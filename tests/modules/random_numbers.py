# oracle: python3
"""random: the same numbers as CPython from the same seed."""
import random

for seed in [0, 1, 42, -42, 2**31, 2**64 + 1, 10**100, "text", b"bytes", True]:
    generator = random.Random(seed)
    print(seed, generator.random(), generator.getrandbits(1), generator.getrandbits(31), generator.getrandbits(32), generator.getrandbits(33),
          generator.getrandbits(200), generator.random())
random.seed(7)
print([random.randint(1, 100) for _ in range(20)], random.randrange(0, 10**30, 7), random.randrange(5))
print(random.choice("abcdef"), random.choices([1, 2, 3], weights=[5, 3, 1], k=10), random.sample(range(1000), 12))
deck = list(range(20))
random.shuffle(deck)
print(deck, random.uniform(1, 2), random.triangular(0, 1, 0.5), random.randbytes(8))
for name, arguments in [("gauss", (0, 1)), ("normalvariate", (0, 1)), ("expovariate", (1.5,)), ("betavariate", (1, 2)), ("gammavariate", (2, 3)),
                        ("lognormvariate", (0, 1)), ("vonmisesvariate", (0, 4)), ("paretovariate", (3,)), ("weibullvariate", (1, 1.5))]:
    print(name, getattr(random, name)(*arguments))
state = random.getstate()
first = [random.random() for _ in range(1000)]
random.setstate(state)
print(first == [random.random() for _ in range(1000)], first[999], len(state[1]), state[0], sum(state[1]) % 10**9)
for wrong in [lambda: random.getrandbits(-1), lambda: random.setstate((3, (1, 2), None)), lambda: random.choice([]), lambda: random.randrange(0),
              lambda: random.sample([1], 2), lambda: random.getrandbits("x")]:
    try:
        print(wrong())
    except Exception as error:
        print(type(error).__name__)
print(random.getrandbits(0), random.SystemRandom().random() < 1, random.Random().random() != random.Random().random())


class Mine(random.Random):
    def random(self):
        return 0.25


mine = Mine(3)
print(mine.uniform(0, 4), mine.random(), mine.getrandbits(8) < 256)
