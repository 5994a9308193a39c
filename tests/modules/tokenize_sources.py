# oracle: asserts
"""Tokens of sources: kinds and places, blank lines, f-strings, encodings, errors; lines are read as they are needed; eight threads."""

import io
import threading
import token
import tokenize


def tokens(source):
    return [
        (token.tok_name[kind], text, start, end, line)
        for kind, text, start, end, line in tokenize.generate_tokens(io.StringIO(source).readline)
    ]


assert tokens("x = (1,\n  # c\n  'é')\n") == [
    ("NAME", "x", (1, 0), (1, 1), "x = (1,\n"),
    ("OP", "=", (1, 2), (1, 3), "x = (1,\n"),
    ("OP", "(", (1, 4), (1, 5), "x = (1,\n"),
    ("NUMBER", "1", (1, 5), (1, 6), "x = (1,\n"),
    ("OP", ",", (1, 6), (1, 7), "x = (1,\n"),
    ("NL", "\n", (1, 7), (1, 8), "x = (1,\n"),
    ("COMMENT", "# c", (2, 2), (2, 5), "  # c\n"),
    ("NL", "\n", (2, 5), (2, 6), "  # c\n"),
    ("STRING", "'é'", (3, 2), (3, 5), "  'é')\n"),
    ("OP", ")", (3, 5), (3, 6), "  'é')\n"),
    ("NEWLINE", "\n", (3, 6), (3, 7), "  'é')\n"),
    ("ENDMARKER", "", (4, 0), (4, 0), ""),
]

blocks = tokens("if a:\n  b\n\n# c\n\nd")
assert [(kind, text, start) for kind, text, start, _, _ in blocks] == [
    ("NAME", "if", (1, 0)),
    ("NAME", "a", (1, 3)),
    ("OP", ":", (1, 4)),
    ("NEWLINE", "\n", (1, 5)),
    ("INDENT", "  ", (2, 0)),
    ("NAME", "b", (2, 2)),
    ("NEWLINE", "\n", (2, 3)),
    ("NL", "\n", (3, 0)),
    ("COMMENT", "# c", (4, 0)),
    ("NL", "\n", (4, 3)),
    ("NL", "\n", (5, 0)),
    ("DEDENT", "", (6, 0)),
    ("NAME", "d", (6, 0)),
    ("NEWLINE", "", (6, 1)),
    ("ENDMARKER", "", (7, 0)),
]

nested = tokens("f'{a!r:>{w}}{{x}}' t'''\n{y}'''\n")
assert [(kind, text, start, end) for kind, text, start, end, _ in nested] == [
    ("FSTRING_START", "f'", (1, 0), (1, 2)),
    ("OP", "{", (1, 2), (1, 3)),
    ("NAME", "a", (1, 3), (1, 4)),
    ("OP", "!", (1, 4), (1, 5)),
    ("NAME", "r", (1, 5), (1, 6)),
    ("OP", ":", (1, 6), (1, 7)),
    ("FSTRING_MIDDLE", ">", (1, 7), (1, 8)),
    ("OP", "{", (1, 8), (1, 9)),
    ("NAME", "w", (1, 9), (1, 10)),
    ("OP", "}", (1, 10), (1, 11)),
    ("FSTRING_MIDDLE", "", (1, 11), (1, 11)),
    ("OP", "}", (1, 11), (1, 12)),
    ("FSTRING_MIDDLE", "{", (1, 12), (1, 13)),
    ("FSTRING_MIDDLE", "x}", (1, 14), (1, 16)),
    ("FSTRING_END", "'", (1, 17), (1, 18)),
    ("TSTRING_START", "t'''", (1, 19), (1, 23)),
    ("TSTRING_MIDDLE", "\n", (1, 23), (2, 0)),
    ("OP", "{", (2, 0), (2, 1)),
    ("NAME", "y", (2, 1), (2, 2)),
    ("OP", "}", (2, 2), (2, 3)),
    ("TSTRING_END", "'''", (2, 3), (2, 6)),
    ("NEWLINE", "\n", (2, 6), (2, 7)),
    ("ENDMARKER", "", (3, 0), (3, 0)),
]

# Bytes: the encoding comes first.
listed = list(tokenize.tokenize(io.BytesIO("# coding: latin-1\nä=1\n".encode("latin-1")).readline))
assert [item.string for item in listed] == ["iso-8859-1", "# coding: latin-1", "\n", "ä", "=", "1", "\n", ""]
assert listed[3].exact_type == token.NAME and listed[4].exact_type == token.EQUAL

# The text comes back.
source = "def f(a, *, b=1):\n    return [a,\n            b]  # done\n\n\nx = f(1)\n"
assert tokenize.untokenize(tokenize.generate_tokens(io.StringIO(source).readline)) == source


def fails(source):
    try:
        tokens(source)
    except tokenize.TokenError as error:
        return error.args
    except SyntaxError as error:
        return type(error).__name__, error.msg, error.lineno, error.offset, error.text
    return None


assert fails("(") == ("unexpected EOF in multi-line statement", (1, 0))
assert fails("'''a\nb") == ("EOF in multi-line string", (1, 1))
assert fails("x = 'a\n") == ("unterminated string literal (detected at line 1)", (1, 5))
assert fails("1__0") == ("invalid decimal literal", (1, 2))
assert fails("if 1:\n    a\n  b\n") == (
    "IndentationError", "unindent does not match any outer indentation level", 3, 4, "  b")
assert fails("if 1:\n\ta\n        b\n") == (
    "TabError", "inconsistent use of tabs and spaces in indentation", 3, 10, "        b")
assert fails("$ ? )") is None

# No line is read before its tokens are wanted.
read = []


def lines():
    for line in ["a\n", "b\n", "(\n"]:
        read.append(line)
        yield line


iterator = tokenize.generate_tokens(lines().__next__)
assert next(iterator).string == "a" and read == ["a\n"]
assert [next(iterator).string for _ in range(3)] == ["\n", "b", "\n"] and read == ["a\n", "b\n"]

# An iterator of one thread is not disturbed by others; one that is shared gives each token once, or says that it is busy.
results = []
program = "for i in range(10):\n    f'{i:>{i}}' + '''a\nb'''\n" * 50
expected = len(tokens(program))
shared = tokenize.generate_tokens(io.StringIO(program).readline)
taken = []
barrier = threading.Barrier(8)


def work():
    barrier.wait()
    results.append(len(tokens(program)))
    while True:
        try:
            item = next(shared)
        except StopIteration:
            return
        except ValueError as error:
            assert "already executing" in str(error), error
            continue
        taken.append(item)


threads = [threading.Thread(target=work) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
assert results == [expected] * 8, results
assert len(taken) == expected, (len(taken), expected)
print("ok")
