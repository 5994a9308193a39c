# oracle: python3
"""Every property of every character that Unicode 14 has and later versions left alone; names both ways; normal forms; Unicode 3.2."""

import unicodedata

# What versions after 14.0 changed of characters that it has: widths of symbols, a mirrored sign, directions of mathematical letters.
CHANGED = (
    set(range(0x2630, 0x2638)) | set(range(0x268A, 0x2690)) | set(range(0x4DC0, 0x4E00)) | {0x226D, 0x19B, 0x264, 0x1734}
    | set(range(0x2FF0, 0x3000)) | set(range(0x31E4, 0x31F0)) | {0x2E80, 0x302E, 0x303E}
    | {0x1D6C1, 0x1D6DB, 0x1D6FB, 0x1D715, 0x1D735, 0x1D74F, 0x1D76F, 0x1D789, 0x1D7A9, 0x1D7C3}
)


def digest(database, first, last):
    total = 0
    for code_point in range(first, last):
        character = chr(code_point)
        if code_point in CHANGED or unicodedata.category(character) == "Cn":
            continue
        if code_point % 7 == 0 and database is unicodedata:
            name = unicodedata.name(character, "")
            assert not name or unicodedata.lookup(name.lower()) == character
            total += sum(map(ord, name)) * 7
        properties = "{} {} {} {}".format(
            database.category(character), database.bidirectional(character), database.combining(character), database.decomposition(character)
        )
        if database is unicodedata:
            properties += " {} {} {} {} {}".format(
                database.mirrored(character), database.decimal(character, None), database.digit(character, None), database.numeric(character, None),
                database.east_asian_width(character),
            )
        total = (total * 31 + sum(place * unit for place, unit in enumerate(properties.encode(), 1))) % (2**61 - 1)
    return total


for first, last in ((0, 0x600), (0xF00, 0x1100), (0x1E00, 0x2190), (0x2460, 0x2630), (0x3040, 0x3100), (0xF900, 0xFE00), (0xFF00, 0xFFF0), (0x1D400, 0x1D800)):
    print(hex(first), digest(unicodedata, first, last), digest(unicodedata.ucd_3_2_0, first, last))
for form in ("NFC", "NFD", "NFKC", "NFKD"):
    for text in ("a\u0308\u0323", "\u00e4\u1e69", "\uac01", "\u1100\u1161\u11a8", "\ufb01\u2460\u00bd", "\u212b\u0958", "\U0001d400", "ascii", "", "\ud800a\u0301"):
        normal = unicodedata.normalize(form, text)
        print(form, ascii(normal), unicodedata.is_normalized(form, text), unicodedata.is_normalized(form, normal), ascii(unicodedata.ucd_3_2_0.normalize(form, text)))
for name in ("LATIN SMALL LETTER A WITH DIAERESIS", "latin small letter a", "HANGUL SYLLABLE GAG", "CJK UNIFIED IDEOGRAPH-4E00", "LINE FEED", "BEL", "KEYCAP DIGIT ONE", "LATIN SMALL LETTER A WITH MACRON AND GRAVE", "no such", "LATIN-SMALL-LETTER-A", "LATIN SMALL LETTERA", ""):
    try:
        print(name, ascii(unicodedata.lookup(name)))
    except KeyError as error:
        print("KeyError", error)
for function in (unicodedata.name, unicodedata.decimal, unicodedata.digit, unicodedata.numeric):
    for character in ("\n", "\u0378", "5", "\u00bd", "\u00b2", "\u0663", "\ud800"):
        try:
            print(function.__name__, ascii(character), function(character), function(character, "default"))
        except ValueError as error:
            print(function.__name__, ascii(character), error, function(character, "default"))
for wrong in (lambda: unicodedata.category("ab"), lambda: unicodedata.category(5), lambda: unicodedata.normalize("XYZ", "\u00e4"), lambda: unicodedata.normalize("NFC", 5), lambda: type(unicodedata.ucd_3_2_0)()):
    try:
        print(wrong())
    except (TypeError, ValueError) as error:
        print(type(error).__name__)
print(unicodedata.ucd_3_2_0.unidata_version, "\N{BULLET}\N{LATIN SMALL LETTER SHARP S}", b"\\N{bullet}".decode("unicode_escape"), "\u20ac".encode("ascii", "namereplace"))
