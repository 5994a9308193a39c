"""A parser of JSON-like text, one character at a time: strings, dicts, lists, recursion."""

from _threads import run_same


class Parser:
    def __init__(self, text):
        self.text = text
        self.place = 0

    def space(self):
        while self.text[self.place] in " \n\t":
            self.place += 1

    def value(self):
        self.space()
        character = self.text[self.place]
        if character == "{":
            return self.object()
        if character == "[":
            return self.array()
        if character == '"':
            return self.string()
        for word, value in (("true", True), ("false", False), ("null", None)):
            if self.text.startswith(word, self.place):
                self.place += len(word)
                return value
        return self.number()

    def object(self):
        found = {}
        self.place += 1
        self.space()
        while self.text[self.place] != "}":
            self.space()
            key = self.string()
            self.space()
            if self.text[self.place] != ":":
                raise ValueError("no colon at {}".format(self.place))
            self.place += 1
            found[key] = self.value()
            self.space()
            if self.text[self.place] == ",":
                self.place += 1
        self.place += 1
        return found

    def array(self):
        found = []
        self.place += 1
        self.space()
        while self.text[self.place] != "]":
            found.append(self.value())
            self.space()
            if self.text[self.place] == ",":
                self.place += 1
                self.space()
        self.place += 1
        return found

    def string(self):
        self.place += 1
        parts = []
        while True:
            character = self.text[self.place]
            self.place += 1
            if character == '"':
                return "".join(parts)
            if character == "\\":
                character = {"n": "\n", "t": "\t"}.get(self.text[self.place], self.text[self.place])
                self.place += 1
            parts.append(character)

    def number(self):
        start = self.place
        while self.text[self.place] in "+-.0123456789eE":
            self.place += 1
        digits = self.text[start : self.place]
        return float(digits) if "." in digits else int(digits)


def record(index):
    return (
        '{"id": %d, "name": "record \\"%d\\"", "tags": ["a", "b%d", "c\\n"], "point": {"x": %d.5, "y": -%d}, '
        '"open": %s, "next": null}' % (index, index, index % 10, index, index * 3, "true" if index % 2 else "false")
    )


TEXT = "[" + ",\n ".join(record(index) for index in range(500)) + "] "


def work(number):
    total = 0
    for _ in range(40):
        for item in Parser(TEXT).value():
            total += item["id"] + len(item["name"]) + len(item["tags"][1]) + int(item["point"]["x"])
            total -= item["point"]["y"]
            total += item["open"] is True and item["next"] is None
    return total


run_same(work, 25235600)
