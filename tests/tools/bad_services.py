# SPDX-License-Identifier: Apache-2.0
"""Small HTTP services on loopback that do right, or one thing wrong."""

import contextlib
import json
import os
import re
import socket
import threading
import time
import urllib.parse

PARENT = re.compile(rb"00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})\Z")
FUTURE = re.compile(
    rb"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?\Z", re.S)


class Request:
    """A request as it came: fields in order, names in lowercase."""

    def __init__(self, head, body):
        lines = head.split(b"\r\n")
        self.target = lines[0].split(b" ")[1]
        self.fields = []
        for line in lines[1:]:
            name, _, value = line.partition(b":")
            self.fields.append((name.lower(), value.strip(b" \t")))
        self.body = body
        self.new_trace = os.urandom(16).hex().encode()

    def all(self, name):
        return [value for known, value in self.fields if known == name]


def answer(status=200, body=b"[]", fields=()):
    lines = [b"HTTP/1.1 %d X" % status, b"Content-Length: %d" % len(body), *fields]
    return b"\r\n".join([*lines, b"", b""]) + body


def read_request(connection, buffer):
    """A request, and the bytes behind it; None at the end."""
    while b"\r\n\r\n" not in buffer:
        chunk = connection.recv(65536)
        if not chunk:
            return None, b""
        buffer += chunk
    head, _, buffer = buffer.partition(b"\r\n\r\n")
    request = Request(head, b"")
    size = int((request.all(b"content-length") or [b"0"])[0])
    while len(buffer) < size:
        chunk = connection.recv(65536)
        if not chunk:
            return None, b""
        buffer += chunk
    request.body = buffer[:size]
    return request, buffer[size:]


def propagate(request):
    """The fields of a call, as W3C demands of traceparent; no other field."""
    parents = request.all(b"traceparent")
    found = None
    if len(parents) == 1:
        found = (PARENT if parents[0].startswith(b"00") else FUTURE).match(parents[0])
    if not found:
        trace, flags = request.new_trace, 2
    else:
        trace, flags = found[1], int(found[3], 16) & 3
    return [b"traceparent: 00-%s-%s-%02x" % (trace, os.urandom(8).hex().encode(), flags)]


def call(url, fields):
    """POSTs to a URL, and waits for the answer."""
    parts = urllib.parse.urlsplit(url)
    lines = [b"POST %s HTTP/1.1" % parts.path.encode(), b"Host: a", b"Content-Length: 0",
             b"Connection: close", *fields]
    with contextlib.suppress(OSError):
        with socket.create_connection((parts.hostname, parts.port), 5) as connection:
            connection.sendall(b"\r\n".join([*lines, b"", b""]))
            while connection.recv(65536):
                pass


class Service:
    """Runs `serve(connection, request)` for each request; it returns whether to keep the connection."""

    def __init__(self, serve):
        self.serve = serve
        self.requests = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/test"
        self.is_over = threading.Event()
        self.threads = []
        self.connections = []
        self.start(self.accept)

    def start(self, target, *arguments):
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        self.threads.append(thread)
        thread.start()

    def accept(self):
        while not self.is_over.is_set():
            with contextlib.suppress(OSError):
                connection, _ = self.listener.accept()
                self.connections.append(connection)
                self.start(self.session, connection)

    def session(self, connection):
        buffer = b""
        with connection, contextlib.suppress(OSError, ValueError, IndexError):
            while True:
                request, buffer = read_request(connection, buffer)
                if request is None:
                    return
                self.requests += 1
                if not self.serve(self, connection, request):
                    return

    def stop(self):
        self.is_over.set()
        for taken in (self.listener, *self.connections):
            with contextlib.suppress(OSError):
                taken.shutdown(socket.SHUT_RDWR)
            taken.close()
        for thread in self.threads:
            thread.join(10)


def urls(request):
    return [order["url"] for order in json.loads(request.body)]


def good(service, connection, request, fields=propagate):
    """Each URL is called once, before the answer."""
    for url in urls(request):
        call(url, fields(request))
    connection.sendall(answer())
    return True


def with_fields(fields):
    return lambda service, connection, request: good(service, connection, request, fields)


def never_answers(service, connection, request):
    service.is_over.wait(60)


def garbage(service, connection, request):
    connection.sendall(b"220 smtp.example ESMTP\r\n" * 3)


def closes(service, connection, request):
    pass


def closes_midway(service, connection, request):
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")


def redirects(service, connection, request):
    connection.sendall(answer(302, b"", [b"Location: http://127.0.0.1:1/elsewhere"]))
    return True


def fails(service, connection, request):
    connection.sendall(answer(500))
    return True


def never_calls(service, connection, request):
    connection.sendall(answer())
    return True


def calls_twice(service, connection, request):
    for url in urls(request):
        call(url, propagate(request))
    return good(service, connection, request)


def calls_twice_later(service, connection, request):
    good(service, connection, request)
    time.sleep(0.05)
    for url in urls(request):
        call(url, propagate(request))
    return True


def endless_header(service, connection, request):
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        connection.sendall(b"X-More: and more and more\r\n" * 100)


def endless_body(service, connection, request):
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        connection.sendall(b"1000\r\n" + b"x" * 0x1000 + b"\r\n")


def endless_interim(service, connection, request):
    while True:
        connection.sendall(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 100)


def slow(service, connection, request):
    for byte in answer():
        connection.sendall(bytes([byte]))
        if service.is_over.wait(0.1):
            return


def drops_connections(service, connection, request):
    good(service, connection, request)
    return False  # though it promised to keep the connection


def calls_with_garbage(service, connection, request):
    for url in urls(request):
        parts = urllib.parse.urlsplit(url)
        with socket.create_connection((parts.hostname, parts.port), 5) as called:
            called.sendall(b"\x16\x03\x01 this is not HTTP\r\n\r\n")
            called.recv(100)
    connection.sendall(answer())
    return True


def calls_with_endless_fields(service, connection, request):
    for url in urls(request):
        parts = urllib.parse.urlsplit(url)
        with contextlib.suppress(OSError):
            with socket.create_connection((parts.hostname, parts.port), 5) as called:
                called.sendall(b"POST %s HTTP/1.1\r\n" % parts.path.encode())
                while True:
                    called.sendall(b"X-More: and more and more\r\n" * 1000)
    connection.sendall(answer())
    return True
