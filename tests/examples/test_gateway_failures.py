# SPDX-License-Identifier: Apache-2.0
"""Upstreams that fail, behind migration_gateway."""

import socket
import threading
import unittest

import counterparts
import service
from counterparts import answer, connect

GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody"

MALFORMED = {
    "nonsense": b"nonsense\r\n\r\n",
    "another protocol": b"HTTP/2.0 200 OK\r\n\r\n",
    "no status": b"HTTP/1.1 OK\r\n\r\n",
    "a status of two digits": b"HTTP/1.1 20 OK\r\n\r\n",
    "status zero": b"HTTP/1.1 000 No\r\n\r\n",
    "half a header": b"HTTP/1.1 200 OK\r\nContent-",
    "nothing": b"",
    "a bare LF": b"HTTP/1.1 200 OK\nContent-Length: 0\n\n",
    "a space before the colon": b"HTTP/1.1 200 OK\r\nX : 1\r\nContent-Length: 0\r\n\r\n",
    "NUL": b"HTTP/1.1 200 OK\r\nX: \0\r\nContent-Length: 0\r\n\r\n",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcde",
    "a list of lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 4, 4\r\n\r\nabcd",
    "a negative length": b"HTTP/1.1 200 OK\r\nContent-Length: -4\r\n\r\nabcd",
    "length and chunks": (b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n"
                          b"\r\n0\r\n\r\n"),
    "an unknown coding": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nabcd",
    "a coding on top": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n",
    "an endless header": b"HTTP/1.1 200 OK\r\n" + b"X: 1\r\n" * 10_000,
    "a change of protocol": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
    "endless hints": b"HTTP/1.1 103 Early Hints\r\n\r\n" * 100 + answer(),
}

TRUNCATED = {
    "length": b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
    "chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
    "half a chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nA\r\nhalf",
    "half a trailer": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n0\r\nX: ",
    "a bad chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\nzz\r\n",
}


class Failures(unittest.TestCase):
    def before(self, behave, *arguments):
        """A gateway in front of an upstream with this behavior."""
        self.upstream = counterparts.Upstream(behave)
        self.addCleanup(self.upstream.stop)
        self.gateway = counterparts.Gateway(self.upstream.url, *arguments)
        self.addCleanup(self.gateway.kill)
        return self.gateway

    def say(self, connection, _):
        """Answers one request with `self.saying`, and closes."""
        if b"Content-Length: 4" in connection.head():
            connection.body(4)
        connection.send(self.saying)

    def ask(self, request=GET):
        with connect(self.gateway) as client:
            client.send(request)
            return client.response()

    def test_refused(self):
        with socket.create_server(("127.0.0.1", 0)) as gone:
            port = gone.getsockname()[1]
        self.gateway = counterparts.Gateway(f"http://127.0.0.1:{port}")
        self.addCleanup(self.gateway.kill)
        with connect(self.gateway) as client:
            for request in (GET, POST, GET):
                client.send(request)
                status, head, _ = client.response()
                self.assertEqual(status, 502)
                if b"Connection: close" in head:  # the body had not arrived yet
                    client = connect(self.gateway)
                    self.addCleanup(client.close)
            client.send(b"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n" + GET)
            self.assertIn(b" 502 ", client.head())
            self.assertIn(b" 502 ", client.head())
        counts = self.gateway.metrics()
        self.assertEqual(counts["gateway_upstream_errors_total"], 5)
        self.assertEqual(counts['gateway_responses_total{class="5xx"}'], 5)

    def test_silent(self):
        def behave(connection, _):
            connection.rest()

        gateway = self.before(behave, "--upstream-timeout", "2")
        for request in (GET, POST):
            self.assertEqual(self.ask(request)[0], 504)
        self.assertEqual(gateway.metrics()["gateway_upstream_errors_total"], 2)

    def test_silent_in_a_body(self):
        def behave(connection, _):
            connection.head()
            connection.send(TRUNCATED["chunks"])
            connection.rest()

        self.before(behave, "--upstream-timeout", "2")
        self.assert_cut(GET)

    def test_malformed(self):
        gateway = self.before(self.say)
        for name, self.saying in MALFORMED.items():
            for request in (GET, POST):
                with self.subTest((name, request)):
                    with connect(gateway) as client:
                        client.send(request)
                        head = client.head()
                        while b" 103 " in head:
                            head = client.head()
                        self.assertEqual(service.status_of(head), 502)
        self.saying = answer()
        self.assertEqual(self.ask()[0], 200)
        self.assertEqual(gateway.metrics()["gateway_upstream_errors_total"], 2 * len(MALFORMED))

    def assert_cut(self, request):
        """The received bytes are not a complete message."""
        with connect(self.gateway) as client:
            client.send(request)
            received = b""
            try:
                while part := client.socket.recv(65536):
                    received += part
            except ConnectionResetError:
                return
            # A reset may overtake the sent bytes, but there must be no valid end.
            head, _, body = received.partition(b"\r\n\r\n")
            self.assertTrue(b"Content-Length: 10" in head or b"chunked" in head, received)
            self.assertFalse(body.endswith(b"0\r\n\r\n") or len(body) == 10, received)

    def test_what_is_cut_short_does_not_look_whole(self):
        gateway = self.before(self.say)
        for name, self.saying in TRUNCATED.items():
            for request in (GET, POST, b"GET / HTTP/1.0\r\n\r\n"):
                with self.subTest((name, request)):
                    self.assert_cut(request)
        self.assertEqual(gateway.metrics()["gateway_upstream_errors_total"], 3 * len(TRUNCATED))

    def test_a_reset_is_no_end(self):
        def behave(connection, _):
            connection.head()
            connection.send(b"HTTP/1.0 200 OK\r\n\r\nhalf")
            self.go_on.wait(service.PATIENCE)
            connection.reset()

        self.go_on = threading.Event()
        gateway = self.before(behave)
        with connect(gateway) as client:
            client.send(GET)
            client.head()
            self.assertEqual(client.body(9), b"4\r\nhalf\r\n")
            self.go_on.set()
            with self.assertRaises(ConnectionResetError):
                client.rest()

    def test_a_connection_that_died_is_replaced(self):
        def behave(connection, number):
            head = connection.head()
            connection.send(answer())
            if number == 0:
                head = connection.head()  # the second request finds no server
                self.seen.append(head)
                return
            while head := connection.head():
                self.seen.append(head)
                connection.send(answer())

        self.seen = []
        gateway = self.before(behave)
        with connect(gateway) as client:
            for _ in range(3):
                client.send(GET)
                self.assertEqual(client.response()[0], 200)
        self.assertEqual(len(self.upstream.connections), 2)
        self.assertEqual(gateway.metrics()["gateway_upstream_errors_total"], 0)

    def test_what_may_not_be_repeated_is_not(self):
        def behave(connection, _):
            connection.head()
            connection.send(answer())
            if b"POST" in connection.head():
                self.posts += 1

        self.posts = 0
        gateway = self.before(behave)
        for request in (b"POST / HTTP/1.1\r\nHost: a\r\n\r\n", POST):
            with connect(gateway) as client:
                client.send(GET)
                self.assertEqual(client.response()[0], 200)
                client.send(request)
                self.assertEqual(client.response()[0], 502)
        self.assertEqual((self.posts, len(self.upstream.connections)), (2, 2))

    def test_a_connection_closed_while_idle_is_not_used(self):
        def behave(connection, _):
            connection.head()
            connection.send(answer())
            self.closing.wait(service.PATIENCE)

        self.closing = threading.Event()
        gateway = self.before(behave)
        self.assertEqual(self.ask()[0], 200)
        self.closing.set()
        self.upstream.threads[1].join(service.PATIENCE)
        self.assertEqual(self.ask(b"POST / HTTP/1.1\r\nHost: a\r\n\r\n")[0], 200)
        self.assertEqual(gateway.metrics()["gateway_upstream_errors_total"], 0)


if __name__ == "__main__":
    unittest.main()
