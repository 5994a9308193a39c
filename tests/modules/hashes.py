# oracle: python3
"""hashlib, hmac: digests of all functions, in pieces, copied; keyed hashes and key derivation; errors."""

import hashlib
import hmac

text = bytes(range(256)) * 33
names = sorted(hashlib.algorithms_guaranteed)
print(names)
for name in names:
    for data in (b"", b"abc", text):
        digest = hashlib.new(name, data)
        arguments = (20,) if name.startswith("shake") else ()
        print(name, len(data), digest.hexdigest(*arguments))
        pieces = getattr(hashlib, name)()
        for at in range(0, len(data), 100):
            pieces.update(data[at : at + 100])
        other = pieces.copy()
        other.update(b"more")
        assert pieces.digest(*arguments) == digest.digest(*arguments) != other.digest(*arguments)
        assert pieces.name == name and pieces.block_size == digest.block_size
    print(digest.name, digest.digest_size, digest.block_size)
for name in ("sha512_256", "SHA256", "sha3-256"):
    try:
        print(name, hashlib.new(name, b"abc").hexdigest())
    except ValueError:
        print(name, "unknown")
print(hashlib.sha256(bytearray(b"abc")).hexdigest() == hashlib.sha256(memoryview(b"abc")).hexdigest())
print(hashlib.md5(b"abc", usedforsecurity=False).hexdigest())

# BLAKE2
blake = hashlib.blake2b(b"data", digest_size=20, key=b"key", salt=b"salt", person=b"person")
print(blake.hexdigest(), blake.digest_size, blake.block_size, blake.name)
print(hashlib.blake2s(b"data", digest_size=7, key=b"key" * 10, salt=b"salt", person=b"person").hexdigest())
tree = hashlib.blake2b(b"leaf", fanout=2, depth=2, leaf_size=4096, node_offset=1, node_depth=0, inner_size=64, last_node=True)
print(tree.hexdigest(), tree.copy().hexdigest() == tree.hexdigest())
print(hashlib.blake2b.MAX_DIGEST_SIZE, hashlib.blake2b.SALT_SIZE, hashlib.blake2s.MAX_KEY_SIZE, hashlib.blake2s.PERSON_SIZE)

# HMAC
for name in ("md5", "sha1", "sha256", "sha512", "sha3_256"):
    for key in (b"", b"key", b"long key" * 40):
        mac = hmac.new(key, b"message", name)
        copy = mac.copy()
        copy.update(b" and more")
        print(name, len(key), mac.hexdigest(), copy.hexdigest()[:10])
        assert hmac.digest(key, b"message", name) == mac.digest() == hmac.new(key, b"message", getattr(hashlib, name)).digest()
mac = hmac.new(b"key", digestmod="sha256")
print(mac.name, mac.digest_size, mac.block_size, hmac.compare_digest(mac.digest(), mac.digest()), hmac.compare_digest("a", "b"))

# key derivation
print(hashlib.pbkdf2_hmac("sha256", b"password", b"salt", 1000).hex())
print(hashlib.pbkdf2_hmac("sha1", b"password", b"salt", 2, 50).hex())
print(hashlib.scrypt(b"password", salt=b"NaCl", n=1024, r=8, p=2, dklen=40).hex())


def attempt(function):
    try:
        print(function())
    except (TypeError, ValueError, OverflowError) as error:
        print(type(error).__name__, error)


attempt(lambda: hashlib.new("nothing"))
attempt(lambda: hashlib.sha256("text"))
attempt(lambda: hashlib.sha256(5))
attempt(lambda: hashlib.sha256().update("text"))
attempt(lambda: hashlib.blake2s(salt=b"123456789"))
attempt(lambda: hashlib.blake2s(person=b"123456789"))
attempt(lambda: hashlib.blake2b(key=b"k" * 65))
attempt(lambda: hashlib.blake2b(fanout=256))
attempt(lambda: hashlib.blake2b(depth=0))
attempt(lambda: hashlib.blake2b(leaf_size=1 << 32))
attempt(lambda: hashlib.blake2s(node_offset=1 << 48))
attempt(lambda: hashlib.blake2b(node_depth=256))
attempt(lambda: hashlib.blake2b(inner_size=65))
attempt(lambda: hashlib.pbkdf2_hmac("sha256", b"", b"", 0))
attempt(lambda: hashlib.pbkdf2_hmac("sha256", b"", b"", 1, 0))
attempt(lambda: hashlib.scrypt(b"", salt=b"", n=3, r=8, p=1))
attempt(lambda: hmac.new("key", b"message", "sha256"))
