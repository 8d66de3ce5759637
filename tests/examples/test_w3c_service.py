# SPDX-License-Identifier: Apache-2.0
"""w3c_service, with requests like those of the W3C's harness for trace context."""

import contextlib
import http.server
import json
import os
import threading
import unittest

import service
from service import SPAN_ID, TRACE_ID, TRACEPARENT, TRACEPARENT_FORM

PROGRAM = os.environ["W3C_SERVICE"]


class Harness:
    """Records its received requests by path."""

    def __init__(self):
        self.calls = {}
        self.waiting = threading.Event()
        self.go_on = threading.Event()
        harness = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                harness.calls.setdefault(self.path, []).append((self.headers.items(), body))
                if self.path == "/slow":
                    harness.waiting.set()
                    harness.go_on.wait(service.PATIENCE)
                answer = b"x" * 2_000_000 if self.path == "/huge" else b"{}"
                with contextlib.suppress(ConnectionError):
                    self.send_response(500 if self.path == "/failing" else 200)
                    self.send_header("Content-Length", str(len(answer)))
                    self.end_headers()
                    self.wfile.write(answer)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,))
        self.thread.start()

    def stop(self):
        self.go_on.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


class W3cService(service.SurvivesHostility, unittest.TestCase):
    program = PROGRAM

    def setUp(self):
        self.harness = Harness()
        self.addCleanup(self.harness.stop)
        self.service = service.Service(PROGRAM, "--port", "0")
        self.addCleanup(self.service.kill)

    def tearDown(self):
        self.assertEqual(self.service.stop(), (0, ""))

    def post(self, body, fields=()):
        return self.service.send(service.request("POST", "/test", fields, body))

    def call(self, fields=(), calls=1):
        """The traceparents (as parts) and the other propagated fields of each call."""
        self.harness.calls.clear()
        order = [{"url": f"{self.harness.url}/{i}", "arguments": []} for i in range(calls)]
        response = self.post(json.dumps(order).encode(), fields)
        self.assertEqual(service.status_of(response), 200)
        self.assertEqual(json.loads(service.body_of(response)), [{"status": 200}] * calls)
        parents, others = [], []
        for i in range(calls):
            [(got, body)] = self.harness.calls[f"/{i}"]
            self.assertEqual(body, b"[]")
            for name, _ in got:
                if name.lower() in ("traceparent", "tracestate", "baggage"):
                    self.assertEqual(name, name.lower())
            [parent] = [value for name, value in got if name == "traceparent"]
            parents.append(TRACEPARENT_FORM.match(parent).groups())
            others.append([field for field in got if field[0] in ("tracestate", "baggage")])
        return parents, others

    def well(self):
        self.call()
        return True

    def assert_continued(self, fields, flags="01"):
        [(trace_id, span_id, got_flags)], others = self.call(fields)
        self.assertEqual((trace_id, got_flags), (TRACE_ID, flags))
        self.assertNotEqual(span_id, SPAN_ID)
        return others[0]

    def assert_restarted(self, fields):
        [(trace_id, _, _)], [others] = self.call(fields)
        self.assertNotEqual(trace_id, TRACE_ID)
        self.assertEqual(others, [])

    def test_each_call_has_a_parent_id_of_its_own(self):
        for fields in ([], [f"traceparent: {TRACEPARENT}"]):
            parents, _ = self.call(fields, calls=5)
            self.assertEqual(len({trace_id for trace_id, _, _ in parents}), 1)
            self.assertEqual(len({span_id for _, span_id, _ in parents} - {SPAN_ID}), 5)

    def test_continues(self):
        self.assertEqual(self.assert_continued([f"traceparent: {TRACEPARENT}"]), [])
        for flags in ("00", "01", "02", "03"):
            self.assert_continued([f"traceparent: {TRACEPARENT[:-2]}{flags}"], flags)
        self.assert_continued([f"traceparent: cc{TRACEPARENT[2:]}-what-the-future-brings"])

    def test_casing(self):
        for name in ("TraceParent", "TRACEPARENT", "tRaCePaReNt"):
            others = self.assert_continued([f"{name}: {TRACEPARENT}", "TrAcEsTaTe: a=1"])
            self.assertEqual(others, [("tracestate", "a=1")])

    def test_blanks(self):
        for before in ("", " ", "\t", " \t "):
            for behind in ("", " ", "\t", " \t "):
                self.assert_continued([f"traceparent:{before}{TRACEPARENT}{behind}"])
        others = self.assert_continued([f"traceparent: {TRACEPARENT}", "tracestate:\ta=1 \t, b=2 "])
        self.assertEqual(others, [("tracestate", "a=1,b=2")])

    def test_duplicates(self):
        other = f"00-{'1' * 32}-{'2' * 16}-01"
        for second in (TRACEPARENT, other, ""):
            for fields in ([TRACEPARENT, second], [second, TRACEPARENT]):
                [(trace_id, _, _)], [others] = self.call(
                    [*(f"traceparent: {field}" for field in fields), "tracestate: a=1"])
                self.assertNotIn(trace_id, (TRACE_ID, "1" * 32))
                self.assertEqual(others, [])
        others = self.assert_continued([f"traceparent: {TRACEPARENT}", "tracestate: a=1,b=2",
                                        "Tracestate:", "tracestate: c=3,,", "TRACESTATE: d=4"])
        self.assertEqual(others, [("tracestate", "a=1,b=2,c=3,d=4")])

    def test_empty_fields(self):
        self.assert_restarted(["traceparent:"])
        self.assert_restarted(["traceparent: ", "tracestate: a=1"])
        self.assertEqual(self.assert_continued([f"traceparent: {TRACEPARENT}", "tracestate:"]), [])
        self.assertEqual(self.assert_continued([f"traceparent: {TRACEPARENT}", "baggage:"]), [])

    def test_malformed_fields(self):
        for bad in (TRACEPARENT.upper(), TRACEPARENT[:-1], TRACEPARENT + "-", "ff" + TRACEPARENT[2:],
                    f"00-{'0' * 32}-{SPAN_ID}-01", f"00-{TRACE_ID}-{'0' * 16}-01", "\xff\xfe"):
            self.assert_restarted([f"traceparent: {bad}", "tracestate: a=1"])
        others = self.assert_continued([f"traceparent: {TRACEPARENT}", "tracestate: a=1,B=2"])
        self.assertEqual(others, [])

    def test_baggage(self):
        others = self.assert_continued([f"traceparent: {TRACEPARENT}", "Baggage: k=%0D%0A;p=1",
                                        "baggage: l=2"])
        self.assertEqual(others, [("baggage", "k=%0D%0A;p=1,l=2")])

    def test_arguments_are_passed_on(self):
        arguments = [{"url": "é\"\\\n", "deep": [[], {}, None, True, -1.5]}]
        order = [{"url": f"{self.harness.url}/x?y=z", "arguments": arguments, "more": 1}]
        self.post(json.dumps(order).encode())
        [(_, body)] = self.harness.calls["/x?y=z"]
        self.assertEqual(json.loads(body), arguments)

    def test_one_failing_call_does_not_spoil_the_others(self):
        order = [{"url": url, "arguments": []} for url in
                 ("http://127.0.0.1:1/", f"{self.harness.url}/failing", f"{self.harness.url}/huge",
                  f"{self.harness.url}/fine")]
        outcomes = json.loads(service.body_of(self.post(json.dumps(order).encode())))
        self.assertEqual([sorted(outcome) for outcome in outcomes],
                         [["error"], ["status"], ["error"], ["status"]])
        self.assertEqual([outcomes[1]["status"], outcomes[3]["status"]], [500, 200])

    def test_bad_orders(self):
        fine = {"url": self.harness.url, "arguments": []}
        for order in ("", "{", "{}", "1", '"x"', "[1]", "[{}]", "[[]]", '[{"url": 1}]', "[" * 10_000,
                      json.dumps([{"url": self.harness.url}]), json.dumps([fine] * 65),
                      json.dumps([fine, {"url": "ftp://a/", "arguments": []}]),
                      json.dumps([{"url": "http://127.0.0.1/\r\nEvil: 1", "arguments": []}]),
                      json.dumps([{"url": "http://127.0.0.1:99999999/ x", "arguments": []}]),
                      "[] []", "\0", '["\udcff"]'):
            with self.subTest(order[:80]):
                response = self.post(order.encode("utf-8", "surrogateescape"))
                self.assertEqual(service.status_of(response), 400)
        self.assertEqual(self.harness.calls, {})
        self.assertEqual(service.body_of(self.post(b"[]")), b"[]")

    def test_other_targets_and_methods(self):
        for method, target, expected in (("POST", "/", 404), ("POST", "/test/", 404),
                                         ("GET", "/test", 405), ("DELETE", "/test", 405)):
            response = self.service.send(service.request(method, target))
            self.assertEqual(service.status_of(response), expected)

    def test_finishes_what_it_began_when_it_stops(self):
        order = json.dumps([{"url": f"{self.harness.url}/slow", "arguments": []}]).encode()
        with contextlib.closing(self.service.connect()) as connection:
            connection.sendall(service.request("POST", "/test", body=order))
            self.assertTrue(self.harness.waiting.wait(service.PATIENCE))
            self.service.process.terminate()
            self.harness.go_on.set()
            received = b""
            while chunk := connection.recv(65536):
                received += chunk
            self.assertEqual(service.body_of(received), b'[{"status":200}]')
        self.assertEqual(self.service.wait(), (0, ""))


if __name__ == "__main__":
    unittest.main()
