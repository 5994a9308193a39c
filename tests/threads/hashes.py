# oracle: asserts
"""Threads hash at once, each its own data and all of them into one object; nothing is lost and nothing torn."""

import hashlib
import hmac
import threading

THREADS = 8
block = b"x" * 5000
barrier = threading.Barrier(THREADS)
shared = [getattr(hashlib, name)() for name in ("md5", "sha256", "sha3_256", "blake2b")] + [hmac.new(b"key", digestmod="sha1")]
expected = [hashlib.sha256(block * count).digest() for count in range(THREADS)]
failures = []


def work(number):
    barrier.wait()
    for _ in range(20):
        if hashlib.sha256(block * number).digest() != expected[number]:
            failures.append(number)
        for one in shared:
            one.update(block)
            one.copy().hexdigest()


threads = [threading.Thread(target=work, args=(number,)) for number in range(THREADS)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
assert not failures
whole = block * (THREADS * 20)
for one in shared[:-1]:
    assert one.digest() == hashlib.new(one.name, whole).digest(), one.name
assert shared[-1].digest() == hmac.digest(b"key", whole, "sha1")
print("ok")
