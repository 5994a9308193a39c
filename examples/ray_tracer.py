"""A small ray tracer: a thread pool renders the rows of a picture, which is written as a PPM file.

usage: ray_tracer.py [threads] [file] [width] [height]
"""

import math
import sys
import time
import zlib
from concurrent.futures import ThreadPoolExecutor


class Vector:
    __slots__ = ("x", "y", "z")

    def __init__(self, x, y, z):
        self.x = x
        self.y = y
        self.z = z

    def __add__(self, other):
        return Vector(self.x + other.x, self.y + other.y, self.z + other.z)

    def __sub__(self, other):
        return Vector(self.x - other.x, self.y - other.y, self.z - other.z)

    def __mul__(self, factor):
        return Vector(self.x * factor, self.y * factor, self.z * factor)

    def dot(self, other):
        return self.x * other.x + self.y * other.y + self.z * other.z

    def normalized(self):
        return self * (1.0 / math.sqrt(self.dot(self)))

    def reflected(self, normal):
        return self - normal * (2.0 * self.dot(normal))


class Sphere:
    def __init__(self, center, radius, color, shine):
        self.center = center
        self.radius = radius
        self.color = color
        self.shine = shine

    def intersect(self, origin, direction):
        offset = origin - self.center
        b = offset.dot(direction)
        c = offset.dot(offset) - self.radius * self.radius
        discriminant = b * b - c
        if discriminant < 0.0:
            return None
        root = math.sqrt(discriminant)
        for distance in (-b - root, -b + root):
            if distance > 1e-6:
                return distance
        return None

    def normal_at(self, point):
        return (point - self.center).normalized()

    def color_at(self, point):
        return self.color


class Floor:
    """A chequered plane."""

    shine = 0.2

    def __init__(self, height):
        self.height = height

    def intersect(self, origin, direction):
        if abs(direction.y) < 1e-9:
            return None
        distance = (self.height - origin.y) / direction.y
        return distance if distance > 1e-6 else None

    def normal_at(self, point):
        return Vector(0.0, 1.0, 0.0)

    def color_at(self, point):
        dark = (math.floor(point.x) + math.floor(point.z)) % 2 == 0
        return Vector(0.2, 0.2, 0.25) if dark else Vector(0.9, 0.9, 0.85)


class Scene:
    def __init__(self, things, light):
        self.things = things
        self.light = light

    def nearest(self, origin, direction):
        best, found = math.inf, None
        for thing in self.things:
            distance = thing.intersect(origin, direction)
            if distance is not None and distance < best:
                best, found = distance, thing
        return best, found

    def trace(self, origin, direction, depth=0):
        distance, thing = self.nearest(origin, direction)
        if thing is None:
            glow = 0.5 * (direction.y + 1.0)
            return Vector(1.0, 1.0, 1.0) * (1.0 - glow) + Vector(0.4, 0.6, 1.0) * glow
        point = origin + direction * distance
        normal = thing.normal_at(point)
        to_light = (self.light - point).normalized()
        _, blocker = self.nearest(point, to_light)
        brightness = 0.15 if blocker else 0.15 + 0.85 * max(0.0, normal.dot(to_light))
        color = thing.color_at(point) * brightness
        if thing.shine > 0.0 and depth < 3:
            mirrored = self.trace(point, direction.reflected(normal), depth + 1)
            color = color * (1.0 - thing.shine) + mirrored * thing.shine
        return color


def make_scene():
    spheres = [
        Sphere(Vector(-1.2, 0.0, 4.0), 1.0, Vector(0.9, 0.3, 0.25), 0.3),
        Sphere(Vector(1.1, -0.2, 3.2), 0.8, Vector(0.3, 0.8, 0.35), 0.25),
        Sphere(Vector(0.2, 0.9, 5.5), 1.3, Vector(0.35, 0.45, 0.95), 0.5),
    ]
    return Scene([*spheres, Floor(-1.0)], light=Vector(-4.0, 6.0, -2.0))


def render_row(scene, row, width, height):
    pixels = bytearray()
    origin = Vector(0.0, 0.4, -1.5)
    for column in range(width):
        x = (2.0 * (column + 0.5) / width - 1.0) * width / height
        y = 1.0 - 2.0 * (row + 0.5) / height
        color = scene.trace(origin, Vector(x, y, 1.8).normalized())
        for part in (color.x, color.y, color.z):
            pixels.append(int(255 * min(1.0, math.sqrt(max(0.0, part)))))
    return bytes(pixels)


def main():
    threads = int(sys.argv[1]) if len(sys.argv) > 1 else 4
    path = sys.argv[2] if len(sys.argv) > 2 else "picture.ppm"
    width = int(sys.argv[3]) if len(sys.argv) > 3 else 120
    height = int(sys.argv[4]) if len(sys.argv) > 4 else 90

    scene = make_scene()
    started = time.perf_counter()
    with ThreadPoolExecutor(max_workers=threads) as pool:
        rows = list(pool.map(lambda row: render_row(scene, row, width, height), range(height)))
    elapsed = time.perf_counter() - started

    picture = b"".join(rows)
    with open(path, "wb") as file:
        file.write(b"P6\n%d %d\n255\n" % (width, height))
        file.write(picture)

    print(f"{path}: {width} x {height}, {len(picture)} bytes of pixels, checksum {zlib.crc32(picture):08x}")
    print(f"{threads} threads, {elapsed:.2f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
