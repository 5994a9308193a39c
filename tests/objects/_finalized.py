class Held:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("finalized", self.name, globals().get("NAME"), SHOWN)


SHOWN = "shown"
NAME = __name__
of_module = Held("held by a module")
