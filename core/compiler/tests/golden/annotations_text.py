from __future__ import annotations


def f(a: List[ int ], b: 'x' | None, *d: (1, 2), e: a.b[1:2, ...], **g: lambda x, /, *z, k=2: x + y * 2) -> -1 ** 2:
    value: not (a or b) = 1


class C:
    r: (a if b else c) or not d and e
    s: f(1, *a, k=2, **b)
    u: f"a{x!r:>{w}}b{{c}}"
    z: (a, b)[c]
