# SPDX-License-Identifier: Apache-2.0
"""Starts the example servers, sends raw bytes to them, and stops them."""

import contextlib
import re
import signal
import socket
import subprocess

PATIENCE = 60  # seconds until a server counts as stuck

TRACE_ID = "0af7651916cd43dd8448eb211c80319c"
SPAN_ID = "b7ad6b7169203331"
TRACEPARENT = f"00-{TRACE_ID}-{SPAN_ID}-01"
TRACEPARENT_FORM = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-(0[0-3])\Z")


class Service:
    def __init__(self, program, *arguments, env=None):
        self.process = subprocess.Popen(
            [program, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env
        )
        line = self.process.stdout.readline().decode()
        found = re.fullmatch(r"listening on (http://127\.0\.0\.1:(\d+))\n", line)
        assert found, f"{program} said {line!r}"
        self.url = found[1]
        self.port = int(found[2])

    def stop(self, sign=signal.SIGTERM):
        """Returns the exit status and the output on stderr."""
        self.process.send_signal(sign)
        return self.wait()

    def wait(self):
        try:
            _, errors = self.process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()
            raise
        return self.process.returncode, errors.decode()

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.communicate()

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)

    def send(self, request, half_close=False):
        """The whole response until the server closes."""
        with contextlib.closing(self.connect()) as connection:
            received = b""
            with contextlib.suppress(ConnectionError):
                connection.sendall(request)
                if half_close:
                    connection.shutdown(socket.SHUT_WR)
            with contextlib.suppress(ConnectionError):
                while chunk := connection.recv(65536):
                    received += chunk
            return received


def request(method, target, fields=(), body=b""):
    """The bytes of a request after which the server closes. Fields are raw lines."""
    lines = [
        f"{method} {target} HTTP/1.1",
        "Host: 127.0.0.1",
        "Connection: close",
        f"Content-Length: {len(body)}",
        *fields,
    ]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def status_of(response):
    """The status; None if the server closed without a response."""
    if not response:
        return None
    found = re.match(rb"HTTP/1\.1 (\d{3}) ", response)
    assert found, f"no HTTP response: {response[:80]!r}"
    return int(found[1])


def body_of(response):
    return response.split(b"\r\n\r\n", 1)[1]


# Requests that must not succeed, by name: bytes, and the expected status.
HOSTILE = {
    "garbage": (bytes(range(256)) * 8, 400),
    "a TLS hello": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 300, 400),
    "an HTTP/2 preface": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    "no Host": (b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n", 400),
    "two Hosts": (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n", 400),
    "a huge field": (request("GET", "/", ["X: " + "x" * 60_000]), 431),
    "too many fields": (request("GET", "/", [f"X-{i}: x" for i in range(10_000)]), 431),
    "an endless target": (request("GET", "/" + "x" * 200_000), 431),
    "a control character in a value": (request("GET", "/", ["X: a\x00b"]), 400),
    "a space before the colon": (request("GET", "/", ["Traceparent : x"]), 400),
    "a negative length": (b"POST /test HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400),
    "two lengths": (
        b"POST /test HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
        400,
    ),
    "a huge length": (
        b"POST /test HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\n\r\n",
        413,
    ),
    "a bad chunk": (
        b"POST /test HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        400,
    ),
    "endless chunks": (
        b"POST /test HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        + (b"10000\r\n" + b"x" * 0x10000 + b"\r\n") * 20,
        413,
    ),
}
HALVES = {
    "nothing at all": (b"", None),
    "half a request line": (b"GET / HT", 400),
    "half a header": (b"GET / HTTP/1.1\r\nHost: a\r\nTrace", 400),
    "half a body": (b"POST /test HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n[", 400),
}


class SurvivesHostility:
    """Tests for any of the servers; `well()` must tell whether self.service still serves."""

    def test_hostile_requests_are_refused(self):
        for name, (attack, expected) in HOSTILE.items():
            with self.subTest(name):
                self.assertEqual(status_of(self.service.send(attack)), expected)
                self.assertTrue(self.well())

    def test_half_requests_are_refused(self):
        for name, (attack, expected) in HALVES.items():
            with self.subTest(name):
                response = self.service.send(attack, half_close=True)
                self.assertEqual(status_of(response), expected)
                self.assertTrue(self.well())

    def test_silent_peers_hold_nobody_up(self):
        with contextlib.ExitStack() as stack:
            for name, (attack, _) in HALVES.items():
                connection = stack.enter_context(contextlib.closing(self.service.connect()))
                connection.sendall(attack)
            self.assertTrue(self.well())

    def test_peers_that_vanish_leave_it_well(self):
        for _ in range(50):
            with contextlib.closing(self.service.connect()) as connection:
                connection.sendall(request("POST", "/test", body=b"[]"))
                linger = b"\x01\x00\x00\x00\x00\x00\x00\x00"  # on, 0 s: close by reset
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.assertTrue(self.well())

    def test_stops_when_asked_to(self):
        for sign in (signal.SIGINT, signal.SIGTERM):
            service = Service(self.program)
            try:
                with contextlib.closing(service.connect()) as idle:
                    idle.sendall(b"GET / HTTP/1.1\r\nHost:")
                    self.assertEqual(service.stop(sign), (0, ""))
            finally:
                service.kill()

    def test_usage(self):
        for arguments in (["--port"], ["--port", "x"], ["--port", "65536"], ["--port", "-1"],
                          ["--port", "1", "2"], ["--prot", "1"], ["x"], [""]):
            with self.subTest(arguments):
                done = subprocess.run([self.program, *arguments], capture_output=True,
                                      timeout=PATIENCE)
                self.assertEqual((done.returncode, done.stdout), (2, b""))
                self.assertEqual(done.stderr.count(b"\n"), 1)
        done = subprocess.run([self.program, "--help"], capture_output=True, timeout=PATIENCE)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        self.assertIn(b"--port N", done.stdout)

    def test_a_port_that_is_taken_is_an_error(self):
        done = subprocess.run([self.program, "--port", str(self.service.port)],
                              capture_output=True, timeout=PATIENCE)
        self.assertEqual((done.returncode, done.stdout), (1, b""))
        self.assertEqual(done.stderr.count(b"\n"), 1)
