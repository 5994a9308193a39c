# oracle: python3
"""zlib: round trips of all settings, what is left over, copies, dictionaries, errors. The compressed bytes are the library's own affair."""

import zlib

text = b"the quick brown fox jumps over the lazy dog, " * 400
noise = bytes((index * index * 7919 >> 5) & 255 for index in range(70_000))

for data in (b"", b"a", text, noise):
    for level in (-1, 0, 1, 6, 9):
        packed = zlib.compress(data, level)
        assert zlib.decompress(packed) == data
        assert level == 0 or len(packed) < max(64, len(data) * 1.01 + 64)
    for bits in (9, 15, -9, -15, 25, 31):
        packed = zlib.compress(data, wbits=bits)
        assert zlib.decompress(packed, bits) == data
        if bits > 0:
            assert zlib.decompress(packed, 47) == data
    for strategy in (zlib.Z_DEFAULT_STRATEGY, zlib.Z_FILTERED, zlib.Z_HUFFMAN_ONLY, zlib.Z_RLE, zlib.Z_FIXED):
        compressor = zlib.compressobj(6, zlib.DEFLATED, 15, 9, strategy)
        assert zlib.decompress(compressor.compress(data) + compressor.flush()) == data
assert len(zlib.compress(text)) < len(text) // 20

print(zlib.crc32(b""), zlib.crc32(b"hello"), zlib.crc32(b"world", zlib.crc32(b"hello ")), zlib.crc32(noise, -1))
print(zlib.adler32(b""), zlib.adler32(b"hello"), zlib.adler32(noise, 2**40), zlib.crc32(memoryview(noise)[::1]))
print(zlib.crc32(bytearray(b"hello")), zlib.adler32(memoryview(b"hello")))

# piece by piece
compressor = zlib.compressobj()
packed = b"".join(compressor.compress(text[at : at + 100]) for at in range(0, len(text), 100)) + compressor.flush()
decompressor = zlib.decompressobj()
unpacked = b"".join(decompressor.decompress(packed[at : at + 3]) for at in range(0, len(packed), 3))
print(unpacked + decompressor.flush() == text, decompressor.eof, decompressor.unused_data, decompressor.unconsumed_tail)

# flushes
compressor = zlib.compressobj()
first = compressor.compress(b"first ") + compressor.flush(zlib.Z_SYNC_FLUSH)
second = compressor.compress(b"second") + compressor.flush(zlib.Z_FULL_FLUSH)
decompressor = zlib.decompressobj()
print(decompressor.decompress(first), decompressor.decompress(second), decompressor.eof)

# limits and what is left
decompressor = zlib.decompressobj()
packed = zlib.compress(text)
out = decompressor.decompress(packed + b"behind", 100)
print(len(out), len(decompressor.unconsumed_tail) > 0, decompressor.eof)
while not decompressor.eof:
    out += decompressor.decompress(decompressor.unconsumed_tail, 1000)
print(out == text, decompressor.unused_data, decompressor.unconsumed_tail)
print(decompressor.decompress(b" and more"), decompressor.unused_data)
decompressor = zlib.decompressobj()
decompressor.decompress(packed, 10)
print(len(decompressor.flush()), decompressor.eof, decompressor.unconsumed_tail)

# copies
compressor = zlib.compressobj()
start = compressor.compress(text)
other = compressor.copy()
one = start + compressor.compress(b"one") + compressor.flush()
two = start + other.compress(b"two") + other.flush()
print(zlib.decompress(one)[-3:], zlib.decompress(two)[-3:])
decompressor = zlib.decompressobj()
decompressor.decompress(packed[:20])
other = decompressor.copy()
print(decompressor.decompress(packed[20:]) == other.decompress(packed[20:]), other.eof)

# dictionaries
for bits in (15, -15):
    compressor = zlib.compressobj(wbits=bits, zdict=b"a dictionary of words")
    packed = compressor.compress(b"words of a dictionary") + compressor.flush()
    print(zlib.decompressobj(wbits=bits, zdict=b"a dictionary of words").decompress(packed))


def attempt(function):
    try:
        print(function())
    except (zlib.error, ValueError, TypeError, EOFError) as error:
        print(type(error).__module__, type(error).__name__, error)


broken = zlib.compress(text)
attempt(lambda: zlib.compress("text"))
attempt(lambda: zlib.compress(b"", 10))
attempt(lambda: zlib.decompress(b"nothing"))
attempt(lambda: zlib.decompress(broken[:-1]))
attempt(lambda: zlib.decompress(b""))
attempt(lambda: zlib.decompress(broken[:-1] + b"?"))
attempt(lambda: zlib.decompress(broken, bufsize=-1))
attempt(lambda: zlib.compressobj(99))
attempt(lambda: zlib.compressobj(1, 7))
attempt(lambda: zlib.decompressobj(99))
attempt(lambda: zlib.decompressobj(zdict=1))
attempt(lambda: zlib.decompressobj().decompress(b"", -1))
attempt(lambda: zlib.decompressobj().flush(0))
attempt(lambda: zlib.decompressobj(zdict=b"other").decompress(zlib.compressobj(zdict=b"one").flush()))
attempt(lambda: zlib.decompress(packed))
compressor = zlib.compressobj()
compressor.flush()
attempt(lambda: compressor.compress(b"more"))
attempt(compressor.flush)
attempt(compressor.copy)
attempt(lambda: type(compressor)())
attempt(lambda: zlib.crc32("text"))
attempt(lambda: zlib.compressobj().flush(0))
