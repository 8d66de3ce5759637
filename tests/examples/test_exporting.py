# SPDX-License-Identifier: Apache-2.0
"""exporting_server, and a backend that keeps what it gets."""

import http.server
import json
import os
import threading
import unittest
import urllib.error
import urllib.request

import service

SERVER = os.environ["EXPORTING_SERVER"]
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Backend(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.spans += json.loads(body)
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class ExportingServer(unittest.TestCase):
    def setUp(self):
        self.backend = http.server.HTTPServer(("127.0.0.1", 0), Backend)
        self.backend.spans = []
        thread = threading.Thread(target=self.backend.serve_forever)
        thread.start()
        self.addCleanup(self.backend.server_close)
        self.addCleanup(thread.join)
        self.addCleanup(self.backend.shutdown)

    def start(self, **environment):
        server = service.Service(SERVER, "--port", "0", env=environment)
        self.addCleanup(server.kill)
        return server

    def test_sends_what_waits_when_it_stops(self):
        server = self.start(
            OTEL_TRACES_EXPORTER="zipkin",
            OTEL_SERVICE_NAME="greeter",
            OTEL_EXPORTER_ZIPKIN_ENDPOINT=f"http://127.0.0.1:{self.backend.server_port}/api/v2/spans",
        )
        headers = {"traceparent": service.TRACEPARENT}
        OPENER.open(urllib.request.Request(server.url + "/a", headers=headers))
        with self.assertRaises(urllib.error.HTTPError):
            OPENER.open(urllib.request.Request(server.url + "/error", headers=headers))
        metrics = OPENER.open(server.url + "/metrics").read().decode()
        self.assertIn("\nbaton_spans_ended_total 4\n", metrics)
        self.assertIn("\nbaton_spans_waiting 4\n", metrics)
        self.assertEqual(server.stop(), (0, ""))

        inner, outer, _, failed = self.backend.spans
        self.assertEqual(inner["name"], "greet")
        self.assertEqual(inner["parentId"], outer["id"])
        self.assertEqual(outer["parentId"], service.SPAN_ID)
        self.assertEqual(outer["kind"], "SERVER")
        self.assertEqual((failed["tags"]["error"], failed["tags"]["error.type"]), ("", "500"))
        for span in self.backend.spans:
            self.assertEqual(span["traceId"], service.TRACE_ID)
            self.assertEqual(span["localEndpoint"], {"serviceName": "greeter"})

    def test_forwards_if_nothing_is_exported(self):
        server = self.start(OTEL_TRACES_EXPORTER="none")
        OPENER.open(server.url + "/a")
        self.assertIn("\nbaton_spans_ended_total 0\n", OPENER.open(server.url + "/metrics").read().decode())
        self.assertEqual(server.stop(), (0, ""))


if __name__ == "__main__":
    unittest.main()
