"""An echo server on the loopback interface, a thread for each connection, and as many clients as asked for.

usage: echo_server.py [clients] [messages each]
"""

import socket
import sys
import threading
import time


class EchoServer:
    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = self.listener.getsockname()
        self.handlers = []
        self.lock = threading.Lock()
        self.lines = 0
        self.thread = threading.Thread(target=self.accept, name="server")
        self.thread.start()

    def accept(self):
        while True:
            connection, _ = self.listener.accept()
            with connection, connection.makefile("rb") as hello:
                if hello.readline() == b"stop\n":
                    return
                connection = connection.dup()
            handler = threading.Thread(target=self.serve, args=(connection,))
            self.handlers.append(handler)
            handler.start()

    def serve(self, connection):
        served = 0
        with connection, connection.makefile("rwb") as stream:
            stream.write(b"ready\n")
            stream.flush()
            for line in stream:
                stream.write(line.upper())
                stream.flush()
                served += 1
        with self.lock:
            self.lines += served

    def stop(self):
        with socket.create_connection(self.address) as connection:
            connection.sendall(b"stop\n")
        self.thread.join()
        for handler in self.handlers:
            handler.join()
        self.listener.close()


def client(address, number, messages, report):
    with socket.create_connection(address, timeout=30) as connection:
        with connection.makefile("rw", encoding="utf-8", newline="\n") as stream:
            stream.write("hello\n")
            stream.flush()
            if stream.readline() != "ready\n":
                raise RuntimeError("the server is not ready")
            echoed = 0
            for index in range(messages):
                message = f"client {number} says message {index} \N{SNOWMAN}\n"
                stream.write(message)
                stream.flush()
                if stream.readline() == message.upper():
                    echoed += 1
    report[number] = echoed


def main():
    clients = int(sys.argv[1]) if len(sys.argv) > 1 else 4
    messages = int(sys.argv[2]) if len(sys.argv) > 2 else 150

    server = EchoServer()
    report = {}
    started = time.perf_counter()
    threads = [
        threading.Thread(target=client, args=(server.address, number, messages, report))
        for number in range(clients)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    server.stop()
    elapsed = time.perf_counter() - started

    for number in range(clients):
        print(f"client {number}: {report.get(number)} of {messages} messages came back")
    print(f"the server served {server.lines} lines")
    print(f"{clients} clients, {elapsed:.2f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
