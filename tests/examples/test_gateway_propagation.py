# SPDX-License-Identifier: Apache-2.0
"""What migration_gateway does to the trace context; nginx reports what arrives."""

import socket
import subprocess
import unittest

import counterparts
from counterparts import curl
from service import PATIENCE, SPAN_ID, TRACE_ID, TRACEPARENT, TRACEPARENT_FORM

B3 = f"{TRACE_ID}-{SPAN_ID}-1"
MULTI = {"X-B3-TraceId": TRACE_ID, "X-B3-SpanId": SPAN_ID, "X-B3-Sampled": "1",
         "X-B3-ParentSpanId": "05e3ac9a4f6e3b90"}

MOVE = {"BATON_EXTRACT": "tracecontext,baggage,b3", "BATON_INJECT": "tracecontext,baggage",
        "BATON_POLICY": "first_match"}


class Propagation(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.nginx = counterparts.Nginx()
        cls.addClassCleanup(cls.nginx.stop)

    def start(self, *arguments, **settings):
        gateway = counterparts.Gateway(self.nginx.url, *arguments, **settings)
        self.addCleanup(gateway.kill)
        return gateway

    def echo(self, gateway, fields):
        """The propagation fields that nginx received, by name."""
        arguments = [word for name, value in fields.items() for word in ("-H", f"{name}: {value}")]
        done = curl("--fail", *arguments, gateway.url + "/echo")
        self.assertEqual(done.returncode, 0, done.stderr)
        lines = [line.partition(":") for line in done.stdout.decode().splitlines()]
        self.assertEqual([name for name, _, _ in lines], list(counterparts.ECHOED))
        return {name: value.strip() for name, _, value in lines if value.strip()}

    def assert_continued(self, traceparent, flags="01"):
        trace_id, span_id, got_flags = TRACEPARENT_FORM.match(traceparent).groups()
        self.assertEqual((trace_id, got_flags), (TRACE_ID, flags))
        self.assertEqual(span_id, SPAN_ID)

    def test_b3_becomes_w3c(self):
        gateway = self.start(**MOVE)
        for fields in ({"b3": B3}, {"B3": B3, "baggage": "k=v"}, MULTI, {**MULTI, "b3": B3}):
            with self.subTest(fields):
                got = self.echo(gateway, fields)
                self.assert_continued(got.pop("traceparent"))
                self.assertEqual(got, {"baggage": "k=v"} if "baggage" in fields else {})

    def test_short_trace_ids_are_filled_up(self):
        gateway = self.start(**MOVE)
        got = self.echo(gateway, {**MULTI, "X-B3-TraceId": TRACE_ID[16:]})
        self.assertEqual(got["traceparent"][3:35], "0" * 16 + TRACE_ID[16:])

    def test_w3c_goes_first(self):
        gateway = self.start(**MOVE)
        got = self.echo(gateway, {"traceparent": TRACEPARENT, "tracestate": "a=1",
                                  "b3": f"{'1' * 32}-{'2' * 16}-0"})
        self.assert_continued(got.pop("traceparent"))
        self.assertEqual(got, {"tracestate": "a=1"})
        self.assertEqual(gateway.metrics()['baton_format_disagreed_total{format="b3"}'], 1)

    def test_both_are_written(self):
        gateway = self.start(OTEL_PROPAGATORS="tracecontext,baggage,b3")
        for fields in ({"b3": B3}, {"traceparent": TRACEPARENT}, MULTI):
            with self.subTest(fields):
                got = self.echo(gateway, fields)
                self.assert_continued(got.pop("traceparent"))
                self.assertEqual(got, {"b3": B3})

    def test_jaeger_becomes_w3c_with_its_baggage(self):
        gateway = self.start(BATON_EXTRACT="tracecontext,baggage,jaeger",
                             BATON_INJECT="tracecontext,baggage", BATON_POLICY="first_match")
        got = self.echo(gateway, {"Uber-Trace-Id": f"{TRACE_ID}:{SPAN_ID}:0:1",
                                  "uberctx-user": "Am%C3%A9lie", "jaeger-baggage": "plan=gold"})
        self.assert_continued(got.pop("traceparent"))
        self.assertEqual(got, {"baggage": "user=Am%C3%A9lie,plan=gold"})

    def test_back_to_the_old_format(self):
        gateway = self.start(BATON_EXTRACT="tracecontext,b3", BATON_INJECT="b3multi")
        got = self.echo(gateway, {"traceparent": TRACEPARENT, "tracestate": "a=1"})
        self.assertEqual(got.pop("x-b3-traceid"), TRACE_ID)
        self.assertEqual(got.pop("x-b3-spanid"), SPAN_ID)
        self.assertEqual(got, {"x-b3-sampled": "1"})

    def test_a_request_without_a_trace_stays_without(self):
        gateway = self.start(**MOVE)
        for fields in ({}, {"b3": "nonsense"}):
            self.assertEqual(self.echo(gateway, fields), {})
        self.assertEqual(gateway.metrics()['baton_format_malformed_total{format="b3"}'], 1)

    def test_untouched_where_nothing_is_asked_for(self):
        fields = {"traceparent": TRACEPARENT, "tracestate": "a=1", "baggage": "k=v", "b3": B3,
                  **{name.lower(): value for name, value in MULTI.items()}}
        for arguments, settings in ((["--no-propagation"], MOVE), ([], {"OTEL_PROPAGATORS": "none"})):
            with self.subTest(arguments):
                gateway = self.start(*arguments, **settings)
                self.assertEqual(self.echo(gateway, fields), fields)
                self.assertNotIn('baton_format_found_total{format="b3"}', gateway.metrics())

    def test_counts_tell_who_sends_what(self):
        gateway = self.start(**MOVE)
        for fields in [{"b3": B3}] * 3 + [{"traceparent": TRACEPARENT}] * 2 + [{}]:
            self.echo(gateway, fields)
        counts = gateway.metrics()
        self.assertEqual(counts["baton_extractions_total"], 6)
        self.assertEqual(counts['baton_format_won_total{format="b3"}'], 3)
        self.assertEqual(counts['baton_format_won_total{format="tracecontext"}'], 2)
        self.assertEqual(counts["gateway_requests_total"], 6)
        self.assertEqual(counts['gateway_responses_total{class="2xx"}'], 6)

    def test_only_metrics_are_on_the_admin_port(self):
        gateway = self.start(**MOVE)
        base = gateway.metrics_url.removesuffix("/metrics")
        for target, method, expected in (("/", "GET", b"404"), ("/metrics", "POST", b"405")):
            done = curl("-X", method, "-o", "/dev/null", "-w", "%{http_code}", base + target)
            self.assertEqual(done.stdout, expected)

    def test_wrong_settings_are_told_and_the_rest_is_used(self):
        gateway = self.start(OTEL_PROPAGATORS="tracecontext,nonsense")
        self.assertIn("traceparent", self.echo(gateway, {"traceparent": TRACEPARENT}))
        status, errors = gateway.stop()
        self.assertEqual((status, errors.count("\n")), (0, 1))
        self.assertRegex(errors, "^warning: .*nonsense")

    def test_all_else_passes_as_it_came(self):
        heads = []

        def behave(connection, _):
            while head := connection.head():
                heads.append(head)
                connection.send(counterparts.answer(fields=["X-Answer: a", "x-answer:  b ",
                                                            "Set-Cookie: c", "Set-Cookie: d"]))

        upstream = counterparts.Upstream(behave)
        self.addCleanup(upstream.stop)
        gateway = counterparts.Gateway(upstream.url, BATON_EXTRACT="b3", BATON_INJECT="b3")
        self.addCleanup(gateway.kill)
        with counterparts.connect(gateway) as client:
            client.send(b"GET /a%20b?c=d&e HTTP/1.1\r\nHost: some.host:81\r\nX-One: 1\r\n"
                        b"x-b3-traceid: nonsense\r\nCookie: a=b; c=d\r\nx-one: \xe9\r\n"
                        b"Connection: keep-alive, X-Hop, host\r\nX-Hop: 1\r\nx-hop: 2\r\n"
                        b"Keep-Alive: timeout=5\r\nProxy-Connection: keep-alive\r\n"
                        b"TE: trailers, gzip;q=0.5\r\nUpgrade: websocket\r\nX-Empty:\r\n"
                        b"Proxy-Authorization: Basic x\r\nX-Last: 2\r\n\r\n")
            status, head, body = client.response()
        self.assertEqual((status, body), (200, b"fine"))
        self.assertEqual(head.split(b"\r\n")[1:],
                         [b"Content-Length: 4", b"X-Answer: a", b"x-answer: b", b"Set-Cookie: c",
                          b"Set-Cookie: d", b"", b""])
        lines = heads[0].split(b"\r\n")
        self.assertEqual(lines[0], b"GET /a%20b?c=d&e HTTP/1.1")
        # Beast keeps fields of one name together, so the order is that of the names.
        self.assertEqual(sorted(lines[1:-2]),
                         sorted([b"Host: some.host:81", b"X-One: 1", b"x-one: \xe9", b"X-Last: 2",
                                 b"Cookie: a=b; c=d", b"X-Empty: ", b"TE: trailers",
                                 b"Connection: TE"]))
        self.assertLess(lines.index(b"X-One: 1"), lines.index(b"x-one: \xe9"))


class Usage(unittest.TestCase):
    def run_gateway(self, *arguments):
        return subprocess.run([counterparts.GATEWAY, *arguments], capture_output=True,
                              timeout=PATIENCE)

    def test_wrong_usage(self):
        fine = ["--upstream", "http://127.0.0.1:1"]
        for arguments in ([], ["x"], ["--upstream"], ["--upstream", "x"], [*fine, "--port"],
                          ["--upstream", "https://a/"], ["--upstream", "http://a/b"],
                          [*fine, "--port", "65536"], [*fine, "--port", "-1"], [*fine, "x"],
                          [*fine, "--threads", "0"], [*fine, "--address", "nowhere"],
                          [*fine, "--grace", "-1"], [*fine, "--client-timeout", "0"],
                          [*fine, "--max-connections", "0"], [*fine, "--prot", "1"]):
            with self.subTest(arguments):
                done = self.run_gateway(*arguments)
                self.assertEqual((done.returncode, done.stdout), (2, b""))
                self.assertEqual(done.stderr.count(b"\n"), 1)

    def test_help(self):
        done = self.run_gateway("--help")
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        for option in (b"--upstream", b"--no-propagation", b"--admin-port", b"BATON_INJECT"):
            self.assertIn(option, done.stdout)

    def test_what_cannot_run_is_an_error(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = str(taken.getsockname()[1])
            for arguments in (["--upstream", "http://127.0.0.1:1", "--port", port],
                              ["--upstream", "http://127.0.0.1:1", "--admin-port", port],
                              ["--upstream", "http://no.such.host.invalid:1"]):
                done = self.run_gateway(*arguments)
                self.assertEqual((done.returncode, done.stdout), (1, b""))
                self.assertEqual(done.stderr.count(b"\n"), 1)


if __name__ == "__main__":
    unittest.main()
