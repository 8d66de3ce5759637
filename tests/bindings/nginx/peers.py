# SPDX-License-Identifier: Apache-2.0
"""The two sides of nginx in its tests: raw clients, and upstreams of each protocol."""

import contextlib
import os
import re
import socket
import subprocess
import threading

import service
from service import PATIENCE

CURL = os.environ["CURL"]


class Connection:
    """A socket that sends valid or invalid bytes, as the test says."""

    def __init__(self, connected):
        connected.settimeout(PATIENCE)
        self.socket = connected
        self.file = connected.makefile("rb")

    def send(self, data):
        self.socket.sendall(data)

    def head(self):
        """Up to the empty line; nothing if the other side closes."""
        lines = []
        while line := self.file.readline():
            lines.append(line)
            if line == b"\r\n":
                break
        return b"".join(lines)

    def read(self, size):
        data = self.file.read(size)
        if len(data) < size:
            raise ConnectionError("closed early")
        return data

    def rest(self):
        return self.file.read()

    def response(self):
        """Status, head, and the body by its Content-Length."""
        head = self.head()
        length = re.search(rb"(?i)\r\nContent-Length: (\d+)\r\n", head)
        return service.status_of(head), head, self.file.read(int(length[1])) if length else b""

    def reset(self):
        linger = b"\x01\x00\x00\x00\x00\x00\x00\x00"  # on, 0 s
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.close()

    def close(self):
        self.file.close()
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Upstream:
    """Runs `behave(connection, number)` for each connection, in a thread of its own."""

    def __init__(self, behave):
        self.behave = behave
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        self.connections = []
        self.threads = [threading.Thread(target=self.accept)]
        self.threads[0].start()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                connection = Connection(self.listener.accept()[0])
                self.connections.append(connection)
                arguments = (connection, len(self.connections) - 1)
                self.threads.append(threading.Thread(target=self.run, args=arguments))
                self.threads[-1].start()

    def run(self, connection, number):
        with contextlib.suppress(OSError, ValueError), connection:
            self.behave(connection, number)

    def stop(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.threads[0].join()
        for connection in self.connections:
            with contextlib.suppress(OSError):
                connection.socket.shutdown(socket.SHUT_RDWR)
        for thread in self.threads:
            thread.join()


def answer(body=b"fine", status="200 OK", fields=()):
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *fields]
    return "\r\n".join([*lines, "", ""]).encode() + body


def always(response):
    """A behavior: this response to every request without a body."""
    def behave(connection, _):
        while connection.head():
            connection.send(response)
    return behave


class Request:
    """What arrived: the request line, and the fields in order, by lowercase names."""

    def __init__(self, line, fields):
        self.line = line
        self.fields = fields

    def all(self, name):
        return [value for key, value in self.fields if key.lower() == name]

    def __getitem__(self, name):
        values = self.all(name)
        assert len(values) <= 1, f"{name} is there {len(values)} times: {values}"
        return values[0] if values else None


class HttpApp(Upstream):
    """Answers every request, and keeps what it received."""

    def __init__(self, response=answer()):
        self.received = []
        self.response = response
        super().__init__(self.serve)

    def serve(self, connection, _):
        while head := connection.head():
            line, *lines = head.decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
            request = Request(line, [tuple(one.split(": ", 1)) if ": " in one else (one[:-1], "")
                                     for one in lines])
            if length := request["content-length"]:
                connection.read(int(length))
            self.received.append(request)
            connection.send(self.response(request) if callable(self.response) else self.response)


def http2_frame(kind, flags, stream, payload):
    return (len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") +
            payload)


def http2_text(text):
    """HPACK's string without Huffman's code: RFC 7541, 5.2."""
    assert len(text) < 127
    return bytes([len(text)]) + text.encode("latin-1")


def http2_requests(client, requests):
    """Sends all requests at once, each on a stream of its own, and waits until all are answered. A
    request is a target and fields."""
    client.send(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + http2_frame(4, 0, 0, b""))
    for number, (target, fields) in enumerate(requests):
        head = [(":method", "GET"), (":scheme", "http"), (":authority", "a"), (":path", target),
                *fields]
        block = b"".join(b"\0" + http2_text(name) + http2_text(value) for name, value in head)
        client.send(http2_frame(1, 0x05, 2 * number + 1, block))  # END_STREAM, END_HEADERS
    ended = 0
    while ended < len(requests):
        head = client.read(9)
        client.read(int.from_bytes(head[:3], "big"))
        assert head[3] in (0, 1, 4, 8), f"a frame of type {head[3]}"
        ended += head[3] in (0, 1) and head[4] & 1
        if head[3] == 4 and not head[4] & 1:
            client.send(http2_frame(4, 1, 0, b""))


CGI_RESPONSE = b"Status: 200 OK\r\nContent-Type: text/plain\r\n\r\nfine"


def cgi_request(variables):
    """Its fields as of HTTP: `HTTP_X_B3_TRACEID` is `x-b3-traceid`."""
    fields = [(name.removeprefix("HTTP_").replace("_", "-"), value) for name, value in variables
              if name.startswith("HTTP_")]
    return Request(dict(variables).get("REQUEST_URI", ""), fields)


class FastCgiApp(Upstream):
    """FastCGI 1.0: records of eight bytes and content; parameters as pairs with their lengths."""

    def __init__(self):
        self.received = []
        super().__init__(self.serve)

    @staticmethod
    def record(kind, content):
        return bytes([1, kind, 0, 1]) + len(content).to_bytes(2, "big") + bytes(2) + content

    @staticmethod
    def length(data, at):
        if data[at] < 0x80:
            return data[at], at + 1
        return int.from_bytes(data[at:at + 4], "big") & 0x7FFFFFFF, at + 4

    def pairs(self, data):
        at = 0
        while at < len(data):
            name, at = self.length(data, at)
            value, at = self.length(data, at)
            yield data[at:at + name].decode(), data[at + name:at + name + value].decode("latin-1")
            at += name + value

    def serve(self, connection, _):
        parameters = b""
        while True:
            head = connection.read(8)
            content = connection.read(int.from_bytes(head[4:6], "big"))
            connection.read(head[6])
            if head[1] == 4:
                parameters += content
            if head[1] == 5 and not content:
                break
        self.received.append(cgi_request(list(self.pairs(parameters))))
        connection.send(self.record(6, CGI_RESPONSE) + self.record(6, b"") +
                        self.record(3, bytes(8)))


class UwsgiApp(Upstream):
    """uwsgi: a head of four bytes; variables as pairs, each behind its length of two bytes."""

    def __init__(self):
        self.received = []
        super().__init__(self.serve)

    def serve(self, connection, _):
        size = int.from_bytes(connection.read(4)[1:3], "little")
        data, texts = connection.read(size), []
        while data:
            length = int.from_bytes(data[:2], "little")
            texts.append(data[2:2 + length].decode("latin-1"))
            data = data[2 + length:]
        self.received.append(cgi_request(list(zip(texts[::2], texts[1::2]))))
        connection.send(b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nfine")


class ScgiApp(Upstream):
    """SCGI: a netstring of names and values that end with zeros."""

    def __init__(self):
        self.received = []
        super().__init__(self.serve)

    def serve(self, connection, _):
        digits = b""
        while (digit := connection.read(1)) != b":":
            digits += digit
        texts = connection.read(int(digits)).decode("latin-1").split("\0")
        connection.read(1)
        self.received.append(cgi_request(list(zip(texts[::2], texts[1::2]))))
        connection.send(CGI_RESPONSE)


def curl(*arguments, **options):
    return subprocess.run([CURL, "--silent", "--show-error", "--noproxy", "*", *arguments],
                          capture_output=True, timeout=PATIENCE, **options)
