# oracle: asserts
# Eight threads on one stream: each write is whole, nothing is lost, nothing is mixed, nobody waits for ever.
import io
import os
import sys
import tempfile
import threading

THREADS = 8
ROUNDS = 300


def together(function):
    """Runs the function on every thread at once; errors end the program."""
    barrier = threading.Barrier(THREADS)
    errors = []

    def run(number):
        barrier.wait()
        try:
            function(number)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors, errors


def lines_of(number, round):
    return f"{number}:{round}:" + chr(97 + number) * (round % 60) + "\u20ac\n"


def expected():
    return sorted(lines_of(number, round) for number in range(THREADS) for round in range(ROUNDS))


def check(text):
    lines = sorted(text.splitlines(keepends=True))
    assert lines == expected(), (len(lines), len(expected()))
    # The lines of one thread are in its order.
    places = {}
    for line in text.splitlines():
        number, round, _ = line.split(":", 2)
        assert places.get(number, -1) < int(round), line
        places[number] = int(round)


folder = tempfile.mkdtemp()
path = os.path.join(folder, "file")

# One text file, in every way of buffering.
for options in ({}, {"buffering": 1}, {"buffering": 64}):
    with open(path, "w", encoding="utf-8", **options) as file:
        together(lambda number: [file.write(lines_of(number, round)) for round in range(ROUNDS)])
    with open(path, encoding="utf-8") as file:
        check(file.read())

# One binary file, buffered and not.
for buffering in (-1, 100, 0):
    with open(path, "wb", buffering) as file:
        together(lambda number: [file.write(lines_of(number, round).encode()) for round in range(ROUNDS)])
    with open(path, encoding="utf-8") as file:
        check(file.read())

# Reading: each line comes to one thread.
for make in (
    lambda: open(path, encoding="utf-8"),
    lambda: open(path, "rb"),
    lambda: open(path, "rb", 64),
    lambda: io.StringIO(open(path, encoding="utf-8").read()),
    lambda: io.BytesIO(open(path, "rb").read()),
):
    got = [[] for _ in range(THREADS)]
    with make() as file:

        def read(number):
            while line := file.readline():
                got[number].append(line)

        together(read)
    lines = [line if isinstance(line, str) else line.decode() for part in got for line in part]
    assert sorted(lines) == expected()

# Memory.
stream = io.StringIO()
together(lambda number: [stream.write(lines_of(number, round)) for round in range(ROUNDS)])
check(stream.getvalue())
stream = io.BytesIO()
together(lambda number: [stream.write(lines_of(number, round).encode()) for round in range(ROUNDS)])
check(stream.getvalue().decode())


# Everything at once: no crash, and each answer is one that some order explains.
def use_bytes(number):
    for round in range(ROUNDS):
        match (number + round) % 6:
            case 0:
                mixed.write(b"x" * round)
            case 1:
                mixed.seek(0)
            case 2:
                assert set(mixed.read(50)) <= {0, 120}
            case 3:
                mixed.truncate(10)
            case 4:
                assert set(mixed.getvalue()) <= {0, 120}
            case 5:
                view = mixed.getbuffer()
                view.release()


def try_bytes(number):
    try:
        use_bytes(number)
    except BufferError:
        pass


mixed = io.BytesIO()
together(try_bytes)


def use_text(number):
    for round in range(ROUNDS):
        match (number + round) % 5:
            case 0:
                mixed.write("\u20ac" * (round % 7))
            case 1:
                mixed.seek(0)
            case 2:
                assert set(mixed.read(50)) <= {"\0", "\u20ac"}
            case 3:
                mixed.truncate(10)
            case 4:
                assert set(mixed.getvalue()) <= {"\0", "\u20ac"}


mixed = io.StringIO()
together(use_text)

with open(path, "w+b", 32) as mixed:

    def use_file(number):
        for round in range(ROUNDS):
            match (number + round) % 5:
                case 0:
                    mixed.write(b"y" * (round % 90))
                case 1:
                    mixed.seek(0)
                case 2:
                    assert set(mixed.read(50)) <= {121}
                case 3:
                    mixed.flush()
                case 4:
                    mixed.tell()

    together(use_file)

# Closing while others write: they are told, or their write is whole.
for _ in range(20):
    file = open(path, "w", buffering=64)
    written = [0] * THREADS

    def write_or_close(number):
        if number == 0:
            file.close()
            return
        try:
            for _ in range(50):
                file.write("0123456789\n")
                written[number] += 1
        except ValueError as error:
            assert "closed file" in str(error), error

    together(write_or_close)
    with open(path) as file:
        assert all(line == "0123456789\n" for line in file.read().splitlines(keepends=True)[:-1])


# A thread that writes to a stream from within its own operation is told so, or its text comes later; it never waits for itself.
class Echo(io.RawIOBase):
    def __init__(self):
        self.got = []

    def writable(self):
        return True

    def write(self, data):
        self.got.append(bytes(data))
        if len(self.got) < 3:
            try:
                text.write("again")
                text.flush()
            except RuntimeError as error:
                self.got.append(str(error)[:9].encode())
        return len(data)


raw = Echo()
text = io.TextIOWrapper(io.BufferedWriter(raw), encoding="utf-8")
text.write("first")
text.flush()
text.close()
assert b"first" in raw.got[0], raw.got
assert b"reentrant" in raw.got, raw.got

# print from all threads to one stream: text and end are each whole.
real, sys.stdout = sys.stdout, io.StringIO()
try:
    together(lambda number: [print("word", end=";") for _ in range(ROUNDS)])
    printed = sys.stdout.getvalue()
finally:
    sys.stdout = real
assert printed.count("word") == THREADS * ROUNDS and printed.count(";") == THREADS * ROUNDS, printed[:100]

os.remove(path)
os.rmdir(folder)
print("ok")
