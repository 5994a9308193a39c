# oracle: python3
"""str and bytes: methods, slices, formats, encodings, three widths of text."""

texts = ["", "a", "Hello, World", "straße", "ÀÉ", "λόγος", "日本語テキスト", "a😀b", "tab\tnew\nline\r\n", "  spaced  ", "ǆ", "İ"]
for s in texts:
    print(repr(s), len(s), s.upper(), s.lower(), s.title(), s.capitalize(), s.swapcase(), s.casefold(), ascii(s))
    print(s.isalpha(), s.isdigit(), s.isspace(), s.isupper(), s.istitle(), s.isidentifier(), s.isprintable(), s.isascii())
    print(s[::-1], s[1:3], s[-2:], s.encode(), s.encode("utf-16-le"), s.center(16, "*"), s.strip(), s.splitlines(), s.split())
s = "the quick brown fox jumps over the lazy dog"
print(s.find("the", 1), s.rfind("the"), s.index("quick"), s.count("o"), s.count(""), s.replace("the", "a", 1), s.find("zzz"))
print(s.split(" ", 2), s.rsplit(" ", 2), s.partition(" fox "), s.rpartition("the"), "a,b,,c".split(","), ",".join("xyz"))
print(s.startswith(("a", "the")), s.endswith("dog", 5), s.startswith("quick", 4), "x" * 3, 0 * "x", "abc" < "abd", "Z" < "a")
print("%s|%r|%5.1f|%-6d|%+d|%03o|%e|%g|%c|%%|%(k)s" % {"k": 1} if False else "%(a)s %(b)05d" % {"a": 1, "b": 2})
print("{} {1} {0}".format(1, 2) if False else "{0} {1} {0} {k[x]} {o.real}".format(1, 2, k={"x": 3}, o=4))
print("{:>10}|{:<10}|{:^10}|{:*^10}|{!r:>6}".format("a", "b", "c", "d", "e"), "{{}}".format(), "{:{}}".format("w", 5))
print("a-b_c".translate({45: None, 95: "+"}), str.maketrans("ab", "cd", "e"), "abc".translate(str.maketrans("ab", "xy")))
print("x=1;y=2".removeprefix("x="), "file.py".removesuffix(".py"), "42".zfill(5), "-42".zfill(5), "a\tb".expandtabs(4))
print("abc".ljust(5) + "|", "abc".rjust(5, "."), "Ab1 cD".swapcase(), "one two".title(), "".join(reversed("abc")), "b" in "abc")
print(sorted("hello"), list("日本"), "a" + "é" + "日" + "😀", ("a" * 3 + "😀")[3], "😀".encode("utf-8"), ord("😀"), chr(128512))
print("é" == "e\u0301", len("e\u0301"), hash("a") == hash("a"), "ab" "cd" is not None, "a" in "", "" in "a")
print(repr("quote's"), repr('double"s'), repr("both'\""), repr("\x00\x1f\x7f\x80\xa0\u2028\ud800"), repr("\\"))
for bad in (lambda: "abc"[5], lambda: "a" + 1, lambda: "abc".index("z"), lambda: "é".encode("ascii"), lambda: chr(0x110000),
            lambda: "{}".format(), lambda: "%d" % "x", lambda: "a".join([1]), lambda: ord("ab"), lambda: "a" < 1,
            lambda: "{:d}".format("x"), lambda: "".join(5), lambda: int("z", 36) + "z"):
    try:
        print(bad())
    except Exception as error:
        print(type(error).__name__)
print("é".encode("ascii", "replace"), "é".encode("ascii", "xmlcharrefreplace"), b"\xff".decode("utf-8", "replace"),
      b"\xff".decode("latin-1"), "é".encode("ascii", "backslashreplace"), b"a\xffb".decode("utf-8", "ignore"),
      b"\xff".decode("utf-8", "surrogateescape").encode("utf-8", "surrogateescape"))
grown = ""
for index in range(2000):
    grown += str(index)
print(len(grown), grown[-8:])

b = b"Hello\x00\xff"
print(b, b[0], b[1:3], b[::-1], len(b), b.hex(), b.hex(":"), bytes.fromhex("48 65"), list(b), b.upper(), b + b"!", b * 2)
print(b.find(b"l"), b.replace(b"l", b"L"), b"a,b".split(b","), b",".join([b"x", b"y"]), b.startswith(b"He"), 72 in b, b"ell" in b)
print(bytes(3), bytes([1, 2]), bytes("é", "utf-8"), bytes(range(5)), b"%d-%s" % (5, b"x"), b"abc" < b"abd", b"abc".center(7, b"."))
print(b"  x ".strip(), b"a b".split(), b"abc".translate(None, b"b"), b"ab\n".splitlines(True), b"AbC".swapcase(), b"12".isdigit())
a = bytearray(b"abc")
a.append(100)
a.extend(b"ef")
a[1:2] = b"XYZ"
del a[0]
a.insert(0, 48)
print(a, a.pop(), a.index(b"Z"), bytes(a), a == b"0XYZcde", a.reverse(), a, a.count(b"Y"), bytearray(2), a[-1], a.copy() is a)
m = memoryview(bytearray(b"0123456789"))
print(m[2:5].tobytes(), len(m), m[3], m.readonly, m[::2].tolist(), m.itemsize, m.format, m == b"0123456789")
m[0:2] = b"ab"
print(bytes(m), m.nbytes, m.hex(), memoryview(b"xyz")[-1])
print("line one\nline two\x0bthree\u2028four".splitlines(), "a\r\nb".splitlines(True), "a b\tc\nd".split(None, 1))
print("Σίσυφος".lower(), "ΑΣ".lower(), "ﬁ".upper(), "ß".upper(), "ŉ".upper(), "½".isnumeric(), "²".isdigit(), "٣".isdecimal(), int("٣"))


class Token(str):
    """A string with members of its own."""

    __slots__ = ("kind", "line")

    def __new__(cls, kind, text):
        token = super().__new__(cls, text)
        token.kind = kind
        return token


class Indented(Token):
    pass


for cls in (Token, Indented):
    token = cls("word", "text é €")
    token.line = 3
    print(token.kind, token.line, token, len(token), token.upper(), hash(token) == hash("text é €"), token[5], hasattr(token, "__dict__"))
    del token.line
    print(hasattr(token, "line"))
token.depth = 4
print(token.__dict__)
for base in (int, bytes, tuple):
    try:
        type("Slots", (base,), {"__slots__": ("kind",)})
    except TypeError as error:
        print(error)
