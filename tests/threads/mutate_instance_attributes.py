# oracle: asserts
"""Attributes of instances shared by eight threads: a read sees a whole value, a write to one name loses no other."""

from _hammer import THREADS, hammer, run_all

ROUNDS = 200


class Plain:
    pass


class Slotted:
    __slots__ = ("pair", "a", "b", "c", "d", "e", "f", "g", "h")


def test_reads_see_whole_values():
    for shared in (Plain(), Slotted()):
        shared.pair = (0, 0)

        def write(number):
            for index in range(ROUNDS * 2):
                shared.pair = (index, -index)

        def read(number):
            for _ in range(ROUNDS * 2):
                left, right = shared.pair
                assert left == -right

        hammer(write, read)


def test_new_attributes_of_several_threads_are_all_kept():
    for _ in range(10):
        shared = Plain()
        shared.first = "first"

        def work(number):
            for index in range(20):
                setattr(shared, f"name_{number}_{index}", (number, index))
                assert shared.first == "first"
                assert getattr(shared, f"name_{number}_{index}") == (number, index)

        hammer(work)
        assert len(vars(shared)) == 1 + THREADS * 20
        for number in range(THREADS):
            for index in range(20):
                assert getattr(shared, f"name_{number}_{index}") == (number, index)


def test_attributes_are_there_while_the_instance_goes_over_to_a_dict():
    names = [f"field_{index}" for index in range(24)]
    for _ in range(100):
        shared = Plain()
        for name in names:
            setattr(shared, name, name)

        def work(number):
            if number == 0:
                assert len(vars(shared)) == 24
            for name in names:
                assert getattr(shared, name) == name

        hammer(work)


def test_the_same_new_attributes_in_different_orders():
    names = [f"field_{index}" for index in range(12)]
    for round_number in range(20):
        shared = [Plain() for _ in range(4)]

        def work(number):
            for instance in shared:
                for index in range(12):
                    name = names[(index * 5 + number) % 12]
                    setattr(instance, name, name)
                    assert getattr(instance, name) == name

        hammer(work)
        for instance in shared:
            assert vars(instance) == {name: name for name in names}


def test_slots_are_independent():
    shared = Slotted()
    names = "abcdefgh"

    def work(number):
        name = names[number]
        for index in range(ROUNDS):
            setattr(shared, name, (number, index))
            assert getattr(shared, name) == (number, index)
            delattr(shared, name)
            assert not hasattr(shared, name)
        setattr(shared, name, number)

    hammer(work)
    assert [getattr(shared, name) for name in names] == list(range(THREADS))


def test_delete_has_one_winner():
    for kind in (Plain, Slotted):
        for _ in range(40):
            shared = kind()
            shared.a = 1

            def work(number):
                try:
                    del shared.a
                except AttributeError:
                    return 0
                return 1

            assert sum(hammer(work)) == 1
            assert not hasattr(shared, "a")


def test_deleted_and_set_again():
    shared = Plain()
    shared.stay = "stay"

    def work(number):
        for index in range(ROUNDS):
            shared.come = index
            assert shared.stay == "stay"
            try:
                del shared.come
            except AttributeError:
                pass
            assert getattr(shared, "come", 0) in range(ROUNDS)

    hammer(work)
    assert vars(shared) in ({"stay": "stay"}, {"stay": "stay", "come": vars(shared).get("come")})


def test_the_dictionary_and_the_attributes_are_one():
    shared = Plain()

    def by_name(number):
        for index in range(ROUNDS // 4):
            setattr(shared, f"by_name_{number}_{index}", index)

    def by_dictionary(number):
        for index in range(ROUNDS // 4):
            shared.__dict__[f"by_dictionary_{number}_{index}"] = index

    def look(number):
        for _ in range(10):
            for name, value in list(vars(shared).items()):
                assert getattr(shared, name) == value

    hammer(by_name, by_dictionary, look, look)
    assert len(vars(shared)) == 2 * (THREADS // 4) * (ROUNDS // 4)
    for name, value in vars(shared).items():
        assert getattr(shared, name) == value == int(name.rsplit("_", 1)[1])


def test_the_dictionary_may_be_replaced():
    shared = Plain()
    shared.value = (0, 0)

    def replace(number):
        for index in range(ROUNDS):
            shared.__dict__ = {"value": (index, -index)}

    def read(number):
        for _ in range(ROUNDS):
            left, right = shared.value
            assert left == -right

    hammer(replace, read)


class Counter:
    def __init__(self):
        self.value = 0

    def get(self):
        return self.value


def test_methods_of_a_shared_instance():
    shared = Counter()

    def work(number):
        for index in range(ROUNDS):
            shared.value = number
            assert 0 <= shared.get() < THREADS
            method = shared.get
            assert method.__self__ is shared
            assert 0 <= method() < THREADS

    hammer(work)


def test_the_class_of_an_instance_may_change():
    class One:
        def name(self):
            return "one"

    class Two:
        def name(self):
            return "two"

    shared = One()
    shared.value = 5

    def change(number):
        for index in range(ROUNDS):
            shared.__class__ = Two if index % 2 else One

    def call(number):
        for _ in range(ROUNDS):
            assert shared.name() in ("one", "two")
            assert shared.value == 5

    hammer(change, call)


run_all(globals())
