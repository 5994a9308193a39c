# oracle: asserts
"""Context variables, tokens and contexts."""

import contextvars

variable = contextvars.ContextVar("variable", default=3)
assert variable.get() == 3 and variable.get(4) == 4 and variable.name == "variable"
token = variable.set(5)
assert variable.get() == 5 and token.var is variable and token.old_value is contextvars.Token.MISSING
second = variable.set(6)
assert second.old_value == 5
variable.reset(second)
assert variable.get() == 5

context = contextvars.copy_context()
assert context[variable] == 5 and variable in context and len(context) == 1


def change():
    variable.set(9)
    assert contextvars.copy_context()[variable] == 9
    return variable.get()


assert context.run(change) == 9
assert variable.get() == 5 and context[variable] == 9
assert list(context) == [variable] and list(context.values()) == [9] and list(context.items()) == [(variable, 9)]
assert context.get(contextvars.ContextVar("other"), "default") == "default"
assert context.copy() == context and contextvars.Context() != context


def raises(kind, function, *arguments):
    try:
        function(*arguments)
    except kind:
        return
    raise AssertionError(kind)


variable.reset(token)
assert variable.get() == 3
raises(RuntimeError, variable.reset, token)
raises(ValueError, variable.reset, contextvars.ContextVar("other").set(1))
foreign = context.run(variable.set, 1)
raises(ValueError, variable.reset, foreign)
raises(LookupError, contextvars.ContextVar("empty").get)
raises(RuntimeError, context.run, context.run, change)
raises(TypeError, context.__getitem__, "variable")
raises(KeyError, contextvars.Context().__getitem__, variable)
raises(TypeError, contextvars.ContextVar, 1)
raises(RuntimeError, contextvars.Token)

with variable.set(11) as entered:
    assert variable.get() == 11 and entered.var is variable
assert variable.get() == 3
print("ok")
