# oracle: asserts
"""sys.monitoring: tools and callbacks can be registered; asking for events says that there are none. doctest and bdb import."""

import bdb
import doctest
import sys
import threading

monitoring = sys.monitoring
events = monitoring.events
assert (monitoring.DEBUGGER_ID, monitoring.OPTIMIZER_ID, events.NO_EVENTS, events.PY_START) == (0, 5, 0, 1)


def raises(exception, function, *arguments):
    try:
        function(*arguments)
    except exception:
        return True
    return False


# One of many threads gets a tool.
winners = []
barrier = threading.Barrier(8)


def take(number):
    barrier.wait()
    try:
        monitoring.use_tool_id(3, f"tool {number}")
    except ValueError:
        return
    winners.append(f"tool {number}")


threads = [threading.Thread(target=take, args=(number,)) for number in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
assert winners == [monitoring.get_tool(3)], (winners, monitoring.get_tool(3))


def callback(*arguments):
    raise AssertionError("no event is ever sent")


assert monitoring.register_callback(3, events.LINE, callback) is None
assert monitoring.register_callback(3, events.CALL, callback) is None
assert monitoring.register_callback(3, events.LINE, None) is callback
assert raises(ValueError, monitoring.register_callback, 3, events.LINE | events.CALL, callback)
assert monitoring.get_events(3) == 0
monitoring.set_events(3, events.NO_EVENTS)
if sys.implementation.name == "threadsnake":
    assert raises(NotImplementedError, monitoring.set_events, 3, events.LINE)
    assert raises(NotImplementedError, monitoring.set_local_events, 3, take.__code__, events.LINE)
assert raises(TypeError, monitoring.set_local_events, 3, take, 0)
monitoring.free_tool_id(3)
assert monitoring.get_tool(3) is None
assert raises(ValueError, monitoring.get_events, 3)
assert raises(ValueError, monitoring.use_tool_id, 6, "name")
assert raises(ValueError, monitoring.use_tool_id, 1, 1)


def double(number):
    """
    >>> double(2)
    4
    >>> double(None)
    Traceback (most recent call last):
    TypeError: unsupported operand type(s) for *: 'NoneType' and 'int'
    """
    return number * 2


result = doctest.testmod()
assert (result.failed, result.attempted) == (0, 2), result
assert issubclass(bdb.BdbQuit, Exception)
print("ok")
