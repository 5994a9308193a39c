# oracle: python3
"""Names of keyword arguments are not mangled in a class; parameters are."""


def show(**keywords):
    return keywords


class Meta(type):
    def __new__(cls, name, bases, namespace, **keywords):
        print(name, keywords)
        return super().__new__(cls, name, bases, namespace)

    def __init__(cls, name, bases, namespace, **keywords):
        super().__init__(name, bases, namespace)


class Outer:
    plain = show(__one=1)

    class Inner(metaclass=Meta, __two=2):
        pass

    def method(self, __three=3):
        return show(__four=4), show(__five=5, **{"six": 6}), sorted(locals())


print(Outer.plain, Outer().method(), Outer().method(_Outer__three=1)[2])
