# oracle: python3
"""Dialects, every state of the reader, every kind of quoting of the writer; eight threads on one reader and one writer."""

import csv
import threading


class Sink:
    def __init__(self):
        self.parts = []

    def write(self, text):
        self.parts.append(text)
        return len(text)


def show(function, *arguments, **keywords):
    try:
        result = function(*arguments, **keywords)
    except Exception as error:
        print(type(error).__name__, str(error).partition(" - ")[0])
    else:
        print(ascii(result))


def read(lines, *arguments, **keywords):
    return list(csv.reader(lines, *arguments, **keywords))


def write(rows, *arguments, **keywords):
    sink = Sink()
    csv.writer(sink, *arguments, **keywords).writerows(rows)
    return "".join(sink.parts)


inputs = [
    [], [""], ["\n"], ["a"], ["a,b,c\n"], ["a,b\r\n", "c,d"], [",\n"], ['""'], ['"a","b"'], ['"a""b"'], ['"a,b",c'], ['"a\n', 'b",c\n'], ['"a'], ['a"b'], ['"a"b'],
    ["a\rb"], ["a\r\n\r\n"], ["a, b"], ['a, "b"'], ["\u20ac,\U0001f600"], ["a\\,b"], ['"a\\"b"'], ["a\\"], ["a\\\n", "b"], ["1,'2','3'"], ["a;b"], ["'x''y';z"], ["a b  c"], ["1.5,x,"],
    ["\0,a"], ["a,b\n", "\n", "c\n"], ['"\u00e4""\u20ac"'], ['"" "x"'],
]
options = [
    {}, {"delimiter": ";", "quotechar": "'"}, {"escapechar": "\\"}, {"quoting": csv.QUOTE_NONE, "escapechar": "\\"}, {"doublequote": False, "escapechar": "\\"},
    {"skipinitialspace": True}, {"strict": True}, {"quoting": csv.QUOTE_NONNUMERIC}, {"delimiter": " "}, {"delimiter": "\t"}, {"quotechar": None, "quoting": csv.QUOTE_NONE},
]
for lines in inputs:
    for keywords in options:
        show(read, lines, **keywords)

rows = [
    [], [""], ["a"], ["a", "b"], [1, 2.5, None, True], ["a,b"], ['a"b'], ["a\nb"], ["a b"], [" a"], ["\u20ac;\U0001f600"], ["", ""], ["\\"], ["'"], [None], ["a\tb"], (1, "x"), "xyz", iter([1, 2]),
    ["a\\b,c"], [complex(1, 2), "z"], [b"x"],
]
for row in rows:
    row = list(row)
    for keywords in options + [{"quoting": csv.QUOTE_ALL}, {"lineterminator": "!\n"}, {"quoting": csv.QUOTE_NONE}, {"escapechar": "\\", "quoting": csv.QUOTE_NONE, "quotechar": "'"}]:
        show(write, [row], **keywords)
show(write, [5])
show(write, 5)
show(csv.reader, 5)
show(csv.writer, 5)
show(read, [b"a"])
show(read, ["a"], "no such dialect")
show(csv.get_dialect, "nothing")
show(csv.unregister_dialect, "nothing")
show(csv.register_dialect, 5)
show(csv.field_size_limit)
print(csv.field_size_limit(10))
show(read, ["a" * 10])
show(read, ["a" * 11])
show(read, ['"' + "a" * 6 + "\n", "a" * 6 + '"'])
csv.field_size_limit(131072)
csv.register_dialect("mine", delimiter="|", quoting=csv.QUOTE_ALL)
print(csv.list_dialects(), read(["a|b"], "mine"), repr(write([["a", 1]], "mine")), repr(write([["a", 1]], "mine", delimiter="/")))
mine = csv.get_dialect("mine")
print(mine.delimiter, mine.quoting, mine.quotechar, mine.escapechar, repr(mine.lineterminator), mine.doublequote, mine.skipinitialspace, mine.strict)
csv.unregister_dialect("mine")


class Semicolon(csv.excel):
    delimiter = ";"
    lineterminator = "\n"


print(read(["a;b"], Semicolon), read(["a;b"], Semicolon()), repr(write([["a", "b;c"]], Semicolon)), csv.reader([], Semicolon).dialect.delimiter)
reader = csv.reader(["a,b\n", '"c\n', 'd",e\n'])
print(next(reader), reader.line_num, next(reader), reader.line_num, next(reader, "end"))
print(list(csv.DictReader(["x,y", "1,2", "3", "4,5,6"])))
sink = Sink()
dict_writer = csv.DictWriter(sink, ["x", "y"], restval="-", extrasaction="ignore")
dict_writer.writeheader()
dict_writer.writerow({"x": 1, "z": 2})
print(sink.parts)
print(csv.Sniffer().sniff("a;b;c\n1;2;3\n").delimiter, csv.Sniffer().has_header("name,n\nab,1\ncd,2\n"))

# Eight threads.
barrier = threading.Barrier(8)
source = iter(["{},{}".format(number, "\u20ac" * (number % 3)) for number in range(4000)])
lock = threading.Lock()


class Lines:
    def __iter__(self):
        return self

    def __next__(self):
        with lock:
            return next(source)


shared_reader = csv.reader(Lines())
shared_sink = Sink()
shared_writer = csv.writer(shared_sink)


def work():
    barrier.wait()
    for number, text in shared_reader:
        shared_writer.writerow([number, text, 'q"q'])


threads = [threading.Thread(target=work) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(shared_reader.line_num, sorted(shared_sink.parts) == sorted('{},{},"q""q"\r\n'.format(number, "\u20ac" * (number % 3)) for number in range(4000)))
