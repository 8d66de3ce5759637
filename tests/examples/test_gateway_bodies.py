# SPDX-License-Identifier: Apache-2.0
"""Bodies of any size and framing through migration_gateway, in both directions."""

import hashlib
import os
import re
import time
import unittest

import counterparts
from counterparts import answer, connect, curl

MEGABYTE = 1024 * 1024
HUGE = 512 * MEGABYTE
MOST_MEMORY = 64 * MEGABYTE
IS_SANITIZED = os.environ["SANITIZE"] != "none"  # its shadow memory would be counted


def chunks_of(body):
    """The content of a chunked body, and its trailers."""
    data = b""
    while True:
        size, _, body = body.partition(b"\r\n")
        if int(size, 16) == 0:
            trailers = body.removesuffix(b"\r\n").splitlines()
            return data, trailers
        data += body[: int(size, 16)]
        assert body[int(size, 16):].startswith(b"\r\n")
        body = body[int(size, 16) + 2:]


def read_chunked(connection):
    """A chunked body as received."""
    body = b""
    while True:
        line = connection.file.readline()
        body += line
        size = int(line, 16)
        if size == 0:
            return chunks_of(body + connection.head())
        body += connection.body(size + 2)


def take_uploads(connection, _):
    """A behavior: counts received bytes, without keeping them."""
    while head := connection.head():
        if b"Expect: 100-continue" in head:
            connection.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        left = int(re.search(rb"Content-Length: (\d+)", head)[1])
        buffer, total = memoryview(bytearray(MEGABYTE)), 0
        while total < left:
            got = connection.file.readinto(buffer[: min(MEGABYTE, left - total)])
            if not got:
                return
            total += got
        connection.send(answer(str(total).encode()))


class Bodies(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.nginx = counterparts.Nginx()
        cls.addClassCleanup(cls.nginx.stop)
        cls.gateway = counterparts.Gateway(cls.nginx.url)
        cls.addClassCleanup(cls.gateway.kill)

    def before(self, behave):
        """A gateway in front of an upstream with this behavior."""
        upstream = counterparts.Upstream(behave)
        self.addCleanup(upstream.stop)
        gateway = counterparts.Gateway(upstream.url)
        self.addCleanup(gateway.kill)
        return gateway

    def assert_modest(self, gateway):
        if not IS_SANITIZED:
            self.assertLess(gateway.peak_memory(), MOST_MEMORY)

    def test_huge_download(self):
        with open(self.nginx.files / "huge", "wb") as file:
            file.truncate(HUGE)
        for path in ("/huge", "/chunked/huge"):
            with self.subTest(path):
                done = curl("-o", "/dev/null", "-w", "%{http_code} %{size_download}",
                            self.gateway.url + path)
                self.assertEqual((done.returncode, done.stdout), (0, f"200 {HUGE}".encode()))
        self.assert_modest(self.gateway)

    def test_huge_upload(self):
        gateway = self.before(take_uploads)
        with open(self.nginx.files / "sent", "wb") as file:
            file.truncate(HUGE)
        done = curl("-T", self.nginx.files / "sent", gateway.url)
        self.assertEqual((done.returncode, done.stdout), (0, str(HUGE).encode()), done.stderr)
        self.assert_modest(gateway)

    def test_a_slow_reader_holds_the_upstream_up(self):
        sent = []

        def behave(connection, _):
            connection.head()
            connection.send(f"HTTP/1.1 200 OK\r\nContent-Length: {HUGE}\r\n\r\n".encode())
            connection.socket.settimeout(1)
            while True:
                sent.append(connection.socket.send(bytes(MEGABYTE)))

        gateway = self.before(behave)
        with connect(gateway) as client:
            client.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            client.head()
            counterparts.wait_until(lambda: not self.grows(sent), "the upstream has to wait")
            self.assertLess(sum(sent), MOST_MEMORY)
        self.assert_modest(gateway)

    @staticmethod
    def grows(sent):
        before = len(sent)
        time.sleep(0.3)
        return len(sent) > before or not sent

    def test_there_and_back(self):
        data = os.urandom(5 * MEGABYTE + 17)
        for name, arguments in (("length", []), ("chunked", ["-H", "Transfer-Encoding: chunked"])):
            put = curl("-T", "-", *arguments, "-w", "%{http_code}", f"{self.gateway.url}/{name}",
                       input=data)
            self.assertEqual((put.returncode, put.stdout), (0, b"201"), put.stderr)
            for path in (f"/{name}", f"/chunked/{name}"):
                for version in ("--http1.1", "--http1.0"):
                    with self.subTest((path, version)):
                        got = curl(version, self.gateway.url + path)
                        self.assertEqual(got.returncode, 0, got.stderr)
                        self.assertEqual(hashlib.sha256(got.stdout).digest(),
                                         hashlib.sha256(data).digest())

    def test_framing_is_kept(self):
        (self.nginx.files / "small").write_bytes(b"small\n")
        with connect(self.gateway) as client:
            client.send(b"GET /small HTTP/1.1\r\nHost: a\r\n\r\n")
            status, head, body = client.response()
            self.assertEqual((status, body), (200, b"small\n"))
            self.assertNotIn(b"Transfer-Encoding", head)
            client.send(b"GET /chunked/small HTTP/1.1\r\nHost: a\r\n\r\n")
            self.assertIn(b"\r\nTransfer-Encoding: chunked\r\n", client.head())
            self.assertEqual(read_chunked(client), (b"small\n", []))

    def test_trailers_pass_in_both_directions(self):
        got = []

        def behave(connection, _):
            while connection.head():
                got.append(read_chunked(connection))
                connection.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-A\r\n"
                                b"\r\n3;ext=1\r\nyes\r\n0\r\nX-A: 1\r\nConnection: x\r\n\r\n")

        gateway = self.before(behave)
        with connect(gateway) as client:
            for _ in range(2):
                client.send(b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                            b"2\r\nab\r\n0A;x=\"y\"\r\n0123456789\r\n0\r\nX-Sum: 1\r\n"
                            b"traceparent: 00-0-0-00\r\nKeep-Alive: 5\r\n\r\n")
                head = client.head()
                self.assertIn(b"\r\nTrailer: X-A\r\n", head)
                self.assertEqual(read_chunked(client), (b"yes", [b"X-A: 1"]))
        self.assertEqual(got, [(b"ab0123456789", [b"X-Sum: 1"])] * 2)

    def test_parts_go_on_as_they_come(self):
        def behave(connection, _):
            connection.head()
            connection.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            for _ in range(3):
                part = connection.body(6)  # a chunk of one byte
                connection.send(part)
            connection.send(connection.body(5))

        with connect(self.before(behave)) as client:
            client.send(b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
            self.assertIn(b"200 OK", client.head())
            for _ in range(3):
                client.send(b"1\r\nx\r\n")
                self.assertEqual(client.body(6), b"1\r\nx\r\n")
            client.send(b"0\r\n\r\n")
            self.assertEqual(client.body(5), b"0\r\n\r\n")

    def test_expect_continue(self):
        with connect(self.gateway) as client:
            client.send(b"PUT /expected HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n"
                        b"Expect: 100-continue\r\n\r\n")
            self.assertEqual(client.head(), b"HTTP/1.1 100 Continue\r\n\r\n")
            client.send(b"body")
            self.assertEqual(client.response()[0], 201)
        self.assertEqual((self.nginx.files / "expected").read_bytes(), b"body")

    def test_expect_continue_may_be_refused(self):
        with connect(self.gateway) as client:
            client.send(b"PUT /limited HTTP/1.1\r\nHost: a\r\nContent-Length: 4000\r\n"
                        b"Expect: 100-continue\r\n\r\n")
            status, head, _ = client.response()
            self.assertEqual(status, 413)
            self.assertIn(b"\r\nConnection: close\r\n", head)
            self.assertEqual(client.rest(), b"")

    def test_an_early_answer_arrives(self):
        def behave(connection, _):
            connection.head()
            connection.send(answer(b"too much", "413 Payload Too Large"))
            connection.rest()

        gateway = self.before(behave)
        with connect(gateway) as client:
            client.send(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000\r\n\r\n")
            client.send(bytes(MEGABYTE))
            status, _, body = client.response()
            self.assertEqual((status, body, client.rest()), (413, b"too much", b""))
        # That connection to the upstream is in the middle of a body.
        self.assertIn(b" 413 ", connect_and_get(gateway, "/"))

    def test_responses_without_a_body(self):
        (self.nginx.files / "page").write_bytes(b"page\n")
        tag = re.search(rb"\r\nETag: (\S+)", connect_and_get(self.gateway, "/page"))[1]
        with connect(self.gateway) as client:
            for request, status, fields in (
                    (b"HEAD /page HTTP/1.1\r\nHost: a\r\n\r\n", b"200", [b"Content-Length: 5"]),
                    (b"HEAD /chunked/page HTTP/1.1\r\nHost: a\r\n\r\n", b"200", []),
                    (b"GET /page HTTP/1.1\r\nHost: a\r\nIf-None-Match: " + tag + b"\r\n\r\n",
                     b"304", [b"ETag: " + tag]),
                    (b"GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n", b"204", []),
                    (b"PUT /nothing HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", b"204", [])):
                client.send(request)
                lines = client.head().split(b"\r\n")
                self.assertEqual(lines[0].split()[1], status)
                for field in fields:
                    self.assertIn(field, lines)
                self.assertNotIn(b"Connection: close", lines)
            client.send(b"GET /page HTTP/1.1\r\nHost: a\r\n\r\n")
            self.assertEqual(client.response()[2], b"page\n")


def connect_and_get(gateway, target):
    with connect(gateway) as client:
        client.send(f"GET {target} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        return client.head()


if __name__ == "__main__":
    unittest.main()
