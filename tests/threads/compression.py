# oracle: asserts
"""Threads compress and decompress at once, each its own data, and all of them through one shared object."""

import threading
import zlib

THREADS = 8
data = [bytes((index * number + 3) & 255 for index in range(40_000)) for number in range(THREADS)]
barrier = threading.Barrier(THREADS)
failures = []
shared_compressor = zlib.compressobj(wbits=-15)
shared_pieces = []
shared_decompressor = zlib.decompressobj()


def work(number):
    barrier.wait()
    try:
        for _ in range(10):
            if zlib.decompress(zlib.compress(data[number])) != data[number]:
                failures.append("round trip")
            compressor = zlib.compressobj()
            packed = compressor.compress(data[number]) + compressor.copy().flush()
            if zlib.decompressobj().decompress(packed) != data[number]:
                failures.append("objects")
            shared_pieces.append(shared_compressor.compress(data[number]))
            try:
                shared_decompressor.decompress(data[number][:50])
            except zlib.error:
                pass
    except Exception as error:
        failures.append(repr(error))


threads = [threading.Thread(target=work, args=(number,)) for number in range(THREADS)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
shared_pieces.append(shared_compressor.flush())
assert not failures, failures[:3]
assert sum(map(len, shared_pieces)) > 0
compressors = [zlib.compressobj() for _ in range(3000)]
del compressors
print("ok")
