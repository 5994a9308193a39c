# oracle: python3
"""JSON both ways: escapes, numbers, hooks, errors with their places, every option of the encoder; and eight threads on one decoder."""

import collections
import enum
import json
import json.decoder
import json.encoder
import threading


def show(function, *arguments, **keywords):
    try:
        result = function(*arguments, **keywords)
    except Exception as error:
        print(type(error).__name__, error)
    else:
        print(ascii(result))


# Decoding.
for document in (
    "null", "true", "false", "0", "-0", "12", "-7", "123456789012345678", "1234567890123456789012", "1.5", "-0.25", "1e3", "1E-2", "2.5e+10", "1e999", "-0.0",
    "NaN", "Infinity", "-Infinity", '""', '"abc"', '"\\"\\\\\\/\\b\\f\\n\\r\\t"', '"\\u00e4\\u20AC\\ud83d\\ude00"', '"\\ud83d"', '"\\ud83dx"', '"\\ude00\\ud83d"', '"\u00e4\u20ac\U0001f600"',
    "[]", "[ ]", "[1,2 , 3]", "{}", "{ }", '{"a":1}', ' {"a" : [1, {"b": null}] , "c":{} } ', '{"a":1,"a":2}', "[[[[]]]]", '["\u20ac", {"\U0001f600": 1}]',
    "", " ", "nul", "tru", "-", "01", "1.", ".5", "1e", "[", "[1", "[1,", "{", '{"a"', '{"a":', '{"a":1', '{"a":1,', "{a:1}", '{"a" 1}', "[1 2]", '{"a":1 "b":2}',
    '"', '"abc', '"\\', '"\\x"', '"\\u12"', '"\\u12g4"', '"\\ud83d\\u12"', '"a\nb"', '"a\tb"', "1 2", "[]]", "\ufeff1", "'a'", "{1:2}", "[,]", "tRue", "Infinite",
):
    print(ascii(document), end=" ")
    show(json.loads, document)
show(json.loads, '"a\nb"', strict=False)
show(json.loads, b'{"a": "\xc3\xa4"}')
show(json.loads, "[1.5, 2, 1e5]", parse_float=str, parse_int=lambda text: "i" + text)
show(json.loads, "[NaN, -Infinity]", parse_constant=str)
show(json.loads, '{"a": {"b": 1}, "c": {}}', object_hook=lambda members: sorted(members.items()))
show(json.loads, '{"a": {"b": 1}, "c": {}}', object_pairs_hook=lambda pairs: tuple(pairs))
show(json.loads, '{"b": 1, "a": 2}', object_pairs_hook=lambda pairs: list(collections.OrderedDict(pairs).items()))
show(json.loads, 1)
show(json.JSONDecoder().raw_decode, "[1, 2] rest")
show(json.JSONDecoder().raw_decode, "x[1]", 1)
show(json.decoder.scanstring, 'ab"c"', 4)
show(json.decoder.scanstring, 'ab"', 9)
show(json.decoder.scanstring, 'a\\u0041b" rest', 0, True)
try:
    json.loads('{"a": 1,\n "b": x}')
except json.JSONDecodeError as error:
    print(error.msg, error.pos, error.lineno, error.colno, error.doc == '{"a": 1,\n "b": x}')
keys = json.loads('[{"key": 1}, {"key": 2}]')
print(next(iter(keys[0])) is next(iter(keys[1])))


# Encoding.
class Number(int):
    def __repr__(self):
        return "wrong"


class Real(float):
    def __repr__(self):
        return "wrong"


class Color(enum.IntEnum):
    RED = 3


values = [
    None, True, False, 0, -5, 10**30, 1.5, -0.0, 1e100, float("nan"), float("inf"), -float("inf"), "", "a\"b\\c/\b\f\n\r\t\x00\x1f\x7f", "\u00e4\u20ac\U0001f600\ud800",
    [], (), {}, [1, [2, (3,)]], {"a": 1, "b": [None]}, {1: 2, 1.5: 3, True: 4, None: 5, False: 6}, Number(7), Real(2.5), Color.RED, {Color.RED: Color.RED, Number(8): Real(1)},
    collections.OrderedDict(b=1, a=2), collections.defaultdict(list, x=[1]), {"k": {"k": {"k": []}}}, [{}, [], ()],
]
for value in values:
    for options in ({}, {"ensure_ascii": False}, {"indent": 2}, {"indent": "\t", "separators": (" ;", " = ")}, {"separators": (",", ":")}, {"allow_nan": False}):
        try:
            text = json.dumps(value, **options)
        except Exception as error:
            print(type(error).__name__, str(error).partition(":")[0])
        else:
            print(ascii(text))
show(json.dumps, {"b": 1, "a": {"d": 1, "c": 2}}, sort_keys=True, indent=1)
show(json.dumps, {(1, 2): 3, "a": 1}, skipkeys=True)
show(json.dumps, {(1, 2): 3})
show(json.dumps, {"b": 1, 2: 3}, sort_keys=True)
show(json.dumps, {1, 2})
show(json.dumps, [{"a": {1, 2}}], default=lambda value: sorted(value))
show(json.dumps, [object], default=lambda value: value)
circle = []
circle.append({"circle": circle})
show(json.dumps, circle)
shared = [1]
show(json.dumps, [shared, shared, {"a": shared}])
show(json.dumps, "x" * 3 + "\u00e9" * 3, ensure_ascii=False)
show(json.encoder.encode_basestring_ascii, "\u00e9\x7f")
show(json.encoder.encode_basestring, "\u00e9\x7f\x01")
print("".join(json.JSONEncoder(indent=1).iterencode({"a": [1, "b"]})))
deep = value = []
for _ in range(100_000):
    value.append([])
    value = value[0]
for function in (lambda: json.dumps(deep), lambda: json.loads("[" * 100_000), lambda: json.loads('{"a":' * 100_000)):
    try:
        function()
    except RecursionError:
        print("RecursionError")

# One decoder and one encoder in eight threads.
decoder, encoder = json.JSONDecoder(), json.JSONEncoder(sort_keys=True)
failures = []
barrier = threading.Barrier(8)


def work(index):
    barrier.wait()
    document = {"name {}".format(number): [number, number / 4, str(number), None, {"index": index}] for number in range(100)}
    for _ in range(20):
        if decoder.decode(encoder.encode(document)) != document:
            failures.append(index)


threads = [threading.Thread(target=work, args=(index,)) for index in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(failures)
