# oracle: python3
"""Stream sockets: servers and clients in eight threads, files over sockets, timeouts, errors, descriptors that are passed on."""

import errno
import os
import select
import selectors
import socket
import struct
import tempfile
import threading

# A pair, the buffer methods, peeking, shutting down.
left, right = socket.socketpair()
with left, right:
    print(left.family.name, left.type.name, left.proto, left.gettimeout(), left.getblocking())
    left.sendall(b"hello world")
    print(right.recv(5, socket.MSG_PEEK), right.recv(5), right.recv(100))
    buffer = bytearray(8)
    left.send(b"abc")
    print(right.recv_into(buffer), buffer)
    left.send(memoryview(b"0123456789")[2:6])
    print(right.recv_into(memoryview(buffer)[4:], 2), buffer, right.recv(10))
    print(left.sendmsg([b"one", b"two"]), right.recvmsg(100))
    left.shutdown(socket.SHUT_WR)
    print(right.recv(1), right.send(b"back"), left.recv(10))

# Ancillary data: a descriptor travels.
left, right = socket.socketpair()
with left, right, tempfile.TemporaryFile() as file:
    file.write(b"in the file")
    file.flush()
    socket.send_fds(left, [b"take"], [file.fileno()])
    data, descriptors, flags, address = socket.recv_fds(right, 10, 4)
    with os.fdopen(descriptors[0], "rb") as received:
        received.seek(0)
        print(data, len(descriptors), flags, received.read())

# Timeouts and blocking modes.
left, right = socket.socketpair()
with left, right:
    left.settimeout(0.05)
    print(left.gettimeout(), left.getblocking())
    try:
        left.recv(1)
    except TimeoutError as error:
        print(repr(error), error.errno, socket.timeout is TimeoutError)
    left.setblocking(False)
    try:
        left.recv(1)
    except BlockingIOError as error:
        print(errno.errorcode[error.errno], left.gettimeout())
    for wrong in (-1, "x", float("nan")):
        try:
            left.settimeout(wrong)
        except (ValueError, TypeError) as error:
            print(type(error).__name__)
    socket.setdefaulttimeout(2.5)
    with socket.socket() as made:
        print(made.gettimeout(), socket.getdefaulttimeout())
    socket.setdefaulttimeout(None)

# Names and options.
with socket.create_server(("127.0.0.1", 0)) as listener:
    host, port = listener.getsockname()
    print(host, port > 0, listener.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR) != 0)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    print(struct.unpack("ii", listener.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER, 8)))
    with socket.create_connection((host, port)) as client:
        connection, peer = listener.accept()
        with connection:
            print(peer == client.getsockname(), client.getpeername() == (host, port))
            duplicate = client.dup()
            client.close()
            duplicate.sendall(b"through the duplicate")
            print(connection.recv(100), client.fileno(), client._closed)
            duplicate.close()
            print(connection.recv(1))
try:
    socket.create_connection((host, port), timeout=5)
except ConnectionRefusedError as error:
    print(errno.errorcode[error.errno])
with socket.socket() as client:
    print(errno.errorcode[client.connect_ex((host, port))])
try:
    client.send(b"x")
except OSError as error:
    print(errno.errorcode[error.errno], client)

# Unix addresses, and addresses that are none.
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "socket")
    with socket.socket(socket.AF_UNIX) as listener, socket.socket(socket.AF_UNIX) as client:
        listener.bind(path)
        listener.listen(1)
        client.connect(path)
        connection, peer = listener.accept()
        with connection:
            print(listener.getsockname() == path, repr(peer), client.getpeername() == path)
for address, family in ((("127.0.0.1",), socket.AF_INET), ("127.0.0.1", socket.AF_INET), (("127.0.0.1", 70000), socket.AF_INET),
                        ("x" * 200, socket.AF_UNIX)):
    with socket.socket(family) as wrong:
        try:
            wrong.bind(address)
        except (TypeError, OverflowError, OSError) as error:
            print(type(error).__name__, error)
print(socket.inet_aton("127.1"), socket.inet_ntoa(b"\1\2\3\4"), socket.inet_pton(socket.AF_INET6, "::1")[-1])
print(hex(socket.htons(0x1234)), hex(socket.ntohl(0x12345678)), socket.gethostbyname("127.0.0.1"))
print(socket.getaddrinfo("127.0.0.1", 80, type=socket.SOCK_STREAM)[0][:2], socket.getnameinfo(("127.0.0.1", 80), 3))
try:
    socket.getaddrinfo("no such host.invalid", 1)
except socket.gaierror as error:
    print(isinstance(error, OSError), error.errno in (socket.EAI_NONAME, socket.EAI_AGAIN))

# Datagrams.
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as first, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as second:
    first.bind(("127.0.0.1", 0))
    second.bind(("127.0.0.1", 0))
    first.sendto(b"datagram", second.getsockname())
    data, sender = second.recvfrom(100)
    print(data, sender == first.getsockname())
    first.sendto(b"more", 0, second.getsockname())
    count, sender = second.recvfrom_into(buffer)
    print(count, buffer[:count], sender == first.getsockname())

# Waiting for several.
left, right = socket.socketpair()
with left, right:
    print(select.select([right], [], [], 0), select.select([], [left], [], 0)[1] == [left])
    poll = select.poll()
    poll.register(right, select.POLLIN)
    print(poll.poll(0))
    left.send(b"x")
    print(poll.poll() == [(right.fileno(), select.POLLIN)])
    for kind in (selectors.SelectSelector, selectors.PollSelector, selectors.EpollSelector):
        with kind() as selector:
            selector.register(right, selectors.EVENT_READ, "data")
            print(kind.__name__, [(key.data, events) for key, events in selector.select(1)])
            selector.modify(right, selectors.EVENT_WRITE)
            print([events for key, events in selector.select(1)])
            selector.unregister(right)
            print(selector.select(0))

# Eight clients at once, a thread for each connection.
with socket.create_server(("127.0.0.1", 0), backlog=16) as listener:
    def serve(connection):
        with connection, connection.makefile("rwb") as stream:
            for line in stream:
                stream.write(line[::-1].lstrip() + b"\n")
                stream.flush()

    def accept():
        servers = []
        for _ in range(8):
            connection, _ = listener.accept()
            servers.append(threading.Thread(target=serve, args=(connection,)))
            servers[-1].start()
        for server in servers:
            server.join()

    def ask(number):
        with socket.create_connection(listener.getsockname()) as connection:
            with connection.makefile("rw", encoding="ascii", newline="\n") as stream:
                for index in range(50):
                    stream.write(f"{number}-{index}\n")
                    stream.flush()
                    if stream.readline() == f"{number}-{index}"[::-1] + "\n":
                        right_answers[number] += 1

    right_answers = [0] * 8
    threads = [threading.Thread(target=accept)]
    threads += [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(right_answers)
