# SPDX-License-Identifier: Apache-2.0
"""Hostile clients and upstreams: nginx answers as it does without the module, and the upstream gets
the same requests. Only their traces differ."""

import contextlib
import functools
import pathlib
import re
import socket
import time

import peers
import server
from peers import HttpApp, answer
from service import SPAN_ID, TRACE_ID, TRACEPARENT, request
from test_propagation import B3, TRACE_FIELDS, traces

# Every kind of handler of the module runs.
ALL = """baton on; baton_extract tracecontext,baggage,b3,b3multi,jaeger,xray,ottrace,datadog,gcp;
    baton_inject tracecontext,baggage,b3,b3multi,jaeger,datadog; baton_policy first_match;
    baton_tracer ids; baton_response on; add_header X-Trace "$baton_trace_id$baton_baggage_a";"""
SERVER = """proxy_http_version 1.1; proxy_connect_timeout 2s; proxy_read_timeout 1s;
    client_header_timeout 300ms; client_body_timeout 300ms; lingering_timeout 100ms;
    keepalive_timeout 100ms;
    location / { proxy_pass http://@app; }"""


def post(*fields, body=b"", version="1.1"):
    """A POST with just these fields."""
    lines = [f"POST / HTTP/{version}", "Host: a", *fields]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"
CHUNKED = "Transfer-Encoding: chunked"

# By name: bytes.
HOSTILE = {
    "garbage": bytes(range(256)) * 8,
    "a TLS hello": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 300,
    "an HTTP/2 preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "HTTP/0.9": b"GET /\r\n\r\n",
    "no Host": b"GET / HTTP/1.1\r\n\r\n",
    "two Hosts": b"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
    "a list of Hosts": b"GET / HTTP/1.1\r\nHost: a, b\r\n\r\n",
    "a Host with a user": b"GET / HTTP/1.1\r\nHost: u@a\r\n\r\n",
    "a Host with a path": b"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n",
    "a huge field": request("GET", "/", ["X: " + "x" * 60_000]),
    "a huge name": request("GET", "/", ["x" * 60_000 + ": x"]),
    "too many fields": request("GET", "/", [f"X-{i}: x" for i in range(300)]),
    "far too many fields": request("GET", "/", ["X: x"] * 100_000),
    "an endless target": request("GET", "/" + "x" * 200_000),
    "an endless method": b"X" * 100_000,
    "NUL in a value": request("GET", "/", ["X: a\x00b"]),
    "NUL in a name": request("GET", "/", ["X\x00: a"]),
    "NUL in a target": b"GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n",
    "a bare CR in a value": request("GET", "/", ["X: a\rb"]),
    "a bare LF in a value": request("GET", "/", ["X: a\nb: c"]),
    "bare LFs": b"GET / HTTP/1.1\nHost: a\n\n",
    "a bare LF at the end": b"GET / HTTP/1.1\r\nHost: a\r\n\n" + SMUGGLED,
    "a space before the colon": request("GET", "/", ["Traceparent : x"]),
    "a tab before the colon": post("Content-Length\t: 5", body=b"12345"),
    "a field without a name": request("GET", "/", [": x"]),
    "a line without a colon": request("GET", "/", ["X"]),
    "a folded value": request("GET", "/", ["X: a", " b"]),
    "a folded Host": b"GET / HTTP/1.1\r\nHost:\r\n a\r\n\r\n",
    "a folded length": post("Content-Length:", "\t5", body=b"12345"),
    "a fold before the first field": b"GET / HTTP/1.1\r\n Host: a\r\n\r\n",
    "two spaces": b"GET  / HTTP/1.1\r\nHost: a\r\n\r\n",
    "a tab for a space": b"GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n",
    "a space in a target": b"GET /a b HTTP/1.1\r\nHost: a\r\n\r\n",
    "two lengths": post("Content-Length: 1", "Content-Length: 2", body=b"xx"),
    "the same length twice": post("Content-Length: 2", "Content-Length: 2", body=b"xx"),
    "a list of lengths": post("Content-Length: 2, 2", body=b"xx"),
    "a negative length": post("Content-Length: -1"),
    "a signed length": post("Content-Length: +5", body=b"12345"),
    "a hexadecimal length": post("Content-Length: 0x5", body=b"12345"),
    "no length": post("Content-Length:", body=b"12345"),
    "a length beyond 64 bits": post("Content-Length: 18446744073709551621", body=b"12345"),
    "length, then chunks": post("Content-Length: 5", CHUNKED, body=b"0\r\n\r\n" + SMUGGLED),
    "chunks, then length": post(CHUNKED, "Content-Length: 5", body=b"0\r\n\r\n" + SMUGGLED),
    "length beside another coding":
        post("Transfer-Encoding: x", "Content-Length: 5", body=b"12345"),
    "chunked twice": post(CHUNKED, CHUNKED, body=b"0\r\n\r\n"),
    "chunked twice in a list": post("Transfer-Encoding: chunked, chunked", body=b"0\r\n\r\n"),
    "an unknown coding": post("Transfer-Encoding: xchunked", body=b"0\r\n\r\n"),
    "another coding": post("Transfer-Encoding: gzip, chunked", body=b"0\r\n\r\n"),
    "a coding on top": post("Transfer-Encoding: chunked, identity", body=b"0\r\n\r\n"),
    "a quoted coding": post('Transfer-Encoding: "chunked"', body=b"0\r\n\r\n"),
    "an empty coding": post("Transfer-Encoding:", body=b"0\r\n\r\n"),
    "a vertical tab before the coding": post("Transfer-Encoding: \x0bchunked", body=b"0\r\n\r\n"),
    "codings in two fields": post("Transfer-Encoding: x", CHUNKED, body=b"0\r\n\r\n"),
    "chunks in HTTP/1.0": post(CHUNKED, body=b"0\r\n\r\n", version="1.0"),
    "no chunk size": post(CHUNKED, body=b"\r\n\r\n"),
    "a bad chunk size": post(CHUNKED, body=b"xyz\r\n"),
    "a signed chunk size": post(CHUNKED, body=b"+3\r\nabc\r\n0\r\n\r\n"),
    "a prefixed chunk size": post(CHUNKED, body=b"0x3\r\nabc\r\n0\r\n\r\n"),
    "a blank before a chunk size": post(CHUNKED, body=b" 3\r\nabc\r\n0\r\n\r\n"),
    "a blank behind a chunk size": post(CHUNKED, body=b"3 \r\nabc\r\n0\r\n\r\n"),
    "a chunk beyond 64 bits": post(CHUNKED, body=b"10000000000000003\r\nabc\r\n0\r\n\r\n"),
    "a chunk with a bare LF": post(CHUNKED, body=b"3\nabc\r\n0\r\n\r\n"),
    "a chunk longer than said": post(CHUNKED, body=b"3\r\nabcd\r\n0\r\n\r\n"),
    "a bad extension": post(CHUNKED, body=b"3;\x01\r\nabc\r\n0\r\n\r\n"),
    "an endless extension": post(CHUNKED, body=b"3;x=" + b"x" * 200_000),
    "endless trailers": post(CHUNKED, body=b"0\r\n" + b"X: x\r\n" * 100_000),
    "a length in a trailer": post(CHUNKED, body=b"0\r\nContent-Length: 3\r\n\r\n"),
    "a coding in a trailer": post(CHUNKED, body=b"0\r\nTransfer-Encoding: x\r\n\r\n"),
    "CONNECT": b"CONNECT b:443 HTTP/1.1\r\nHost: b:443\r\n\r\n",
    "an asterisk": b"GET * HTTP/1.1\r\nHost: a\r\n\r\n",
    "an authority": b"GET a:80 HTTP/1.1\r\nHost: a\r\n\r\n",
    "another scheme": b"GET https://a/ HTTP/1.1\r\nHost: a\r\n\r\n",
    "a target without a host": b"GET http:///b HTTP/1.1\r\nHost: a\r\n\r\n",
    "a target with a user": b"GET http://u@a/ HTTP/1.1\r\nHost: a\r\n\r\n",
}
HALVES = {
    "nothing at all": b"",
    "half a request line": b"GET / HT",
    "half a header": b"GET / HTTP/1.1\r\nHost: a\r\nTrace",
    "half a body": post("Content-Length: 10", body=b"["),
    "half a chunk": post(CHUNKED, body=b"5\r\nab"),
}
# Fields of formats that are huge, or not what they should be.
FIELDS = {
    "a huge traceparent": ["traceparent: " + TRACEPARENT + "-" + "x" * 7_000],
    "a huge baggage": ["baggage: a=" + "x" * 7_000],
    "members without an end": ["baggage: " + "," * 7_000],
    "more members than allowed": ["baggage: " + ",".join(f"k{i}=v" for i in range(900))],
    "the same key": ["baggage: " + "a=1," * 1_700],
    "a tracestate of 33": ["traceparent: " + TRACEPARENT,
                           "tracestate: " + ",".join(f"k{i}=v" for i in range(33))],
    "escapes": ["baggage: a=" + "%00%0d%0a" * 700],
    "bytes": ["baggage: a=" + "\xff\x80\xe9" * 2_000, "traceparent: \xff", "b3: \x01\x02"],
    "a family without an end": [f"uberctx-{i}: {i}" for i in range(1_000)],
    "the same name again and again": ["traceparent: " + TRACEPARENT] * 400,
    "lists in a thousand parts": [f"baggage: k{i}=v" for i in range(1_000)],
    "a thousand other fields": [f"X-{i}: x" for i in range(1_000)] + ["b3: " + B3],
    "empty ones": ["traceparent:", "tracestate:", "baggage:", "b3:", "x-b3-traceid:",
                   "uber-trace-id:", "x-amzn-trace-id:", "x-datadog-trace-id:"],
    "names with a prefix alone": ["uberctx-: 1", "ot-baggage-: 1", "uberctx--: 1"],
    "Jaeger's bad escapes": [f"uber-trace-id: {TRACE_ID}:{SPAN_ID}:0:1", "uberctx-a: %zz%0a%"],
}
FAMILIES = ("uberctx-", "ot-baggage-", "x-datadog-")


class Pair(server.TestCase):
    """nginx with the module and one without it, each in front of an app of its own."""

    def start(self, make_app, directives=SERVER):
        buffers = "large_client_header_buffers 8 64k;" + self.max_headers()
        self.apps = [make_app(), make_app()]
        for app in self.apps:
            self.addCleanup(app.stop)
        self.with_it = self.serve(buffers + ALL + directives, self.apps[0])[0]
        self.without = self.serve(buffers + directives, self.apps[1], module=None)[0]

    @staticmethod
    @functools.cache
    def max_headers():
        """Some builds of nginx limit how many fields a request may have."""
        directive = "max_headers 20000;"
        nginx = server.Nginx(directive, module=None)
        status, said = nginx.test()
        nginx.remove()
        assert status == 0 or 'unknown directive "max_headers"' in said, said
        return directive if status == 0 else ""

    def both(self, act):
        return act(self.with_it), act(self.without)

    @staticmethod
    def normal(response):
        """Without the time, and what only one of them has."""
        return re.sub(rb"(Date|traceresponse|X-Trace): [^\r]*\r\n", b"", response)

    def assert_same(self, attack, half_close=False):
        ours, theirs = self.both(lambda nginx: nginx.send(attack, half_close))
        self.assertEqual(self.normal(ours), self.normal(theirs))
        return ours

    def assert_well(self):
        self.assertEqual(self.with_it.get("/well", {"b3": B3})[0], 200)
        self.assertEqual(self.apps[0].received[-1]["traceparent"][:36], TRACEPARENT[:36])


class Clients(Pair):
    def setUp(self):
        self.start(HttpApp)

    def tearDown(self):
        self.assert_well()

    def arrived(self):
        """What the apps got, without traces."""
        return [[(one.line, [field for field in one.fields if field[0].lower() not in TRACE_FIELDS
                             and not field[0].lower().startswith(FAMILIES)
                             and field[0].lower() != "host"])
                 for one in app.received] for app in self.apps]

    def test_hostile_requests(self):
        for name, attack in HOSTILE.items():
            with self.subTest(name):
                self.assert_same(attack)
                ours, theirs = self.arrived()
                self.assertEqual(ours, theirs)

    def test_behind_an_honest_request(self):
        first = f"GET /first HTTP/1.1\r\nHost: a\r\nb3: {B3}\r\n\r\n".encode()
        for name, attack in HOSTILE.items():
            with self.subTest(name):
                self.assert_same(first + attack)
                ours, theirs = self.arrived()
                self.assertEqual(ours, theirs)

    def test_half_requests(self):
        for name, attack in HALVES.items():
            with self.subTest(name):
                self.assert_same(attack, half_close=True)

    def test_a_half_closed_client_still_gets_its_answer(self):
        self.start(HttpApp, "proxy_ignore_client_abort on;" + SERVER)
        attack = request("GET", "/", [f"b3: {B3}"])
        self.assertIn(b" 200 OK\r\n", self.assert_same(attack, half_close=True))

    def test_byte_by_byte(self):
        attack = request("GET", "/", [f"b3: {B3}", "baggage: a=1", "Baggage: b=2"])
        with self.with_it.connect() as client:
            client.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for byte in attack:
                client.send(bytes([byte]))
            self.assertEqual(client.response()[0], 200)
        self.assertEqual(self.apps[0].received[-1]["baggage"], "a=1,b=2")

    def test_slow_requests_are_given_up(self):
        with contextlib.ExitStack() as stack:
            clients = [stack.enter_context(self.with_it.connect()) for _ in HALVES]
            for client, attack in zip(clients, HALVES.values()):
                client.send(attack)
            for client in clients:
                self.assertNotIn(b" 200 ", client.rest())

    def test_many_that_vanish(self):
        attack = request("GET", "/", [f"b3: {B3}", "baggage: a=1"])
        for i in range(200):
            client = self.with_it.connect()
            client.send(attack[: 10 + i % len(attack)])
            client.reset()

    def test_hostile_fields(self):
        for name, fields in FIELDS.items():
            with self.subTest(name):
                attack = request("GET", "/", fields)
                self.assertIn(b" 200 OK\r\n", self.assert_same(attack))
                ours, theirs = self.arrived()
                self.assertEqual(ours, theirs)
                sent = self.apps[0].received[-1]
                self.assertRegex(sent["traceparent"], r"^00-[0-9a-f]{32}-[0-9a-f]{16}-0[0-3]$")
                for _, value in sent.fields:
                    self.assertNotRegex(value, r"[\r\n\0]")

    def test_memory_does_not_grow(self):
        def resident():
            return sum(int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(
                f"/proc/{child}/status").read_text("ascii"))[1]) for child in self.with_it.children())

        attacks = [request("GET", "/", fields) for fields in FIELDS.values()]
        for round_ in range(12):
            for attack in attacks:
                self.with_it.send(attack)
            if round_ == 3:
                before = resident()
        self.assertLess(resident(), before + 2_000)  # kB


class Upstreams(Pair):
    """What fails fails alike, whatever the trace."""

    def assert_both(self, behave, repeated=1):
        self.start(lambda: peers.Upstream(behave))
        attack = request("GET", "/", [f"b3: {B3}", "baggage: a=1"])
        for _ in range(repeated):
            response = self.assert_same(attack)
        self.assertEqual(*(len(app.connections) for app in self.apps))
        return response

    def test_closes_at_once(self):
        self.assertIn(b" 502 ", self.assert_both(lambda connection, _: None))

    def test_silent(self):
        self.assertIn(b" 504 ", self.assert_both(lambda connection, _: connection.rest()))

    def test_resets(self):
        def behave(connection, _):
            connection.head()
            connection.reset()

        self.assertIn(b" 502 ", self.assert_both(behave))

    def test_malformed(self):
        for response in (b"nonsense\r\n\r\n", b"HTTP/1.1 abc\r\n\r\n", bytes(range(256)),
                         b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000):
            def behave(connection, _, response=response):
                connection.head()
                connection.send(response)

            with self.subTest(response[:20]):
                self.assert_both(behave)

    def test_cut_short(self):
        def behave(connection, _):
            connection.head()
            connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n123")

        self.assertTrue(self.assert_both(behave).endswith(b"\r\n\r\n123"))

    def test_an_early_answer(self):
        """Before the body has come."""
        def behave(connection, _):
            connection.head()
            connection.send(answer(status="413 No"))
            connection.rest()

        self.start(lambda: peers.Upstream(behave), SERVER + "proxy_request_buffering off;")
        attack = post(f"b3: {B3}", "Content-Length: 1000000", "Connection: close", body=b"x" * 1000)
        self.assertIn(b" 413 ", self.assert_same(attack))

    def test_a_client_that_goes_away_while_the_upstream_works(self):
        def behave(connection, _):
            connection.head()
            time.sleep(0.05)
            connection.send(answer())

        self.start(lambda: peers.Upstream(behave))
        for _ in range(30):
            with self.with_it.connect() as client:
                client.send(request("GET", "/", [f"b3: {B3}", "baggage: a=1"]))
                client.reset()
        self.assertEqual(self.with_it.get("/", {"b3": B3})[0], 200)

    def test_a_huge_response(self):
        body = b"0123456789abcdef" * 200_000
        self.start(lambda: HttpApp(answer(body)))
        status, _, got = self.with_it.get("/", {"b3": B3})
        self.assertEqual((status, got == body), (200, True))
        self.assertEqual(traces(self.apps[0].received[0])["b3"][:32], TRACE_ID)


if __name__ == "__main__":
    server.unittest.main()
