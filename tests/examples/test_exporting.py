# SPDX-License-Identifier: Apache-2.0
"""exporting_server, and a backend that keeps what it gets."""

import os
import pathlib
import sys
import unittest
import urllib.error
import urllib.request

import service

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from zipkin_stand_in import ZipkinStandIn

SERVER = os.environ["EXPORTING_SERVER"]
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class ExportingServer(unittest.TestCase):
    def setUp(self):
        self.backend = ZipkinStandIn()
        self.addCleanup(self.backend.stop)

    def start(self, **environment):
        server = service.Service(SERVER, "--port", "0", env=environment)
        self.addCleanup(server.kill)
        return server

    def test_sends_what_waits_when_it_stops(self):
        server = self.start(
            OTEL_TRACES_EXPORTER="zipkin",
            OTEL_SERVICE_NAME="greeter",
            OTEL_EXPORTER_ZIPKIN_ENDPOINT=self.backend.url,
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
