# oracle: python3
"""Short and long strings at every length, in every width, made in every way: equality, membership, keys, hashes, joins, slices, formats."""

import random


class Sub(str):
    pass


def texts(alphabet):
    """Strings of every length up to 70 over an alphabet, and of some lengths beyond."""
    generator = random.Random(1)
    for length in list(range(71)) + [127, 128, 129, 255, 256, 257, 300]:
        yield "".join(generator.choice(alphabet) for _ in range(length))


def grown(text):
    """The same text, made by appending: long ones lie in a buffer that goes on behind their end."""
    made = ""
    for character in text:
        made += character
    more = made + "tail" * 40
    assert more.startswith(made)
    return made


ALPHABETS = ["ab", "a`b", "\x00\x01\x02", "\x7f\xff\xfe", "a\u0100\u0101", "a\u20ac", "a\U0001f600b"]

total = 0
for alphabet in ALPHABETS:
    for text in texts(alphabet):
        copy = "".join(list(text))
        again = grown(text)
        sub = Sub(text)
        assert text == copy == again == sub and hash(text) == hash(copy) == hash(again) == hash(sub)
        assert {text: 1}[copy] == {copy: 1}[again] == {again: 1}[text] == {sub: 1}[text] == {text: 1}[sub] == 1
        assert text in {copy} and again in {text} and copy in {again: 1}
        for place in {0, len(text) // 2, len(text) - 1}:
            if not 0 <= place < len(text):
                continue
            other = text[:place] + chr(ord(text[place]) ^ 1) + text[place + 1 :]
            assert other != text and other not in {text} and other != again and {text: 1}.get(other) is None
            assert (other < text) == (list(other) < list(text))
        for needle in ["a", "b", "`", "\x00", "\x01", "\xff", "\xfe", "\u0100", "\u20ac", "\U0001f600", "", "ab", text[3:7], text[-2:]]:
            slowly = any(text[at : at + len(needle)] == needle for at in range(len(text) - len(needle) + 1))
            assert (needle in text) == (needle in again) == (needle in sub) == slowly, (text, needle)
            if needle:
                assert text.count(needle) == len(text.split(needle)) - 1 == (len(text) - len(text.replace(needle, ""))) // len(needle)
                assert text.find(needle) == next(
                    (at for at in range(len(text)) if text[at : at + len(needle)] == needle), -1
                )
            total += text.count(needle) + again.count(needle)
        assert [character for character in text] == list(text) == [again[at] for at in range(len(again))]
        assert "".join(reversed(text)) == text[::-1] == again[::-1] == sub[::-1]
        for start, stop, step in [(1, -1, 1), (None, None, 2), (None, None, -2), (5, 2, -1), (-3, None, None), (2, 9, 3)]:
            assert text[start:stop:step] == "".join(list(text)[start:stop:step])
        assert "%s|%5s|%03s" % (text, text, text) == "{}|{:>5}|{:>3}".format(text, text, text)
        assert f"{text}{len(text)}" == text + str(len(text)) == "%s%d" % (text, len(text))
        assert "-".join([text, copy, again, sub]) == text + "-" + text + "-" + text + "-" + text
        assert "-".join((text,)) == text and text * 3 == "".join([text] * 3)
        assert text.title().lower() == text.lower() or not text.isascii()
print(total)

# A mark behind the end of a short text, and one that only a borrow would make.
for length in range(1, 17):
    for place in range(length):
        text = "`" * place + "a" + "`" * (length - place - 1)
        assert "a" in text and "`" in text or length == 1
        assert "b" not in text and "\x00" not in text
        assert "a" not in text[:place] and "a" not in text[place + 1 :]
    assert "\x00" not in "\x01" * length and "\x01" not in "\x00" * length

# Loops over strings, left early, nested, and over strings that others hold.
text = "h\xe9llo"
for wide in [text, text + "\u20ac", text + "\U0001f600", Sub(text), "", "x"]:
    pairs = []
    for first in wide:
        for second in wide:
            if second == "l":
                break
            pairs.append(first + second)
        else:
            pairs.append("end")
    print(pairs)
    iterator = iter(wide)
    print([character for character in iterator], list(iterator))


def generate(text):
    for character in text:
        received = yield character
        if received:
            print("received", received)


generator = generate("abc\u20ac")
print(next(generator), generator.send("x"), list(generator))

# The numbers of formats.
for number in [0, 1, -1, 9, 10, 99, 100, 101, 999, 1000, -1000, 12345678901234567890, 2**62, -(2**62), 2**62 - 1, 2**63, -(2**63), True]:
    print("%d %5d %05d %s %3s %i|%0d|%12s|%-6d|%+d|%x" % ((number,) * 11), str(number), f"{number}", "{}{}".format(number, number))
print("%d%%|%s|%5s|%05s" % (7, "a", "b", "c"), "%s" % "alone", "%d" % 5, "%5d" % -42, "%%" % (), "%s" % ((1, 2),))
print("%(a)s %(b)05d %(a)5s" % {"a": "x", "b": -7}, "%s" % {"a": 1}, "%s %s" % (1.5, None), "%s" % Sub("sub"))
for wrong in [("%d", "x"), ("%d %d", (1,)), ("%d", (1, 2)), ("%s", ()), ("%", (1,)), ("%5", (1,)), ("%z", (1,)), ("%d", 1.5), ("%99999999999999999999d", 1), ("%s %(a)s", (1,)), ("%(a)d", {"a": "x"}), ("x", 5)]:
    try:
        print(wrong[0] % wrong[1])
    except (TypeError, ValueError, KeyError, OverflowError) as error:
        print(type(error).__name__, error)


class Right(str):
    def __rmod__(self, other):
        return "reflected " + other

    def __radd__(self, other):
        return "added " + other


print("%s" % Right("x"), "a" + Right("x"), "%s" % Sub("x"), "ab" * 3, "ab" * 0, "ab" * -1, "ab" * True)
print("{}{}".format(1, "a"), "{0}{1}{0}".format("a", -5), "{{}}{}".format("x"), "{!r}".format("x"), "{:5}|{:<5}|{:>5}".format("a", 1, 2))
for template, values in [("{", ()), ("}", ()), ("{}", ()), ("{}{0}", (1,)), ("{0}{}", (1,)), ("{x}", ()), ("a{}b}", (1,)), ("{!z}", (1,)), ("{:{}}", (1, 5)), ("{:d}", ("x",))]:
    try:
        print(template.format(*values))
    except (ValueError, IndexError, KeyError) as error:
        print(type(error).__name__, error)


class Odd:
    def __str__(self):
        return Sub("odd")

    def __bool__(self):
        return False


print(str(Odd()), type(str(Odd())).__name__, bool(Odd()), bool([]), bool("a"), type(5) is int, type(Odd()) is Odd, int(7), float(2.5), str(), bool())
for call in [lambda: str(1, 2, 3, 4), lambda: type(), lambda: bool(1, 2), lambda: str(b"x", "no such codec")]:
    try:
        print(call())
    except (TypeError, LookupError) as error:
        print(type(error).__name__)

# Tables with keys that only look alike, deleted and set again.
table = {}
for turn in range(3):
    for number in range(200):
        table[str(number)] = number
        table[number] = -number
        table[float(number) + 0.5] = turn
    for number in range(0, 200, 3):
        del table[str(number)], table[number]
    assert all(table.get(str(number)) == (None if number % 3 == 0 else number) for number in range(200))
    assert all(table.get(float(number)) == (None if number % 3 == 0 else -number) for number in range(200))
    assert table.get(True) == table.get(1) == -1 and 1 in table and "1" in table and Sub("1") in table
print(len(table), sorted(map(str, table))[:5])
