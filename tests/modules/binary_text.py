# oracle: python3
"""binascii: each form both ways, what is taken leniently, what is refused."""

import binascii

data = bytes(range(256))
lines = b"one two\tthree \nfour=five\r\nsix " + b"long " * 30 + b"\xff\xfe.\n.\n_under_ \t\n."


def attempt(function):
    try:
        print(function())
    except (binascii.Error, ValueError, TypeError) as error:
        print(type(error).__module__, type(error).__name__, error)


# base64
for size in (0, 1, 2, 3, 4, 57, 256):
    print(binascii.b2a_base64(data[:size]))
    assert binascii.a2b_base64(binascii.b2a_base64(data[:size])) == data[:size]
print(binascii.b2a_base64(bytearray(b"abc"), newline=False), binascii.b2a_base64(memoryview(b"abc")))
for text in ("YWJj", b"YW Jj", b"YWI=", b"YQ==", b"YQ=", b"YQ", b"Y", b"YWJjZ", b"=YQ==", b"YQ==YQ==", b"Y=Q==", b"", b"====", b"YWJj=", b"YW=J", b"YQ=x=", b"YQ==\n", b"\xffYQ=="):
    attempt(lambda: binascii.a2b_base64(text))
    if text not in (b"YWJj=",):
        attempt(lambda: binascii.a2b_base64(text, strict_mode=True))

# hexadecimal
print(binascii.hexlify(data[:20]), binascii.b2a_hex(b"\x01\xab\xcd", "-"), binascii.hexlify(b"\x01\xab\xcd", b":", 2), binascii.hexlify(data[:9], "_", -4))
print(binascii.unhexlify("00fFAb"), binascii.a2b_hex(b"0102"))
for text in ("0", "0g", b"\xff\xff", "é", 5, None, ["a"]):
    attempt(lambda: binascii.unhexlify(text))
attempt(lambda: binascii.hexlify(data, "--"))
attempt(lambda: binascii.hexlify("text"))

# quoted-printable
for tabs in (False, True):
    for text in (False, True):
        for header in (False, True):
            packed = binascii.b2a_qp(lines, tabs, text, header)
            print(packed)
            print(binascii.a2b_qp(packed, header) == lines)
for text in (b"=41=4", b"a=\nb", b"a=\r\nb", b"==", b"=", b"a_b", b"=x1", "=e9", b"=\r", b"x=0D=0A"):
    attempt(lambda: binascii.a2b_qp(text))
    attempt(lambda: binascii.a2b_qp(text, header=True))
print(binascii.b2a_qp(b"x" * 76), binascii.b2a_qp(b"x" * 77), binascii.b2a_qp(b"x" * 74 + b"\xff\xff"), binascii.b2a_qp(b""))

# uuencode
for size in (0, 1, 2, 3, 44, 45):
    packed = binascii.b2a_uu(data[:size])
    print(packed, binascii.b2a_uu(data[:size], backtick=True))
    assert binascii.a2b_uu(packed) == data[:size] == binascii.a2b_uu(binascii.b2a_uu(data[:size], backtick=True))
attempt(lambda: binascii.b2a_uu(data[:46]))
for text in (b"", b" ", b"!", b"#86)C", b"#86)C  \n", b"#86)C!", b"#8\x05)C", b"#86", "#86)C", b"\x7fabc"):
    attempt(lambda: binascii.a2b_uu(text))

# checksums
print(binascii.crc32(b"hello"), binascii.crc32(b"world", 5), binascii.crc_hqx(b"hello", 0), binascii.crc_hqx(data, 0x1ffff))
attempt(lambda: binascii.crc_hqx(b"hello"))
attempt(lambda: binascii.crc_hqx("hello", 0))
print(binascii.Error.__mro__, binascii.Incomplete.__mro__)
