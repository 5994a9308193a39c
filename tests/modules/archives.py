# oracle: python3
"""gzip and zipfile over zlib: files in memory, in pieces, with several members; what is broken is refused."""

import gzip
import io
import zipfile

text = b"a line of text, and another\n" * 500
packed = gzip.compress(text, mtime=0)
print(gzip.decompress(packed) == text, packed[:4])
print(gzip.decompress(packed + gzip.compress(b"second")) == text + b"second")
with gzip.open(io.BytesIO(packed), "rt") as lines:
    print(sum(1 for line in lines), lines.readable())
target = io.BytesIO()
with gzip.GzipFile(fileobj=target, mode="wb", filename="name", mtime=1) as file:
    for at in range(0, len(text), 777):
        file.write(text[at : at + 777])
with gzip.GzipFile(fileobj=io.BytesIO(target.getvalue())) as file:
    print(file.read(10), file.read() == text[10:], file.mtime)
for broken in (packed[:-1], packed[:20], b"nothing at all", packed[:-8] + b"\0\0\0\0" + packed[-4:]):
    try:
        gzip.decompress(broken)
    except (EOFError, gzip.BadGzipFile) as error:
        print(type(error).__name__, error)

target = io.BytesIO()
with zipfile.ZipFile(target, "w") as archive:
    archive.writestr(zipfile.ZipInfo("stored", (2020, 1, 2, 3, 4, 6)), b"as it is")
    archive.writestr(zipfile.ZipInfo("folder/deflated", (2020, 1, 2, 3, 4, 6)), text, zipfile.ZIP_DEFLATED, 9)
    with archive.open("streamed", "w") as file:
        file.write(b"in " * 10)
with zipfile.ZipFile(io.BytesIO(target.getvalue())) as archive:
    print(archive.namelist(), archive.testzip())
    for information in archive.infolist():
        print(information.filename, information.file_size, information.CRC, information.compress_type)
    print(archive.read("stored"), archive.read("folder/deflated") == text)
    with archive.open("folder/deflated") as file:
        print(file.readline(), file.seek(5), file.read(4), file.tell())
    try:
        archive.read("missing")
    except KeyError as error:
        print(error)
broken = bytearray(target.getvalue())
broken[45] ^= 255
try:
    print(zipfile.ZipFile(io.BytesIO(broken)).testzip())
except zipfile.BadZipFile as error:
    print(error)
print(zipfile.is_zipfile(io.BytesIO(b"nothing")), zipfile.is_zipfile(target))
