"""bz2: round trips, in pieces, several streams, limits, errors, files in memory. The compressed bytes are bzip2's."""

import bz2
import io

text = b"to be or not to be, that is the question; " * 3000
noise = bytes((index * index * 7919 >> 5) & 255 for index in range(200_000))
for data in (b"", b"a", text, noise):
    for level in (1, 9):
        packed = bz2.compress(data, level)
        print(len(data), level, len(packed), bz2.decompress(packed) == data)
print(bz2.compress(b"hello"))
packed = bz2.compress(text)
print(bz2.decompress(packed + bz2.compress(b"second")) == text + b"second")
compressor = bz2.BZ2Compressor()
pieces = b"".join(compressor.compress(text[at : at + 999]) for at in range(0, len(text), 999)) + compressor.flush()
print(pieces == packed)
decompressor = bz2.BZ2Decompressor()
out = b"".join(decompressor.decompress((packed + b"behind")[at : at + 7]) for at in range(0, len(packed), 7))
print(out == text, decompressor.eof, decompressor.unused_data, decompressor.needs_input)
decompressor = bz2.BZ2Decompressor()
out = decompressor.decompress(packed + b"behind", 1000)
print(len(out), decompressor.eof, decompressor.needs_input)
while not decompressor.eof:
    piece = decompressor.decompress(b"", 5000)
    assert len(piece) <= 5000
    out += piece
print(out == text, decompressor.unused_data)
with bz2.open(io.BytesIO(packed)) as file:
    print(file.read(10), file.seek(1000), file.read(5))
target = io.BytesIO()
with bz2.BZ2File(target, "w") as file:
    file.write(text)
print(target.getvalue() == packed)


def attempt(function):
    try:
        print(function())
    except (OSError, ValueError, EOFError, TypeError) as error:
        print(type(error).__name__, error)


attempt(lambda: bz2.decompress(b"nothing"))
attempt(lambda: bz2.decompress(packed[:-5]))
attempt(lambda: bz2.decompress(packed[:20] + b"????" + packed[24:]))
attempt(lambda: bz2.BZ2Compressor(0))
attempt(lambda: bz2.BZ2Compressor(10))
attempt(lambda: decompressor.decompress(b""))
compressor.__class__(5)
attempt(lambda: compressor.compress(b""))
attempt(compressor.flush)
attempt(lambda: bz2.compress("text"))
