# oracle: asserts
"""A bytearray can be resized as soon as its last view is gone, whatever was called in between."""

import array
import asyncio
import io
import socket

from _dropped_views import from_depth, refused

for depth in range(8):
    from_depth(depth)

# Views that natives are given.
buffer = bytearray(8)
left, right = socket.socketpair()
left.sendall(b'0123')
right.recv_into(memoryview(buffer)[2:])
del buffer[:2]
assert buffer == b'0123\0\0'
left.sendall(memoryview(buffer)[:3])
buffer.append(7)
assert right.recv(10) == b'012'
left.close()
right.close()
io.BytesIO(b'xyz').readinto(memoryview(buffer))
buffer.pop()
assert buffer == b'xyz3\0\0'

# Other lenders.
numbers = array.array('h', [1, 2, 3])
len(memoryview(numbers))
numbers.append(4)
view = memoryview(numbers)
refused(lambda: numbers.append(5))
del view
numbers.append(5)
stream = io.BytesIO(b'abc')
len(stream.getbuffer())
stream.write(b'defghi')
assert stream.getvalue() == b'defghi'


# The stream reader of asyncio reads by way of a view and deletes what it has read.
async def exchange():
    async def serve(reader, writer):
        while data := await reader.readexactly(5):
            writer.write(data)
            if data == b'close':
                break
        writer.close()

    server = await asyncio.start_server(serve, '127.0.0.1', 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    for number in range(40):
        writer.write(b'%05d' % number)
        assert await reader.read(3) == b'%03d' % (number // 100)
        assert await reader.readexactly(2) == b'%02d' % (number % 100)
    writer.write(b'close')
    assert await reader.read() == b'close'
    writer.close()
    server.close()


asyncio.run(exchange())
print('ok')
