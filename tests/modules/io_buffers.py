# oracle: python3
# Binary files and buffers: modes, positions, short and blocking raw streams, errors, BytesIO and StringIO.
import io
import os
import pickle
import tempfile

folder = tempfile.mkdtemp()
path = os.path.join(folder, "file")


def attempt(function, *arguments, **keywords):
    try:
        return function(*arguments, **keywords)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


# Modes
for mode in ("r", "w", "a", "x", "r+", "w+", "a+", "x+", "rw", "", "rb+b", "tb", "U"):
    if os.path.exists(path):
        os.remove(path)
    if "x" not in mode:
        with open(path, "wb") as file:
            file.write(b"12345")
    binary = mode if "b" in mode else mode + "b"
    file = attempt(open, path, binary)
    if isinstance(file, str):
        print(mode, file)
        continue
    with file:
        print(mode, type(file).__name__, file.mode, file.raw.mode, file.readable(), file.writable(), file.tell(), end=" ")
        print(attempt(file.write, b"ab"), attempt(file.seek, 1), attempt(file.read, 3), attempt(file.read1), attempt(file.truncate, 4))
    print(open(path, "rb").read())
print(attempt(open, path, "xb").replace(folder, ""), attempt(open, folder, "rb").replace(folder, ""))
print(attempt(open, os.path.join(folder, "none")).replace(folder, ""), attempt(open, 12345, "rb"), attempt(open, -1), attempt(open, "a\0b"))
print(attempt(open, path, "wb", 1) is None, attempt(open, path, "w", 0), attempt(open, 3.5))
print(type(open(path, "rb", 0)).__name__, attempt(open(path, "rb", closefd=True).peek, 1))


def opener(name, flags):
    return os.open(name, flags)


with open(path, "wb", opener=opener) as file:
    print(file.write(bytes(range(256)) * 1000), file.tell(), file.raw.tell() % 4096)
    file.flush()
with open(path, "r+b", buffering=64) as file:
    print(file.read(10), file.tell(), file.peek()[:3], file.readline()[:5], file.seek(-5, 2), file.read(), file.read())
    file.seek(20)
    file.write(b"WRITTEN")
    print(file.read(5), file.tell(), file.seek(15), file.read(15))
    buffer = bytearray(300)
    print(file.readinto(buffer), buffer[:4], file.readinto1(memoryview(buffer)[:7]), buffer[:8])
    print(attempt(file.readinto, b"x"), attempt(file.read, -5), attempt(file.seek, 0, 7), attempt(file.write, "x"))
    print(len(file.readlines(1000)), file.truncate(), os.path.getsize(path) == file.tell())
print(attempt(file.read), attempt(file.write, b""), attempt(file.seek, 0), attempt(file.tell), attempt(file.peek), attempt(file.fileno))
print(file.closed, file.close(), repr(file).replace(folder, ""))


class Raw(io.RawIOBase):
    """A stream that reads and writes as its script says."""

    def __init__(self, script):
        self.script = list(script)
        self.calls = []

    def readable(self):
        return True

    writable = readable

    def readinto(self, buffer):
        self.calls.append(len(buffer))
        piece = self.script.pop(0) if self.script else b""
        if piece is None:
            return None
        buffer[: len(piece)] = piece
        return len(piece)

    def write(self, data):
        self.calls.append(bytes(data))
        count = self.script.pop(0) if self.script else len(data)
        return count


raw = Raw([b"abc", b"d", b"", b"ef", None, b"gh"])
reader = io.BufferedReader(raw, 4)
print(reader.read(4), reader.read(4), reader.read(), reader.read(1), reader.peek(1), raw.calls[:3], len(raw.calls))
raw = Raw([None, b"abc", None])
reader = io.BufferedReader(raw, 8)
print(reader.read(3), reader.read(5), reader.read(2), reader.read1(9), raw.calls)
print(io.BufferedReader(Raw([b"line\nnext"]), 16).readlines())
raw = Raw([3, 1])
writer = io.BufferedWriter(raw, 8)
print(writer.write(b"12345"), writer.write(b"678"), raw.calls, writer.write(b"9"), raw.calls, writer.flush(), raw.calls)
raw = Raw([2, None, None])
writer = io.BufferedWriter(raw, 4)
print(writer.write(b"1234"), end=" ")
try:
    writer.write(b"567890")
except BlockingIOError as error:
    print(error.args[1:], error.characters_written, raw.calls)
raw.script = []
writer.flush()
print(raw.calls)
print(attempt(io.BufferedReader, Raw([]), 0), attempt(io.BufferedRandom, Raw([])), attempt(io.BufferedReader, io.FileIO(path, "a")))
pair = io.BufferedRWPair(Raw([b"in"]), Raw([]), 8)
print(pair.read(2), pair.write(b"out"), pair.flush(), pair.readable(), pair.writable(), pair.isatty(), pair.close(), pair.closed)
print(attempt(io.BufferedReader(io.BytesIO(b"x")).detach().read), attempt(io.BufferedReader.__new__(io.BufferedReader).read))


class Lines(io.RawIOBase):
    def __init__(self, data):
        self.data = data

    def read(self, size=-1):
        piece, self.data = self.data[:size], self.data[size:]
        return piece


print(list(Lines(b"a\nbb\nc")), Lines(b"1\n2\n3\n").readlines(3), attempt(io.RawIOBase().read), attempt(io.IOBase().fileno), attempt(io.IOBase().seek, 0))
print(attempt(io.BufferedIOBase().read), attempt(io.TextIOBase().write, ""), io.TextIOBase().encoding, attempt(io.IOBase().readline))

# BytesIO
stream = io.BytesIO(b"one\ntwo\nthree")
print(stream.readline(), stream.tell(), stream.read(2), stream.readlines(), stream.read(), stream.seek(-3, 2), stream.read1())
print(stream.seek(20), stream.write(b"end"), stream.getvalue(), stream.truncate(4), stream.tell(), stream.getvalue())
print(attempt(stream.seek, -1), attempt(stream.seek, 0, 5), attempt(stream.truncate, -1), attempt(stream.write, "x"), attempt(stream.read, "1"))
view = stream.getbuffer()
view[0] = 90
print(stream.getvalue(), attempt(stream.write, b"x" * 100), attempt(stream.close), stream.closed, view.nbytes)
view.release()
print(stream.seek(0), stream.writelines([b"a", bytearray(b"b")]), stream.getvalue(), stream.isatty(), stream.readable())
copy = pickle.loads(pickle.dumps(stream))
print(copy.getvalue(), copy.tell(), stream.__getstate__(), stream.close(), attempt(stream.getvalue), attempt(io.BytesIO, "x"))

# StringIO
stream = io.StringIO("one\r\ntwo\rthree\n")
print(stream.readlines(), stream.tell(), stream.seek(0), stream.read(4), stream.readline(), stream.readline(2), stream.newlines)
for newline in (None, "", "\n", "\r", "\r\n"):
    stream = io.StringIO("a\r\nb\rc\nd", newline)
    stream.seek(0, 2)
    stream.write("\ne\r")
    print(newline, repr(stream.getvalue()), stream.seek(0), stream.readlines(), repr(stream.newlines))
stream = io.StringIO()
print(stream.write("\U0001f40d"), stream.seek(3), stream.write("x"), repr(stream.getvalue()), stream.truncate(2), stream.tell())
print(attempt(stream.seek, -1), attempt(stream.seek, 1, 1), attempt(stream.write, b""), attempt(stream.truncate, -2), attempt(io.StringIO, 3), attempt(io.StringIO, "", "q"))
copy = pickle.loads(pickle.dumps(io.StringIO("kept")))
print(copy.read(), stream.encoding, stream.errors, stream.line_buffering, stream.close(), attempt(stream.read), stream.closed)
with io.StringIO("in a with") as stream:
    print(next(stream), list(stream))
print(attempt(stream.__enter__), attempt(stream.tell))
print(io.UnsupportedOperation.__mro__[1:3], io.BlockingIOError is BlockingIOError, io.open is open)
os.remove(path)
os.rmdir(folder)
