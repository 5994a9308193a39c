# oracle: python3
"""socketserver, http.server and http.client, in threads."""

import http.client
import http.server
import socket
import socketserver
import threading
import urllib.request


class Upper(socketserver.StreamRequestHandler):
    def handle(self):
        for line in self.rfile:
            self.wfile.write(line.upper())


with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Upper) as server:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    answers = {}

    def ask(number):
        with socket.create_connection(server.server_address) as connection:
            connection.sendall(b"".join(b"line %d of %d\n" % (index, number) for index in range(20)))
            connection.shutdown(socket.SHUT_WR)
            with connection.makefile("rb") as stream:
                answers[number] = stream.read()

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    print(sorted(answers), all(answer.count(b"LINE") == 20 for answer in answers.values()), answers[3][:12])
    server.shutdown()
    thread.join()


class Pages(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.answer(f"you asked for {self.path}".encode())

    def do_POST(self):
        self.answer(self.rfile.read(int(self.headers["Content-Length"]))[::-1])

    def answer(self, body):
        self.send_response(200 if self.path != "/missing" else 404)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pages) as server:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    host, port = server.server_address
    connection = http.client.HTTPConnection(host, port, timeout=10)
    for path in ("/", "/a?b=c", "/missing"):
        connection.request("GET", path)
        response = connection.getresponse()
        print(response.status, response.reason, response.getheader("Content-Type"), response.read())
    connection.request("POST", "/", b"0123456789" * 10)
    print(connection.getresponse().read()[:20])
    connection.close()
    with urllib.request.urlopen(f"http://{host}:{port}/opened") as response:
        print(response.status, response.read().decode())
    results = [None] * 8

    def fetch(number):
        with urllib.request.urlopen(f"http://{host}:{port}/{number}") as response:
            results[number] = response.read()

    threads = [threading.Thread(target=fetch, args=(number,)) for number in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    print(results)
    server.shutdown()
    thread.join()
