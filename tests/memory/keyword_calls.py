# oracle: asserts
# stress: long
"""What a handler needs lives through a collection in a call with keywords, whose instruction has two words."""


class Manager:
    def __init__(self):
        self.kind = KeyError

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        return issubclass(kind, self.kind)


def collect(number, wanted=None):
    for _ in range(5):
        [[index] for index in range(50_000)]
        list(filter(None, ("x" * 20 + "\n") .join(str(index) for index in range(20_000)).split("\n")))
    raise KeyError(wanted)


def manage():
    text = "text" * 1000
    with Manager():
        collect(text, wanted=1)


def keep():
    kept = [object(), Manager()]
    try:
        collect(1, wanted=2)
    except KeyError:
        assert isinstance(kept[1], Manager) and kept[1].kind is KeyError


class Object:
    method = collect


def manage_method():
    with Manager():
        Object().method(wanted=3)


for _ in range(3):
    manage()
    keep()
    manage_method()
print("ok")
