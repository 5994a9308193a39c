# oracle: asserts
# A dict that the comparison of keys changes while another is updated from it.


class Same:
    def __init__(self, action):
        self.action = action

    def __hash__(self):
        return 1

    def __eq__(self, other):
        self.action()
        return False


def attempt(action):
    source = {}
    key = Same(lambda: action(source))
    source[Same(lambda: None)] = 0
    source.update((number, number) for number in range(10, 20))
    target = {key: 1}
    try:
        target.update(source)
    except RuntimeError as error:
        return str(error)
    return target


assert attempt(lambda source: source.clear()) == "dict mutated during update"
assert attempt(lambda source: source.setdefault(99, 1)) == "dict mutated during update"
kept = attempt(lambda source: source.update({10: 5}))
assert len(kept) == 12 and kept[19] == 19
print("ok")
