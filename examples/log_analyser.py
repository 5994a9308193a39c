"""Analyse a web server's log with regular expressions, the lines shared out among several threads.

Without a file it makes up a log first.

usage: log_analyser.py [threads] [file]
"""

import random
import re
import sys
import threading
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field

LINE = re.compile(
    r"""
    (?P<host>\d{1,3}(?:\.\d{1,3}){3}) \s
    \[ (?P<day>\d\d/[A-Z][a-z]{2}/\d{4}) : (?P<hour>\d\d) :\d\d:\d\d \] \s
    "(?P<method>GET|POST|PUT|DELETE) \s (?P<path>/[^\s?"]*) (?:\?(?P<query>[^\s"]*))? \s HTTP/\d\.\d" \s
    (?P<status>\d{3}) \s (?P<bytes>\d+|-) \s (?P<milliseconds>\d+)ms
    """,
    re.VERBOSE,
)
NUMBER = re.compile(r"/\d+(?=/|$)")


def made_up_log(lines=12_000):
    generator = random.Random(99)
    paths = ["/", "/index.html", "/users/%d", "/users/%d/orders/%d", "/search", "/static/app.js", "/api/items/%d"]
    for _ in range(lines):
        path = generator.choice(paths)
        path = path % tuple(generator.randrange(1000) for _ in range(path.count("%d")))
        if generator.random() < 0.2:
            path += f"?page={generator.randrange(9)}&sort=name"
        if generator.random() < 0.01:
            yield f"-- rotated after {generator.randrange(10_000)} requests --"
            continue
        host = ".".join(str(generator.randrange(1, 255)) for _ in range(4))
        status = generator.choices([200, 301, 404, 500], [90, 4, 5, 1])[0]
        size = "-" if status == 301 else generator.randrange(200, 60_000)
        yield (
            f'{host} [{generator.randrange(1, 29):02}/Feb/2024:{generator.randrange(24):02}:'
            f'{generator.randrange(60):02}:{generator.randrange(60):02}] '
            f'"{generator.choices(["GET", "POST", "PUT", "DELETE"], [80, 15, 3, 2])[0]} {path} HTTP/1.1" '
            f"{status} {size} {int(generator.expovariate(1 / 40)) + 1}ms"
        )


@dataclass
class Summary:
    requests: int = 0
    bad_lines: int = 0
    bytes: int = 0
    statuses: Counter = field(default_factory=Counter)
    hours: Counter = field(default_factory=Counter)
    times: defaultdict = field(default_factory=lambda: defaultdict(list))

    def read(self, line):
        match = LINE.match(line)
        if match is None:
            self.bad_lines += 1
            return
        self.requests += 1
        self.statuses[int(match["status"])] += 1
        self.hours[match["hour"]] += 1
        self.bytes += 0 if match["bytes"] == "-" else int(match["bytes"])
        route = match["method"] + " " + NUMBER.sub("/:id", match["path"])
        self.times[route].append(int(match["milliseconds"]))

    def merge(self, other):
        self.requests += other.requests
        self.bad_lines += other.bad_lines
        self.bytes += other.bytes
        self.statuses += other.statuses
        self.hours += other.hours
        for route, times in other.times.items():
            self.times[route].extend(times)


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 4
    if len(sys.argv) > 2:
        with open(sys.argv[2], encoding="utf-8", errors="replace") as file:
            lines = file.read().splitlines()
    else:
        lines = list(made_up_log())

    total = Summary()
    lock = threading.Lock()

    def analyse(part):
        summary = Summary()
        for line in part:
            summary.read(line)
        with lock:
            total.merge(summary)

    started = time.perf_counter()
    threads = [threading.Thread(target=analyse, args=(lines[index::count],)) for index in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    elapsed = time.perf_counter() - started

    print(f"{total.requests} requests, {total.bad_lines} other lines, {total.bytes:,} bytes sent")
    for status, number in sorted(total.statuses.items()):
        print(f"  status {status}: {number:6} ({100 * number / total.requests:.1f} %)")
    busiest = min(total.hours, key=lambda hour: (-total.hours[hour], hour))
    print(f"busiest hour: {busiest} with {total.hours[busiest]} requests")
    print("slowest routes, by their 95th percentile:")
    ranked = []
    for route, times in total.times.items():
        times.sort()
        ranked.append((times[len(times) * 95 // 100], len(times), route))
    for percentile, number, route in sorted(ranked, key=lambda row: (-row[0], row[2]))[:8]:
        print(f"  {percentile:4} ms  {number:5} x {route}")
    print(f"{count} threads, {elapsed:.2f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
