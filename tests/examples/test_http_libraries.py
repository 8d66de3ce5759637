# SPDX-License-Identifier: Apache-2.0
"""The recipes for HTTP libraries: a request in, and one out, of each."""

import http.server
import os
import re
import subprocess
import threading
import unittest

from service import PATIENCE, SPAN_ID, TRACE_ID, TRACEPARENT, TRACEPARENT_FORM, Service

PROGRAMS = {name.removeprefix("RECIPE_").lower(): path for name, path in os.environ.items()
            if name.startswith("RECIPE_")}
RELAYS = {name: path for name, path in PROGRAMS.items() if not name.startswith("nghttp2")}
CURL_CLIENT = os.environ.get("CURL_CLIENT")


class Next(http.server.BaseHTTPRequestHandler):
    """The next service, which keeps the requests that it gets."""

    def do_GET(self):
        self.server.seen.append((self.path, self.headers))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class Relays(unittest.TestCase):
    def setUp(self):
        self.next = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Next)
        self.next.seen = []
        threading.Thread(target=self.next.serve_forever, daemon=True).start()
        self.addCleanup(self.next.server_close)
        self.addCleanup(self.next.shutdown)

    def relay(self, service, fields):
        """What the next service gets if the relay gets these fields, in lowercase."""
        request = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" + "".join(
            f"{name}: {value}\r\n" for name, value in fields) + "\r\n"
        response = service.send(request.encode())
        self.assertRegex(response, rb"^HTTP/1\.[01] 200")
        path, got = self.next.seen[-1]
        self.assertEqual(path, "/next")
        return {name: got.get_all(name) for name in ("traceparent", "tracestate", "baggage")
                if name in got}

    def test_there_are_some(self):
        self.assertGreaterEqual(len(RELAYS), int(os.environ["AT_LEAST"]))

    def test_forward_a_trace(self):
        for name, program in RELAYS.items():
            with self.subTest(name):
                service = Service(program, str(self.next.server_port))
                self.addCleanup(service.kill)
                sent = self.relay(service, [
                    ("TraceParent", TRACEPARENT), ("Tracestate", "a=1"), ("Baggage", "k=1"),
                    ("tracestate", "b=2"), ("BAGGAGE", "l=%C3%A9")])
                # cpp-httplib decodes values, and of that no member can be made.
                baggage = "k=1" if name == "cpp_httplib" else "k=1,l=%C3%A9"
                self.assertEqual(sent, {"traceparent": [TRACEPARENT], "tracestate": ["a=1,b=2"],
                                        "baggage": [baggage]})
                # Nothing remains for the next request.
                self.assertEqual(self.relay(service, []), {})
                bad = self.relay(service, [("traceparent", TRACEPARENT.upper()), ("baggage", "m=1")])
                self.assertEqual(bad, {"baggage": ["m=1"]})
                twice = self.relay(service, [("traceparent", TRACEPARENT)] * 2)
                self.assertEqual(twice, {})


@unittest.skipUnless("nghttp2_server" in PROGRAMS, "nghttp2 is not there")
class Http2(unittest.TestCase):
    def setUp(self):
        self.service = Service(PROGRAMS["nghttp2_server"])
        self.addCleanup(self.service.kill)

    def lines_of(self, *command):
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout.splitlines()

    def test_both_ends(self):
        first, *fields = self.lines_of(PROGRAMS["nghttp2_client"], str(self.service.port))
        fields = dict(line.rsplit(": ", 1) for line in fields)
        self.assertEqual(fields[":status"], "200")
        trace_id, span_id, _ = TRACEPARENT_FORM.match(fields["traceparent"]).groups()
        self.assertEqual(first, f"trace {trace_id}")

    @unittest.skipIf("CURL" not in os.environ, "curl is not there")
    def test_the_server_by_curl(self):
        fields = self.lines_of(
            os.environ["CURL"], "--silent", "--http2-prior-knowledge", "--noproxy", "*", "-D", "-",
            "-H", f"TraceParent: {TRACEPARENT}", "-H", "tracestate: a=1", "-H", "tracestate: b=2",
            self.service.url)
        self.assertIn(f"traceparent: {TRACEPARENT}", fields)
        self.assertIn("tracestate: a=1,b=2", fields)

    @unittest.skipIf(CURL_CLIENT is None, "libcurl is not there")
    def test_the_client_of_libcurl(self):
        lines = self.lines_of(CURL_CLIENT, "--http2", self.service.url)
        self.assertEqual(lines[1:], [f"200 answered by {'0' * 16}"])


class Answering(http.server.BaseHTTPRequestHandler):
    """Says in the answer which span it would be."""

    def do_GET(self):
        self.server.seen.append(self.headers)
        status = int(self.path[1:])
        self.send_response(status)
        self.send_header("traceresponse", f"00-{TRACE_ID}-{SPAN_ID}-01")
        self.send_header("Content-Length", "3")
        self.end_headers()
        self.wfile.write(b"hi\n")

    def log_message(self, *_):
        pass


@unittest.skipIf(CURL_CLIENT is None, "libcurl is not there")
class CurlClient(unittest.TestCase):
    def setUp(self):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answering)
        self.server.seen = []
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)

    def get(self, *paths):
        urls = [f"http://127.0.0.1:{self.server.server_port}/{path}" for path in paths]
        done = subprocess.run([CURL_CLIENT, *urls], capture_output=True, text=True,
                              timeout=PATIENCE)
        return done.returncode, done.stdout.splitlines(), done.stderr

    def test_each_call_has_a_span(self):
        status, lines, errors = self.get(200, 200, 200, 200)
        self.assertEqual((status, errors), (0, ""))
        trace_id = re.fullmatch("trace ([0-9a-f]{32})", lines[0])[1]
        self.assertEqual(lines[1:], [f"200 answered by {SPAN_ID}", "hi"] * 4)
        sent = [TRACEPARENT_FORM.match(headers["traceparent"]) for headers in self.server.seen]
        self.assertEqual({match[1] for match in sent}, {trace_id})
        self.assertEqual(len({match[2] for match in sent}), 4)
        for headers in self.server.seen:
            self.assertEqual(headers["accept"], "text/plain")
            self.assertEqual(len(headers.get_all("traceparent")), 1)

    def test_fails_if_one_does(self):
        self.assertEqual(self.get(200, 200, 503)[0], 1)
        self.assertEqual(self.get(404, 200)[0], 1)
        done = subprocess.run([CURL_CLIENT, "http://127.0.0.1:1/"], capture_output=True, text=True,
                              timeout=PATIENCE)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stderr.count("\n"), 1)


if __name__ == "__main__":
    unittest.main()
