# oracle: asserts
"""Eight threads on one pattern, on one iterator, on the cache of `re`; a match that takes for ever stops no other thread and ends with
an exception; code that `re` did not write is refused."""

import _sre
import _thread
import re
import threading
import time

THREADS = 8


def together(work):
    barrier = threading.Barrier(THREADS)
    errors = []

    def run(index):
        try:
            barrier.wait()
            work(index)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(index,)) for index in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


# One pattern, a subject of each width.
pattern = re.compile(r"(?P<name>\w+)=(?P<value>\d+)(;|$)")


def use_pattern(index):
    letter = "a\u00e4\u03b1\U00010400"[index % 4]
    subject = ";".join("{}{}={}".format(letter, number, number * index) for number in range(200))
    for _ in range(10):
        pairs = [(match["name"], int(match["value"])) for match in pattern.finditer(subject)]
        assert pairs == [(letter + str(number), number * index) for number in range(200)]
        assert pattern.sub(r"\g<value>,", subject) == "".join("{},".format(number * index) for number in range(200))
        assert len(pattern.split(subject)) == 801 and len(pattern.findall(subject)) == 200


together(use_pattern)

# One iterator: each match is given to one thread.
shared = re.finditer(r"\d+", " ".join(str(number) for number in range(4000)))
taken = [[] for _ in range(THREADS)]


def take(index):
    for match in shared:
        taken[index].append(int(match.group()))


together(take)
assert sorted(number for numbers in taken for number in numbers) == list(range(4000))
assert all(numbers == sorted(numbers) for numbers in taken)


# The cache, which fills and drops entries.
def use_cache(index):
    for number in range(700):
        assert re.match("(?:a{{{}}})b".format(number % 350 + index), "a" * (number % 350 + index) + "b")


together(use_cache)


# A bytearray that others write while it is searched.
array = bytearray(b"ab" * 1000)


def search_and_write(index):
    for number in range(100):
        assert re.compile(b"[abc]+").match(array).end() == 2000
        array[index * 10 + number] = b"abc"[number % 3]


together(search_and_write)

# A match that takes exponential time.
hopeless = re.compile("(a+)+$")
release = []
endless = threading.Thread(target=lambda: hopeless.match("a" * 24 + "b"))
endless.start()
start = time.monotonic()
for _ in range(100):
    release.append([object() for _ in range(1000)])
assert time.monotonic() - start < 20
endless.join()


def interrupt():
    time.sleep(0.2)
    _thread.interrupt_main()


threading.Thread(target=interrupt).start()
try:
    hopeless.match("a" * 60 + "b")
except KeyboardInterrupt:
    pass
else:
    raise AssertionError("not interrupted")

# Deep and long.
assert re.match("(?:a|b)*", "ab" * 100_000).end() == 200_000
assert re.fullmatch("(?:(?:a|b)*?c?)+", "ab" * 10_000)
assert re.compile("(" * 90 + "a" + ")" * 90).match("a").groups() == ("a",) * 90


# Code that makes no sense is refused, or matches something or nothing.
def refused(code, groups=0):
    try:
        made = _sre.compile("x", 0, code, groups, {}, ())
    except (RuntimeError, OverflowError):
        return True
    made.match("aaa")
    made.search("aaa")
    return False


assert refused([]) and refused([99, 1]) and refused([16]) and refused([17, 0, 1]) and refused([2**32, 1]) and refused([7, 5, 1])
assert refused([24, 4, 0, 5, 2, 1, 1]) is True and refused([24, 5, 5, 0, 2, 1, 1]) and refused([11, 0, 1]) and refused([13, 9, 16, 97, 0, 1])
genuine = []
real_compile = _sre.compile
for source in ("(a|b)*c", r"(?<=x)[a-z\u0100-\uffff]+?(\d)\1", "(?>a++|b)(?(1)c|d)", "(?i:abc|(x)y){2,5}", "(?!a)b*?$"):
    import re._compiler
    import re._parser
    parsed = re._parser.parse(source if "(1)" not in source or "(x)" in source else "(z)?" + source)
    genuine.append((re._compiler._code(parsed, parsed.state.flags), parsed.state.groups - 1))
state = 7
for code, groups in genuine:
    assert not refused(code, groups)
    for _ in range(2000):
        broken = list(code)
        for _ in range(2):
            state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
            broken[(state >> 33) % len(broken)] = (state >> 20) % 48
        refused(broken, groups)
print("ok")
