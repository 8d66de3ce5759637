# SPDX-License-Identifier: Apache-2.0
"""Hostile clients of migration_gateway, or of the service behind it."""

import contextlib
import socket
import time
import unittest

import counterparts
import service
from counterparts import answer, connect
from service import request, status_of


def post(*fields, body=b"", version="1.1"):
    """A POST with just these fields."""
    lines = [f"POST / HTTP/{version}", "Host: a", *fields]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"
CHUNKED = "Transfer-Encoding: chunked"

# By name: bytes, and the expected status.
HOSTILE = {
    "garbage": (bytes(range(256)) * 8, 400),
    "a TLS hello": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 300, 400),
    "an HTTP/2 preface": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    "HTTP/0.9": (b"GET /\r\n\r\n", 400),
    "no Host": (b"GET / HTTP/1.1\r\n\r\n", 400),
    "two Hosts": (b"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400),
    "a list of Hosts": (b"GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", 400),
    "a Host with a user": (b"GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", 400),
    "a Host with a path": (b"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400),
    "a huge field": (request("GET", "/", ["X: " + "x" * 60_000]), 431),
    "a huge name": (request("GET", "/", ["x" * 60_000 + ": x"]), 431),
    "too many fields": (request("GET", "/", [f"X-{i}: x" for i in range(300)]), 431),
    "far too many fields": (request("GET", "/", ["X: x"] * 100_000), 431),
    "an endless target": (request("GET", "/" + "x" * 200_000), 431),
    "an endless method": (b"X" * 100_000, 431),
    "NUL in a value": (request("GET", "/", ["X: a\x00b"]), 400),
    "NUL in a name": (request("GET", "/", ["X\x00: a"]), 400),
    "NUL in a target": (b"GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "a bare CR in a value": (request("GET", "/", ["X: a\rb"]), 400),
    "a bare LF in a value": (request("GET", "/", ["X: a\nb: c"]), 400),
    "bare LFs": (b"GET / HTTP/1.1\nHost: a\n\n", 400),
    "a bare LF at the end": (b"GET / HTTP/1.1\r\nHost: a\r\n\n" + SMUGGLED, 400),
    "a space before the colon": (request("GET", "/", ["Traceparent : x"]), 400),
    "a tab before the colon": (post("Content-Length\t: 5", body=b"12345"), 400),
    "a field without a name": (request("GET", "/", [": x"]), 400),
    "a line without a colon": (request("GET", "/", ["X"]), 400),
    "a folded value": (request("GET", "/", ["X: a", " b"]), 400),
    "a folded Host": (b"GET / HTTP/1.1\r\nHost:\r\n a\r\n\r\n", 400),
    "a folded length": (post("Content-Length:", "\t5", body=b"12345"), 400),
    "a fold before the first field": (b"GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400),
    "two spaces": (b"GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "a tab for a space": (b"GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "a space in a target": (b"GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    # where a request ends
    "two lengths": (post("Content-Length: 1", "Content-Length: 2", body=b"xx"), 400),
    "the same length twice": (post("Content-Length: 2", "Content-Length: 2", body=b"xx"), 400),
    "a list of lengths": (post("Content-Length: 2, 2", body=b"xx"), 400),
    "a negative length": (post("Content-Length: -1"), 400),
    "a signed length": (post("Content-Length: +5", body=b"12345"), 400),
    "a hexadecimal length": (post("Content-Length: 0x5", body=b"12345"), 400),
    "no length": (post("Content-Length:", body=b"12345"), 400),
    "a length beyond 64 bits": (post("Content-Length: 18446744073709551621", body=b"12345"), 400),
    "length, then chunks": (post("Content-Length: 5", CHUNKED, body=b"0\r\n\r\n" + SMUGGLED), 400),
    "chunks, then length": (post(CHUNKED, "Content-Length: 5", body=b"0\r\n\r\n" + SMUGGLED), 400),
    "length beside another coding": (
        post("Transfer-Encoding: x", "Content-Length: 5", body=b"12345"), 400),
    "chunked twice": (post(CHUNKED, CHUNKED, body=b"0\r\n\r\n"), 400),
    "chunked twice in a list": (
        post("Transfer-Encoding: chunked, chunked", body=b"0\r\n\r\n"), 501),
    "an unknown coding": (post("Transfer-Encoding: xchunked", body=b"0\r\n\r\n"), 501),
    "another coding": (post("Transfer-Encoding: gzip, chunked", body=b"0\r\n\r\n"), 501),
    "a coding on top": (post("Transfer-Encoding: chunked, identity", body=b"0\r\n\r\n"), 501),
    "a quoted coding": (post('Transfer-Encoding: "chunked"', body=b"0\r\n\r\n"), 501),
    "an empty coding": (post("Transfer-Encoding:", body=b"0\r\n\r\n"), 501),
    "a vertical tab before the coding": (
        post("Transfer-Encoding: \x0bchunked", body=b"0\r\n\r\n"), 400),
    "codings in two fields": (post("Transfer-Encoding: x", CHUNKED, body=b"0\r\n\r\n"), 400),
    "chunks in HTTP/1.0": (post(CHUNKED, body=b"0\r\n\r\n", version="1.0"), 400),
    # chunks
    "no chunk size": (post(CHUNKED, body=b"\r\n\r\n"), 400),
    "a bad chunk size": (post(CHUNKED, body=b"xyz\r\n"), 400),
    "a signed chunk size": (post(CHUNKED, body=b"+3\r\nabc\r\n0\r\n\r\n"), 400),
    "a prefixed chunk size": (post(CHUNKED, body=b"0x3\r\nabc\r\n0\r\n\r\n"), 400),
    "a blank before a chunk size": (post(CHUNKED, body=b" 3\r\nabc\r\n0\r\n\r\n"), 400),
    "a blank behind a chunk size": (post(CHUNKED, body=b"3 \r\nabc\r\n0\r\n\r\n"), 400),
    "a chunk beyond 64 bits": (post(CHUNKED, body=b"10000000000000003\r\nabc\r\n0\r\n\r\n"), 400),
    "a chunk with a bare LF": (post(CHUNKED, body=b"3\nabc\r\n0\r\n\r\n"), 400),
    "a chunk longer than said": (post(CHUNKED, body=b"3\r\nabcd\r\n0\r\n\r\n"), 400),
    "a bad extension": (post(CHUNKED, body=b"3;\x01\r\nabc\r\n0\r\n\r\n"), 400),
    "an endless extension": (post(CHUNKED, body=b"3;x=" + b"x" * 200_000), 431),
    "endless trailers": (post(CHUNKED, body=b"0\r\n" + b"X: x\r\n" * 100_000), 431),
    "a length in a trailer": (post(CHUNKED, body=b"0\r\nContent-Length: 3\r\n\r\n"), 400),
    "a coding in a trailer": (post(CHUNKED, body=b"0\r\nTransfer-Encoding: x\r\n\r\n"), 400),
    # targets and methods
    "CONNECT": (b"CONNECT b:443 HTTP/1.1\r\nHost: b:443\r\n\r\n", 501),
    "an asterisk": (b"GET * HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "an authority": (b"GET a:80 HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "another scheme": (b"GET https://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "a target without a host": (b"GET http:///b HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "a target with a user": (b"GET http://u@a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400),
}
HALVES = {
    "nothing at all": (b"", None),
    "half a request line": (b"GET / HT", 400),
    "half a header": (b"GET / HTTP/1.1\r\nHost: a\r\nTrace", 400),
    "half a body": (post("Content-Length: 10", body=b"["), None),
    "half a chunk": (post(CHUNKED, body=b"5\r\nab"), None),
}


class Hostility(unittest.TestCase):
    def setUp(self):
        self.heads = []

        def behave(connection, _):
            while head := connection.head():
                self.heads.append(head)
                if b"POST" in head:  # never to its end, which must not arrive
                    connection.rest()
                    return
                connection.send(answer())

        self.upstream = counterparts.Upstream(behave)
        self.addCleanup(self.upstream.stop)
        self.gateway = counterparts.Gateway(self.upstream.url)
        self.addCleanup(self.gateway.kill)

    def impatient(self):
        """Another gateway, with a client timeout of one second."""
        gateway = counterparts.Gateway(self.upstream.url, "--client-timeout", "1")
        self.addCleanup(gateway.kill)
        return gateway

    def assert_well(self):
        self.assertEqual(status_of(self.gateway.send(request("GET", "/well"))), 200)

    def tearDown(self):
        self.assert_well()
        self.assertEqual(self.gateway.stop(), (0, ""))
        # No other received bytes were read as a request.
        for head in self.heads:
            self.assertRegex(head, rb"^(GET /well|POST /|GET /first) HTTP/1\.1\r\n")

    def test_hostile_requests_are_refused(self):
        for name, (attack, expected) in HOSTILE.items():
            with self.subTest(name):
                response = self.gateway.send(attack)
                self.assertEqual(status_of(response), expected)
                self.assertEqual(response.count(b"HTTP/1.1 "), 1)
                self.assertIn(b"\r\nConnection: close\r\n", response)
                self.assert_well()

    def test_behind_an_honest_request_as_well(self):
        first = b"GET /first HTTP/1.1\r\nHost: a\r\n\r\n"
        for name, (attack, expected) in HOSTILE.items():
            with self.subTest(name):
                response = self.gateway.send(first + attack)
                self.assertEqual(status_of(response), 200)
                self.assertEqual(status_of(response[response.rindex(b"HTTP/1.1 "):]), expected)

    def test_byte_by_byte(self):
        for name in ("a folded value", "bare LFs", "length, then chunks", "too many fields",
                     "an unknown coding", "a chunk longer than said"):
            attack, expected = HOSTILE[name]
            with self.subTest(name), connect(self.gateway) as client:
                client.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                with contextlib.suppress(ConnectionError):
                    for byte in attack:
                        client.send(bytes([byte]))
                self.assertEqual(status_of(client.head()), expected)

    def test_an_endless_header_in_small_pieces(self):
        with connect(self.gateway) as client:
            client.send(b"GET / HTTP/1.1\r\nHost: a\r\n")
            with contextlib.suppress(ConnectionError):
                for _ in range(10_000):
                    client.send(b"X: abcdefgh\r\n")
            self.assertEqual(status_of(client.head()), 431)

    def test_half_requests(self):
        for name, (attack, expected) in HALVES.items():
            with self.subTest(name):
                self.assertEqual(status_of(self.gateway.send(attack, half_close=True)), expected)

    def test_slow_requests_are_given_up(self):
        with contextlib.ExitStack() as stack:
            gateway = self.impatient()
            clients = [stack.enter_context(connect(gateway)) for _ in HALVES]
            for client, (attack, _) in zip(clients, HALVES.values()):
                client.send(attack)
            for client in clients:
                self.assertEqual(client.rest(), b"")

    def test_a_trickle_is_given_up(self):
        with connect(self.impatient()) as client, contextlib.suppress(ConnectionError):
            begin = time.monotonic()
            client.send(b"GET / HTTP/1.1\r\nHost: a\r\n")
            client.socket.settimeout(0.05)
            while time.monotonic() < begin + service.PATIENCE:
                client.send(b"X")
                with contextlib.suppress(TimeoutError):
                    self.assertEqual(client.socket.recv(1), b"")
                    return
            self.fail("it is still listened to")

    def test_many_that_vanish(self):
        descriptors = self.gateway.descriptors()
        for i in range(100):
            client = connect(self.gateway)
            client.send(b"GET /well HTTP/1.1\r\nHost: a\r\n\r\n"[: 10 + i % 30])
            client.reset()
        self.assert_well()
        # One connection to the upstream remains for the next request.
        counterparts.wait_until(lambda: self.gateway.descriptors() <= descriptors + 1,
                                "nothing is left open")

    def test_upgrades_are_plain_requests(self):
        with connect(self.gateway) as client:
            client.send(b"GET /well HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\n"
                        b"Upgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n")
            self.assertEqual(client.response()[0], 200)
        self.assertNotRegex(self.heads[-1], b"(?i)upgrade|settings|connection")

    def test_an_empty_line_before_a_request_is_forgiven(self):
        with connect(self.gateway) as client:
            for _ in range(2):
                client.send(b"\r\nGET /well HTTP/1.1\r\nHost: a\r\n\r\n")
                self.assertEqual(client.response()[0], 200)


if __name__ == "__main__":
    unittest.main()
