# oracle: python3
"""Every kind of operation of regular expressions, on the three widths of text and on bytes; made-up patterns against made-up text."""

import re


def show(function, *arguments, **keywords):
    try:
        result = function(*arguments, **keywords)
    except Exception as error:
        print("error" if isinstance(error, re.error) else type(error).__name__, error)
    else:
        print(ascii(result))


# Results of matches.
found = re.compile(r"(?P<first>a+)(b)?(?P<last>c)").search("xxaac", 1)
print(found, found.group(), found.group(0, 1, "last"), found.groups(), found.groups("-"), found.groupdict(), found["first"])
print(found.start(), found.end(1), found.span("last"), found.span(2), found.regs, found.lastindex, found.lastgroup)
print(found.pos, found.endpos, found.string, found.re is re.compile(found.re.pattern), bool(found), found.re.groupindex)
print(found.expand(r"<\1|\2|\g<last>>"), found.expand("plain"))
for wrong in (3, -1, "nobody", None, 1.5, 10**30):
    show(found.group, wrong)
    show(found.span, wrong)

# Patterns as objects.
pattern = re.compile("ab|c", re.I | re.M)
print(pattern, re.compile(b"x", re.L), re.compile("a" * 300), pattern.flags, pattern.groups, pattern.pattern)
print(pattern == re.compile("ab|c", re.M | re.I), pattern == re.compile("ab|c"), hash(pattern) == hash(re.compile("ab|c", re.I | re.M)))
show(lambda: re.compile("a").match(1))
show(lambda: re.compile("a").match(b"a"))
show(lambda: re.compile(b"a").match("a"))
show(lambda: re.compile("a").sub(lambda match: 1, "ba"))
show(lambda: re.compile("a").sub(b"x", "ba"))
show(lambda: re.compile(b"a").sub("x", b"ba"))
show(lambda: re.sub("a", "\\1", "a"))
show(lambda: re.sub("a", "\\z", "a"))
show(lambda: re.Pattern())
print(re.Pattern[str], re.Match[bytes])

# Positions.
for start in (-3, 0, 2, 5, 9):
    for end in (-1, 0, 2, 4, 9):
        matches = [getattr(re.compile(r"\b\w"), name)("ab cd", start, end) for name in ("match", "search", "fullmatch")]
        print(start, end, [match and match.span() for match in matches], re.compile("").findall("ab cd", start, end))

# Replacement, splitting, iteration.
print(re.sub(r"(\w)(\d)?", r"[\2\1]", "a1b2c"), re.subn("x*", "-", "abxd"), re.sub("a", "b", "aaaa", count=2))
print(re.sub("(?P<n>b)", lambda match: match["n"].upper() * match.end(), "abcb"), re.sub("b", lambda match: None, "abc"))
print(re.split(r"(,)|;", "a,b;c"), re.split("x*", "axbc"), re.split(",", "a,b,c", maxsplit=1), re.findall(r"(\w)(\d)?", "a1b"))
print([match.span() for match in re.finditer("a*", "baac")], type(re.finditer("a", "")).__name__)
scanner = re.compile(r"\d|\w").scanner("a1")
print(scanner.match(), scanner.search(), scanner.match(), scanner.search(), scanner.pattern)
lexer = re.Scanner([(r"\d+", lambda scanner, text: int(text)), (r"[a-z]+", lambda scanner, text: text), (r"\s+", None)])
print(lexer.scan("12 ab 3!x"))

# Subjects that are not str.
text = bytearray(b"abcabc")
print(re.findall(b"b.", text), re.sub(b"b", b"-", text), re.match(b"a(b)", text).group(1), re.findall(b"b", memoryview(text)))
print(re.split(b"b", text), re.compile(b"\xe4", re.I).findall(b"\xe4\xc4"), re.findall(rb"\w", b"a\xe4_"))

# Case, categories, widths.
for flags in (0, re.I, re.A, re.I | re.A):
    for source in ("[a-z\u017f\u212a]+", "straSSE|K", r"\w+", r"\d+", r"[^\W\d]+", "\u0130|i", "(?:\u03c3)+", "\u1f80", "[\u0400-\u04ff]+", "\U00010400"):
        subject = "abc\u017fK\u212a \u0663 \u0130i \u03c3\u03c2\u03a3 \u1f88 \u0416\u0436 \U00010428 stra\u00dfe"
        print(ascii(source), int(flags), [match.span() for match in re.finditer(source, subject, flags)])
show(re.findall, "[^\n\u2028]+", "a\u2028b\U0001f600\nc")
show(re.findall, "(?s:.)|^b$", "a\nb", re.M)
show(re.findall, "[\U0001f600-\U0001f64f\ud800-\udfff]", "x\U0001f601\ud900")

# References, conditions, lookaround, atoms.
for source, subject in (
    (r"(a)?(?(1)b|c)", "abcb"), (r"(\w)\1", "abbcdd"), (r"(?i)(a)\1", "aA"), (r"(?<=ab)c(?!d)", "abcd abc"), (r"(?<!a)b", "ab b"),
    (r"(?>a+)ab", "aaab"), (r"a++b", "aab"), (r"(?:ab)*+c", "ababc"), (r"(?:a|ab)(?:c|bcd)(d*)", "abcd"), (r"(a|b)*?c", "abac"),
    (r"(?:(a)|(b))*", "ab"), (r"(a*)*", "aaa"), (r"(a*?)*?b", "aab"), (r"((a)|b){2,3}", "aba"), (r"^(?:a?){3}a{3}$", "aaa"),
    (r"\Aab\Z", "ab"), (r"(?m)^.$", "a\nb\n"), (r"b$", "ab\n"), (r"\bfoo\b", "foo bar"), (r"(?x) a b # c", "ab"), (r"(?=(a+))a*b\1", "baaabac"),
    (r"(?!(a)b)\w", "acab"), (r"(.{3,5}?)x", "abcdefx"), (r".*?(\d+)", "ab123"), (r"\d{2,3}?", "12345"), (r"(?:\s|\w){5}", "ab cde"),
):
    show(lambda: [(match.regs, match.lastindex) for match in re.finditer(source, subject)])

# Patterns by a generator of random numbers.
state = 20


def number(limit):
    global state
    state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
    return (state >> 33) % limit


def choose(choices):
    return choices[number(len(choices))]


def expression(depth):
    kind = number(20 if depth > 0 else 9)
    if kind < 4:
        return choose("abcAB\u00e9\u20ac\U0001f60001 _")
    if kind == 4:
        return choose([".", r"\w", r"\d", r"\s", r"\W", r"\b", "^", "$", r"\A", r"\Z", "[ab]", "[^ab]", "[a-c\u00e9-\u00fc]", "[\u20ac-\u221ex]", r"[\w\u20ac]", r"[^\W\d]"])
    if kind < 9:
        return choose("abc")
    if kind < 12:
        return expression(depth - 1) + expression(depth - 1)
    if kind == 12:
        return "(?:" + expression(depth - 1) + "|" + expression(depth - 1) + ")"
    if kind == 13:
        return "(?:" + "|".join(expression(depth - 1) for _ in range(3)) + ")"
    if kind < 16:
        return "(" + expression(depth - 1) + ")"
    if kind < 18:
        repetition = choose(["*", "+", "?", "{0,2}", "{1,2}", "{2}", "{2,}", "*?", "+?", "??", "{1,3}?", "*+", "++", "?+", "{0,2}+"])
        return "(?:" + expression(depth - 1) + ")" + repetition
    if kind == 18:
        return choose(["(?=", "(?!", "(?>"]) + expression(depth - 1) + ")"
    return choose(["(?<=", "(?<!"]) + choose(["a", "b", "ab", ".", r"\w", "a|b"]) + ")"


for _ in range(400):
    source = expression(5)
    compiled = re.compile(source, choose([0, 0, 0, re.I, re.M, re.S, re.A, re.I | re.A]))
    for _ in range(3):
        letters = choose(["ab", "abc", "abcAB\u00e9", "abc\u00e9\u20ac01 _\n", "ab\U0001f600"])
        subject = "".join(choose(letters) for _ in range(number(9)))
        matches = [getattr(compiled, name)(subject) for name in ("match", "search", "fullmatch")]
        print(ascii(source), ascii(subject), [match and (match.regs, match.lastindex) for match in matches])
        print([match.regs for match in compiled.finditer(subject)], ascii(compiled.split(subject)), ascii(compiled.sub(r"<\g<0>>", subject)))
