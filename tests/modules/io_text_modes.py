# oracle: python3
# Text files: newline modes, encodings, error handlers, positions, reconfiguring.
import io
import os
import tempfile

folder = tempfile.mkdtemp()
path = os.path.join(folder, "file")


def put(data):
    with open(path, "wb") as file:
        file.write(data)


def get():
    with open(path, "rb") as file:
        return file.read()


def attempt(function, *arguments, **keywords):
    try:
        return function(*arguments, **keywords)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


# Line ends
for data in (b"a\nb\r\nc\rd", b"\r\r\n\n\r", b"x" * 8191 + b"\r\n" + b"y" * 8190 + b"\r", b""):
    put(data)
    for newline in (None, "", "\n", "\r", "\r\n"):
        with open(path, newline=newline, encoding="utf-8") as file:
            lines = file.readlines()
            print(newline, [line if len(line) < 20 else (len(line), line[-3:]) for line in lines], repr(file.newlines))
        with open(path, newline=newline, encoding="utf-8") as file:
            print([line if len(line) < 20 else (len(line), line[-3:]) for line in iter(lambda: file.readline(5000), "")][:12])
        with open(path, newline=newline, encoding="utf-8") as file:
            print(len(file.read(3)), len(file.read()), file.read(1) == "")
for newline in (None, "", "\n", "\r", "\r\n"):
    with open(path, "w", newline=newline, encoding="latin-1") as file:
        print(file.write("one\ntwo\r\nthree\r"), end=" ")
    print(newline, get())

# Encodings and error handlers
text = "a\u00e9\u20ac\U0001f40d\n"
for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "latin-1", "ascii", "cp1252"):
    for errors in ("strict", "replace", "backslashreplace", "xmlcharrefreplace", "ignore"):
        with open(path, "w", encoding=encoding, errors=errors) as file:
            print(encoding, errors, attempt(file.write, text), end=" ")
        print(get(), end=" ")
        with open(path, encoding=encoding, errors=errors if errors != "xmlcharrefreplace" else "strict") as file:
            print(repr(attempt(file.read)))
put(b"ok\xff\xfe\xe2\x82")
for errors in ("strict", "replace", "ignore", "surrogateescape", "backslashreplace"):
    with open(path, encoding="utf-8", errors=errors) as file:
        print(errors, ascii(attempt(file.read)))
    with open(path, encoding="ascii", errors=errors) as file:
        print(errors, ascii(attempt(file.readline)))
print(attempt(open, path, encoding="no such"), attempt(open, path, encoding="hex"))
print(attempt(open, path, newline="x"), attempt(open, path, "rb", newline="\n"), attempt(open, path, "rb", encoding="utf-8"))
with open(path, "w", encoding="utf-16") as file:
    file.write("one ")
with open(path, "a", encoding="utf-16") as file:
    file.write("two")
print(get())

# Positions
put("\u00e9\u20acx\nsecond\nthird \U0001f40d end\n".encode())
with open(path, "r+", encoding="utf-8") as file:
    places = [file.tell()]
    while file.readline():
        places.append(file.tell())
    print(places)
    for place in places:
        file.seek(place)
        print(repr(file.readline()), end=" ")
    file.seek(0)
    print(repr(file.read(2)), file.tell(), end=" ")
    place = file.tell()
    print(repr(file.read(4)), file.seek(place), repr(file.read(2)))
    print(file.seek(0, 2), file.write("added"), file.tell(), file.seek(0, 1) == file.tell())
    print(attempt(file.seek, 1, 1), attempt(file.seek, -1, 2), attempt(file.seek, -1), attempt(file.seek, 0, 9))
    file.seek(0)
    for line in file:
        print(attempt(file.tell))
        break
    file.seek(0)
    print(file.truncate(5), end=" ")
print(get())
put("\u3042\r\n\u3044\r".encode("utf-16"))
with open(path, encoding="utf-16") as file:
    print(repr(file.read(1)), end=" ")
    place = file.tell()
    print(repr(file.read()), file.seek(place) == place, repr(file.read()), file.newlines)

# Attributes and reconfiguring
with open(path, "w", encoding="utf-8") as file:
    print(file.encoding, file.errors, file.line_buffering, file.write_through, file.newlines, file.mode, file.name == path)
    print(file.readable(), file.writable(), file.seekable(), file.isatty(), file.fileno() > 2, file.closed)
    file.write("\u20ac")
    file.reconfigure(encoding="ascii", errors="replace", newline="\r\n", line_buffering=True)
    print(file.encoding, file.errors, file.line_buffering)
    file.write("\u20ac\n")
    print(get())
    print(attempt(file.read), attempt(file.write, b""), attempt(file.reconfigure, encoding=3))
print(file.closed, attempt(file.write, "x"), attempt(file.flush), attempt(file.__enter__), file.close())
with open(path, encoding="utf-8", errors="replace") as file:
    file.read(1)
    print(attempt(file.reconfigure, encoding="latin-1"), attempt(file.write, "x"), attempt(file.truncate))
    buffer = file.detach()
    print(attempt(file.read), attempt(file.detach), type(buffer).__name__)
    buffer.close()
    print(repr(file))
    file.__exit__ = None
    io.TextIOWrapper.__init__(file, io.BytesIO(b"again"))
    print(file.read())

# TextIOWrapper over other streams
raw = io.BytesIO()
wrapper = io.TextIOWrapper(raw, encoding="utf-8", write_through=True)
wrapper.write("through")
print(raw.getvalue(), wrapper.buffer is raw)
lines = io.BytesIO()
buffered = io.TextIOWrapper(lines, encoding="utf-8", line_buffering=True)
buffered.write("x")
print(lines.getvalue(), end=" ")
buffered.write("y\nz")
print(lines.getvalue(), end=" ")
buffered.flush()
print(lines.getvalue())


class Slow(io.RawIOBase):
    def __init__(self, data):
        self.data = data

    def readable(self):
        return True

    def readinto(self, buffer):
        count = min(len(buffer), 3, len(self.data))
        buffer[:count] = self.data[:count]
        self.data = self.data[count:]
        return count


stream = io.TextIOWrapper(io.BufferedReader(Slow("\u20ac\r\n\U0001f40d end".encode()), 4), encoding="utf-8")
print(list(stream), stream.newlines)

decoder = io.IncrementalNewlineDecoder(None, translate=True)
print([decoder.decode(piece) for piece in ("a\r", "\nb\r", "c")], repr(decoder.decode("\r", True)), decoder.newlines, decoder.getstate())
os.remove(path)
os.rmdir(folder)
