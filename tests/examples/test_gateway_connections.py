# SPDX-License-Identifier: Apache-2.0
"""Connections of migration_gateway: kept alive, pipelined, aborted, closed."""

import signal
import threading
import time
import unittest

import counterparts
import service
from counterparts import always, answer, connect, wait_until

GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"


class Connections(unittest.TestCase):
    def before(self, behave, *arguments):
        """A gateway in front of an upstream with this behavior."""
        self.upstream = counterparts.Upstream(behave)
        self.addCleanup(self.upstream.stop)
        self.gateway = counterparts.Gateway(self.upstream.url, *arguments)
        self.addCleanup(self.gateway.kill)
        return self.gateway

    def assert_aborted(self, count=1):
        wait_until(lambda: self.gateway.metrics()["gateway_client_aborts_total"] == count,
                   "the client's end was seen")

    def test_pipelined_requests_are_answered_in_order(self):
        nginx = counterparts.Nginx()
        self.addCleanup(nginx.stop)
        gateway = counterparts.Gateway(nginx.url)
        self.addCleanup(gateway.kill)
        with connect(gateway) as client:
            client.send(b"".join(b"GET /target/%d HTTP/1.1\r\nHost: a\r\n\r\n" % i
                                 for i in range(100)))
            for i in range(100):
                self.assertEqual(client.response()[2], b"/target/%d\n" % i)

    def test_bodies_may_be_pipelined_too(self):
        def behave(connection, _):
            while connection.head():
                connection.send(answer(connection.body(3)))

        request = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n%03d"
        with connect(self.before(behave)) as client:
            client.send(b"".join(request % i for i in range(50)))
            for i in range(50):
                self.assertEqual(client.response()[2], b"%03d" % i)

    def test_both_sides_are_kept_alive(self):
        gateway = self.before(always(answer()))
        for _ in range(3):
            with connect(gateway) as client:
                for _ in range(5):
                    client.send(GET)
                    self.assertEqual(client.response()[0], 200)
        self.assertEqual(len(self.upstream.connections), 1)

    def test_what_says_close_is_closed(self):
        gateway = self.before(always(answer(fields=["Connection: close"])))
        with connect(gateway) as client:
            for _ in range(2):  # the upstream's `Connection` does not affect the client's
                client.send(GET)
                self.assertNotIn(b"Connection:", client.response()[1])
            client.send(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            self.assertIn(b"\r\nConnection: close\r\n", client.response()[1])
            self.assertEqual(client.rest(), b"")
        self.assertEqual(len(self.upstream.connections), 3)

    def test_an_upstream_that_says_too_much_is_not_used_again(self):
        gateway = self.before(always(answer() + answer(b"evil")))
        for _ in range(3):
            with connect(gateway) as client:
                client.send(GET)
                self.assertEqual(client.response()[2], b"fine")
        self.assertEqual(len(self.upstream.connections), 3)

    def test_old_clients(self):
        def behave(connection, _):
            while head := connection.head():
                self.assertTrue(head.startswith(b"GET / HTTP/1.1\r\n"))
                self.assertNotIn(b"Expect", head)
                self.hosts.append([line for line in head.split(b"\r\n") if line[:5] == b"Host:"])
                connection.send(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + self.response)

        self.hosts = []
        gateway = self.before(behave)
        self.response = answer()
        with connect(gateway) as client:
            client.send(b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n"
                        b"Expect: 100-continue\r\n\r\n")
            status, head, body = client.response()
            self.assertEqual((status, body), (200, b"fine"))
            self.assertIn(b"\r\nConnection: keep-alive\r\n", head)
            self.response = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n"
            client.send(b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            head, _, body = client.rest().partition(b"\r\n\r\n")
            self.assertEqual(body, b"ab")
            self.assertNotIn(b"Transfer-Encoding", head)
        host = b"Host: " + self.upstream.url.removeprefix("http://").encode()
        self.assertEqual(self.hosts, [[host]] * 2)

    def test_bodies_that_end_with_the_connection(self):
        def behave(connection, _):
            connection.head()
            connection.send(b"HTTP/1.0 200 OK\r\n\r\nuntil the end")

        gateway = self.before(behave)
        with connect(gateway) as client:
            for _ in range(2):
                client.send(GET)
                self.assertIn(b"\r\nTransfer-Encoding: chunked\r\n", client.head())
                self.assertEqual(client.body(23), b"d\r\nuntil the end\r\n0\r\n\r\n")

    def test_informational_responses_pass(self):
        hint = b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n"
        gateway = self.before(always(hint + hint + answer()))
        with connect(gateway) as client:
            client.send(GET)
            self.assertEqual([client.head(), client.head()], [hint, hint])
            self.assertEqual(client.response()[0], 200)

    def test_absolute_and_asterisk_targets(self):
        def behave(connection, _):
            while head := connection.head():
                lines = head.decode().split("\r\n")
                hosts = [line for line in lines if line.startswith("Host:")]
                connection.send(answer("|".join([lines[0], *hosts]).encode()))

        gateway = self.before(behave)
        with connect(gateway) as client:
            for target, host, expected in (
                    ("GET http://b:81/c?d", "a", "GET /c?d HTTP/1.1|Host: b:81"),
                    ("GET HTTP://b?d", "b", "GET /?d HTTP/1.1|Host: b"),
                    ("OPTIONS *", "a", "OPTIONS * HTTP/1.1|Host: a"),
                    ("GET //b/c", "a", "GET //b/c HTTP/1.1|Host: a")):
                client.send(f"{target} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
                self.assertEqual(client.response()[2].decode(), expected)

    def test_a_client_that_goes_away_while_it_waits(self):
        ended = threading.Event()

        def behave(connection, _):
            connection.head()
            if connection.rest() == b"":
                ended.set()

        gateway = self.before(behave)
        for give_up in (counterparts.Connection.close, counterparts.Connection.reset):
            ended.clear()
            before = gateway.metrics()["gateway_client_aborts_total"]
            client = connect(gateway)
            client.send(GET)
            wait_until(lambda: gateway.metrics()["gateway_requests_total"] == before + 1, "it came")
            give_up(client)
            self.assertTrue(ended.wait(service.PATIENCE))
            self.assert_aborted(before + 1)

    def test_a_client_that_goes_away_in_a_body(self):
        def behave(connection, _):
            connection.head()
            if self.is_upload:
                connection.rest()
            else:
                connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 9999999999\r\n\r\n")
                while True:
                    connection.send(bytes(65536))

        gateway = self.before(behave)
        descriptors = gateway.descriptors()
        for self.is_upload in (True, False):
            clients = [connect(gateway) for _ in range(10)]
            for client in clients:
                if self.is_upload:
                    client.send(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\nsome")
                else:
                    client.send(GET)
                    client.head()
            for client in clients[::2]:
                client.reset()
            for client in clients[1::2]:
                client.close()
            self.assert_aborted(10 if self.is_upload else 20)
        wait_until(lambda: gateway.descriptors() <= descriptors, "nothing is left open")

    def test_a_client_that_takes_nothing_is_given_up(self):
        def behave(connection, _):
            connection.head()
            connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 9999999999\r\n\r\n")
            while True:
                connection.send(bytes(65536))

        gateway = self.before(behave, "--client-timeout", "1")
        with connect(gateway) as client:
            client.send(GET)
            self.assert_aborted()

    def test_more_connections_than_allowed_are_closed(self):
        gateway = self.before(always(answer()), "--max-connections", "2")
        with connect(gateway) as first, connect(gateway) as second:
            for client in (first, second):
                client.send(GET)
                self.assertEqual(client.response()[0], 200)
            with connect(gateway) as third:
                self.assertEqual(third.rest(), b"")
            first.send(GET)
            self.assertEqual(first.response()[0], 200)


class Ending(unittest.TestCase):
    def start(self, *arguments):
        self.asked, self.go_on = threading.Event(), threading.Event()

        def behave(connection, _):
            while connection.head():
                self.asked.set()
                self.go_on.wait(service.PATIENCE)
                connection.send(answer())

        upstream = counterparts.Upstream(behave)
        self.addCleanup(upstream.stop)
        self.addCleanup(self.go_on.set)
        gateway = counterparts.Gateway(upstream.url, *arguments, threads=3)
        self.addCleanup(gateway.kill)
        return gateway

    def test_requests_under_way_are_finished(self):
        for sign in (signal.SIGINT, signal.SIGTERM):
            gateway = self.start()
            with connect(gateway) as client, connect(gateway) as idle, connect(gateway) as partial:
                partial.send(b"GET / HTTP/1.1\r\nHost:")
                client.send(GET)
                self.assertTrue(self.asked.wait(service.PATIENCE))
                gateway.process.send_signal(sign)
                self.assertEqual(idle.rest(), b"")
                self.go_on.set()
                status, head, body = client.response()
                self.assertEqual((status, body, client.rest()), (200, b"fine", b""))
                self.assertIn(b"\r\nConnection: close\r\n", head)
            self.assertEqual(gateway.wait(), (0, ""))

    def test_but_not_for_ever(self):
        gateway = self.start("--grace", "1")
        with connect(gateway) as client:
            client.send(GET)
            self.assertTrue(self.asked.wait(service.PATIENCE))
            begin = time.monotonic()
            self.assertEqual(gateway.stop(), (0, ""))
            self.assertGreater(time.monotonic() - begin, 0.9)
            self.assertEqual(client.rest(), b"")

    def test_nothing_is_accepted_afterwards(self):
        gateway = self.start()
        self.assertEqual(gateway.stop(), (0, ""))
        with self.assertRaises(ConnectionError):
            connect(gateway)


if __name__ == "__main__":
    unittest.main()
