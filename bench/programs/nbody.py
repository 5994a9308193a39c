"""Planets that attract each other: float arithmetic on attributes of a few lists."""

from _threads import run_same

PI = 3.141592653589793
SUN = 4 * PI * PI
YEAR = 365.24

# Position, velocity and mass of the Sun and the four outer planets, at noon of 1 January 2000.
BODIES = [
    ([0.0, 0.0, 0.0], [0.0, 0.0, 0.0], SUN),
    (
        [4.84143144246472090e00, -1.16032004402742839e00, -1.03622044471123109e-01],
        [1.66007664274403694e-03 * YEAR, 7.69901118419740425e-03 * YEAR, -6.90460016972063023e-05 * YEAR],
        9.54791938424326609e-04 * SUN,
    ),
    (
        [8.34336671824457987e00, 4.12479856412430479e00, -4.03523417114321381e-01],
        [-2.76742510726411899e-03 * YEAR, 4.99852801234917238e-03 * YEAR, 2.30417297573763929e-05 * YEAR],
        2.85885980666130812e-04 * SUN,
    ),
    (
        [1.28943695621391310e01, -1.51111514016986312e01, -2.23307578892655734e-01],
        [2.96460137564761618e-03 * YEAR, 2.37847173959480950e-03 * YEAR, -2.96589568540237556e-05 * YEAR],
        4.36624404335156298e-05 * SUN,
    ),
    (
        [1.53796971148509165e01, -2.59193146099879641e01, 1.79258772950371181e-01],
        [2.68067772490389322e-03 * YEAR, 1.62824170038242295e-03 * YEAR, -9.51592254519715870e-05 * YEAR],
        5.15138902046611451e-05 * SUN,
    ),
]


def energy(bodies):
    total = 0.0
    for index, (place, speed, mass) in enumerate(bodies):
        total += 0.5 * mass * sum(part * part for part in speed)
        for other_place, _, other_mass in bodies[index + 1 :]:
            distance = sum((a - b) ** 2 for a, b in zip(place, other_place)) ** 0.5
            total -= mass * other_mass / distance
    return total


def advance(bodies, steps, dt):
    pairs = [(a, b) for index, a in enumerate(bodies) for b in bodies[index + 1 :]]
    for _ in range(steps):
        for (place_a, speed_a, mass_a), (place_b, speed_b, mass_b) in pairs:
            dx = place_a[0] - place_b[0]
            dy = place_a[1] - place_b[1]
            dz = place_a[2] - place_b[2]
            pull = dt / (dx * dx + dy * dy + dz * dz) ** 1.5
            pull_a = mass_a * pull
            pull_b = mass_b * pull
            speed_a[0] -= dx * pull_b
            speed_a[1] -= dy * pull_b
            speed_a[2] -= dz * pull_b
            speed_b[0] += dx * pull_a
            speed_b[1] += dy * pull_a
            speed_b[2] += dz * pull_a
        for place, speed, _ in bodies:
            place[0] += dt * speed[0]
            place[1] += dt * speed[1]
            place[2] += dt * speed[2]


def work(number):
    bodies = [(list(place), list(speed), mass) for place, speed, mass in BODIES]
    momentum = [sum(speed[axis] * mass for _, speed, mass in bodies) for axis in range(3)]
    for axis in range(3):
        bodies[0][1][axis] = -momentum[axis] / SUN
    before = energy(bodies)
    advance(bodies, 90000, 0.001)
    # The method keeps the energy to a few parts in a hundred thousand.
    return round(before, 9), abs(energy(bodies) - before) < 1e-5


run_same(work, (-0.169075164, True))
