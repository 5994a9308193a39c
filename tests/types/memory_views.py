# oracle: python3
"""memoryview of one dimension: slices, casts, writing, release."""
def t(f):
    try: print(f())
    except Exception as e: print(type(e).__name__, e)
ba=bytearray(b"0123456789"); m=memoryview(ba)
print(m[0], m[1:4].tobytes(), m[::-1].tolist(), len(m), m.readonly, m.format, m.itemsize, m.nbytes, m.shape, m.strides)
m[0]=65; m[2:4]=b"zz"; print(ba)
t(lambda: ba.append(1))
m.release(); ba.append(1); print(ba)
t(lambda: m[0])
m=memoryview(b"\x01\x00\x02\x00"); c=m.cast("H"); print(c.tolist(), c[1], c.hex(), m==b"\x01\x00\x02\x00", hash(m)==hash(b"\x01\x00\x02\x00"))
def w(): m[0]=1
t(w)
with memoryview(ba) as v: print(bytes(v), list(v), b"5" in bytes(v))
print(b"".join([memoryview(b"ab"), bytearray(b"c")]), b"abc".find(memoryview(b"c")))
print(bytes(memoryview(b"abc")[::2]), str(memoryview(b"hi"), "ascii"), int(memoryview(b"12")) if False else 12)
t(lambda: memoryview(3))
t(lambda: memoryview(b"abc").cast("H"))
t(lambda: memoryview(bytearray(8)).cast("d").tolist())
x=memoryview(bytearray(8)).cast("i"); x[0]=-5; print(x.tolist(), x.tobytes())
def bad(): x[0]=2**40
t(bad)
