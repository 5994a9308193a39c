# oracle: python3
# UTF-8 that comes byte by byte, with surrogates in it.
import codecs


def steps(data, errors):
    decoder = codecs.getincrementaldecoder("utf-8")(errors)
    shown = []
    for byte in data:
        try:
            shown.append(ascii(decoder.decode(bytes([byte]))))
        except UnicodeDecodeError as error:
            shown.append(f"{error.start}-{error.end} {error.reason}")
            decoder.reset()
    try:
        shown.append(ascii(decoder.decode(b"", True)))
    except UnicodeDecodeError as error:
        shown.append(f"end {error.start}-{error.end} {error.reason}")
    return shown


for data in ("\udc80a".encode("utf-8", "surrogatepass"), b"\xed\xa0", b"\xed\x9f\xbf", b"\xed\xb2x", b"\xe2\x82\xac\xed"):
    for errors in ("strict", "surrogatepass", "replace", "surrogateescape", "ignore"):
        print(data, errors, steps(data, errors))
print(codecs.utf_8_decode(b"a\xed\xa0", "strict"), codecs.utf_8_decode(b"a\xed\xa0", "surrogatepass", False))
