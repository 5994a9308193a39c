# oracle: asserts
"""A thread begins with a copy of its starter's context, and changes to it stay its own (as on free-threaded CPython)."""

import contextvars
import sys
import threading

variable = contextvars.ContextVar("variable", default="default")
variable.set("starter")
seen = []


def work():
    seen.append(variable.get())
    variable.set("changed")
    seen.append(variable.get())


thread = threading.Thread(target=work)
thread.start()
thread.join()
# CPython with a lock, and before 3.14, begins each thread with an empty context.
inherits = not getattr(sys, "_is_gil_enabled", lambda: True)()
assert seen == ["starter" if inherits else "default", "changed"], seen
assert variable.get() == "starter"
print("ok")
