# oracle: asserts
"""Attributes of classes shared by eight threads: an instance sees the old or the new one, never neither."""

from _hammer import THREADS, hammer, run_all

ROUNDS = 150


def test_a_replaced_method_is_the_old_or_the_new_one():
    class Shared:
        def method(self):
            return 0

    instance = Shared()

    def make(value):
        return lambda self: value

    def replace(number):
        for index in range(ROUNDS):
            Shared.method = make(index)

    def call(number):
        for _ in range(ROUNDS * 2):
            assert 0 <= instance.method() < ROUNDS
            assert 0 <= Shared().method() < ROUNDS

    hammer(replace, call)


def test_a_base_class_changes_under_its_subclasses():
    class Base:
        value = 0

    class Middle(Base):
        pass

    class Leaf(Middle):
        pass

    leaf = Leaf()

    def write(number):
        for index in range(ROUNDS):
            Base.value = index

    def read(number):
        for _ in range(ROUNDS * 2):
            assert 0 <= leaf.value < ROUNDS
            assert 0 <= Middle.value < ROUNDS

    hammer(write, read)
    Base.value = "last"
    assert leaf.value == Leaf.value == "last"


def test_new_attributes_are_all_kept():
    class Shared:
        pass

    def work(number):
        for index in range(50):
            setattr(Shared, f"name_{number}_{index}", index)
            assert getattr(Shared, f"name_{number}_{index}") == index

    hammer(work)
    for number in range(THREADS):
        for index in range(50):
            assert getattr(Shared(), f"name_{number}_{index}") == index


def test_an_override_comes_and_goes():
    class Base:
        def who(self):
            return "base"

    class Derived(Base):
        pass

    instance = Derived()

    def change(number):
        for _ in range(ROUNDS):
            Derived.who = lambda self: "derived"
            try:
                del Derived.who
            except AttributeError:
                pass

    def call(number):
        for _ in range(ROUNDS * 2):
            assert instance.who() in ("base", "derived")

    hammer(change, call)
    assert instance.who() == "base"


def test_special_methods_may_be_replaced():
    class Shared:
        def __add__(self, other):
            return 0

        def __len__(self):
            return 0

        def __call__(self):
            return 0

    instance = Shared()

    def change(number):
        for index in range(ROUNDS // 2):
            Shared.__add__ = lambda self, other, index=index: index
            Shared.__len__ = lambda self, index=index: index
            Shared.__call__ = lambda self, index=index: index

    def use(number):
        for _ in range(ROUNDS // 2):
            assert instance + 1 in range(ROUNDS)
            assert len(instance) in range(ROUNDS)
            assert instance() in range(ROUNDS)

    hammer(change, use)


def test_descriptors_come_and_go():
    class Shared:
        value = "class"

    instance = Shared()

    def change(number):
        for _ in range(ROUNDS):
            Shared.value = property(lambda self: "property")
            Shared.value = "class"

    def read(number):
        for _ in range(ROUNDS * 2):
            assert instance.value in ("class", "property")

    hammer(change, read)


def test_subclasses_are_made_meanwhile():
    class Base:
        value = 0

    def make(number):
        made = []
        for index in range(30):
            made.append(type(f"Made{number}_{index}", (Base,), {"own": index}))
        return made

    def write(number):
        for index in range(ROUNDS):
            Base.value = index
        return []

    made = [cls for part in hammer(make, write) for cls in part]
    Base.value = "last"
    assert all(cls.value == "last" and cls().value == "last" for cls in made)
    assert {cls.__name__ for cls in made} <= {cls.__name__ for cls in Base.__subclasses__()}


def test_bases_may_change():
    class One:
        def who(self):
            return "one"

    class Two:
        def who(self):
            return "two"

    class Shared(One):
        pass

    instance = Shared()

    def change(number):
        for index in range(30):
            Shared.__bases__ = (Two,) if index % 2 else (One,)

    def call(number):
        for _ in range(ROUNDS):
            assert instance.who() in ("one", "two")

    hammer(change, call)


def test_globals_and_builtins_shadow_each_other():
    namespace = globals()
    namespace["changing"] = 0

    def write(number):
        global changing
        for index in range(ROUNDS):
            changing = index
            namespace["len"] = lambda value: -1
            namespace.pop("len", None)

    def read(number):
        for _ in range(ROUNDS):
            assert 0 <= changing < ROUNDS
            assert len("four") in (4, -1)

    hammer(write, read)
    namespace.pop("len", None)
    assert len("four") == 4


run_all(globals())
