# oracle: python3
"""Searches for patterns whose first unit is always taken by one set: where matches begin, with groups, bounds and flags."""

import re

TEXT = "one  two-three\tfour, \u00e9t\u00e9 \u65e5\u672c 12 345  x"
for pattern in (
    r"\w+", r"\s+", r"\d", r"(\d+)", r"((\w)\w*)", r"[aeiou]+?", r"[^\W\d]{2,}", r"[t-z]++", r"(?:\s)+x", r"\w+$", r"\W{2}",
    r"([a-z])(?<=t)", r"[a-z](?!w)", r"(?i:[T-V])\w", r"\d{0,2}", r"[\u3000-\uffff]+", r"[^ -~]", r"\s*\w", r"\b\w", r"(?=\w)\w\w",
):
    compiled = re.compile(pattern)
    print(pattern, compiled.findall(TEXT), [found.span() for found in compiled.finditer(TEXT)])
    print(compiled.split(TEXT), compiled.sub("<\\g<0>>", TEXT))
    print(compiled.search(TEXT, 4, 9), compiled.search(TEXT, len(TEXT)), compiled.search(TEXT, 100), compiled.search(""))
    try:
        print(re.findall(pattern.encode("ascii"), b"one two-three 12 \xe9 x"))
    except re.error as error:
        print(error)
for length in range(6):
    print(re.findall(r"[ab]{2,}", "xab" * 2 + "a" * length), re.search(r"[ab]{3}c", "ab" * length + "c"))
print([found.span() for found in re.finditer(r"\w+", "a" * 5000 + " " + "b" * 5000)])
print(re.search(r"\d", "x" * 100_000 + "1").span(), re.search(r"\d", "x" * 100_000))
