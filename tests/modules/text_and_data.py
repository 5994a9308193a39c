# oracle: python3
"""re, json, string, textwrap, struct, hashlib, base64, datetime, decimal, fractions, statistics, random, enum, dataclasses."""

import base64
import copy
import dataclasses
import datetime
import decimal
import enum
import fractions
import hashlib
import json
import math
import random
import re
import statistics
import string
import struct
import textwrap

print(re.findall(r"(\w)(\d+)", "a1 b22 c"), re.sub(r"(\w+) (\w+)", r"\2 \1", "hello world"), re.split(r"[,;]\s*", "a, b;c"))
m = re.search(r"(?P<year>\d{4})-(?P<month>\d\d)", "on 2024-05-06")
print(m.group(), m["year"], m.groups(), m.groupdict(), m.span("month"), m.start(), m.lastgroup, m.string[m.end():])
print(re.match(r"(?i)HELLO", "hello") is not None, re.fullmatch(r"a*?b+", "aabb"), re.compile(r"^\w+$", re.M).findall("ab\ncd"))
print(re.sub(r"\d", lambda m: str(int(m[0]) * 2), "a1b5"), re.escape("a.b*c"), re.findall(r"(?<=a)b(?!c)", "abc abd"), re.subn("a", "b", "aa"))
print([m.group() for m in re.finditer(r"\b\w", "the quick fox")], re.split(r"(-)", "a-b"), re.findall(r"[^\W\d_]+", "añb_c1"))
try:
    re.compile("(")
except re.error as error:
    print("re.error", error.pos)

data = {"a": [1, 2.5, True, None, "é\n\""], "b": {"c": []}, "n": -1e20}
text = json.dumps(data)
print(text, json.loads(text) == data, json.dumps(data, indent=2, sort_keys=True, ensure_ascii=False), json.dumps([1], separators=(",", ":")))
print(json.loads('{"x": [1, 2, {"y": "\\u00e9\\ud83d\\ude00"}], "z": 1.5e3}'), json.dumps((1, 2)), json.dumps({1: 2, None: 3, True: 4}))
for bad in ("{", "[1 2]", "nul", '{"a" 1}', "01", '"\n"'):
    try:
        json.loads(bad)
    except json.JSONDecodeError as error:
        print(error.lineno, error.pos)

print(string.ascii_letters[:5], string.Template("$a ${b}").substitute(a=1, b=2), textwrap.fill("the quick brown fox " * 3, 20))
print(textwrap.dedent("  a\n    b\n"), textwrap.shorten("hello wide world", 12), textwrap.indent("a\nb", "> "))
print(struct.pack("<IhB3s", 1, -2, 3, b"abc"), struct.unpack(">dq", struct.pack(">dq", 1.5, -9)), struct.calcsize("=bhiq"))
print(hashlib.md5(b"x").hexdigest(), hashlib.sha256(b"abc").hexdigest(), hashlib.sha1(b"").hexdigest(), hashlib.blake2b(b"q", digest_size=8).hexdigest())
print(base64.b64encode(b"hello"), base64.b64decode("aGk="), base64.b16encode(b"\xff"), base64.urlsafe_b64encode(b"\xff\xfe"))

d = datetime.datetime(2024, 2, 29, 13, 5, 9, 1234)
print(d, d.isoformat(), d + datetime.timedelta(days=366, seconds=5), d.strftime("%Y/%m/%d %H:%M:%S %j %a"), d.date().weekday(), d - datetime.datetime(2024, 1, 1))
print(datetime.date(2024, 12, 30).isocalendar()[:2], datetime.datetime.fromisoformat("2024-01-02T03:04:05+02:00"), datetime.timedelta(hours=-1), datetime.time(1, 2))
print(datetime.datetime.strptime("2023-07-01", "%Y-%m-%d"), datetime.timezone.utc, datetime.date.fromordinal(738000), d.replace(year=2020).timestamp() > 0)
D = decimal.Decimal
print(D("0.1") + D("0.2"), D(1) / D(7), D("1.10").normalize(), D("2.675").quantize(D("0.01")), D(2).sqrt(), D("1e5"), round(D("2.5")), D("NaN").is_nan())
F = fractions.Fraction
print(F(1, 3) + F(1, 6), F("0.125"), F(7, 2) // 1, F(3, 4) ** 2, float(F(1, 8)), F(22, 7).limit_denominator(3), F(0.5))
print(statistics.mean([1, 2, 4]), statistics.median([3, 1, 2]), statistics.stdev([1, 2, 3, 4]), statistics.mode("aab"), statistics.quantiles([1, 2, 3, 4]))
r = random.Random(42)
print(r.random(), r.randint(1, 100), r.choice("abc"), r.sample(range(50), 4), r.shuffle(s := list(range(6))), s, r.gauss(0, 1), r.getrandbits(70), r.uniform(1, 2))
print(math.sqrt(2), math.gcd(12, 18), math.factorial(20), math.floor(-2.5), math.ceil(2.1), math.isclose(0.1 + 0.2, 0.3), math.hypot(3, 4), math.log(8, 2))
print(math.comb(5, 2), math.isqrt(10**20), math.prod([1, 2, 3]), math.fsum([0.1] * 10), math.atan2(1, 1), math.degrees(math.pi), math.inf, math.copysign(1, -0.0))
print(math.frexp(10), math.modf(2.5), math.trunc(-2.7), math.fmod(-7, 3), math.exp(1), math.sin(1), math.lcm(4, 6), math.dist((0, 0), (3, 4)), math.perm(5, 2))


class Color(enum.Enum):
    RED = 1
    GREEN = 2
    ALIAS = 1

    def describe(self):
        return self.name.lower()


class Flags(enum.Flag):
    A = enum.auto()
    B = enum.auto()


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 5


print(Color.RED, repr(Color.GREEN), Color(1), Color["GREEN"], Color.ALIAS is Color.RED, list(Color), Color.RED.describe(), Color.RED.value)
print(Flags.A | Flags.B, Flags.A in (Flags.A | Flags.B), Level.HIGH > 3, Level.LOW + 1, isinstance(Color.RED, Color))


@dataclasses.dataclass(order=True)
class Item:
    name: str
    price: float = 1.0
    tags: list = dataclasses.field(default_factory=list, compare=False)

    def __post_init__(self):
        self.total = self.price * 2


@dataclasses.dataclass(frozen=True)
class Frozen:
    x: int


i = Item("a", 2.5)
print(i, i == Item("a", 2.5, [1]), i < Item("b"), i.total, dataclasses.asdict(i), dataclasses.replace(i, name="z"), hash(Frozen(1)) == hash(Frozen(1)))
try:
    Frozen(1).x = 2
except dataclasses.FrozenInstanceError as error:
    print(error)
n = [1, [2, {"k": (3,)}]]
c = copy.deepcopy(n)
c[1][1]["k"] += (4,)
print(n, c, copy.copy(n)[1] is n[1], copy.deepcopy(i) == i)
