# SPDX-License-Identifier: Apache-2.0
"""One request through three services: OpenTelemetry for Python, Baton, OpenTelemetry for Python.

What they record must be one tree, in which no span has a parent that nobody recorded.
"""

import http.server
import os
import pathlib
import re
import signal
import subprocess
import sys
import threading
import unittest
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from needed_modules import run_again_or_skip  # noqa: E402

try:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
except ImportError as error:
    run_again_or_skip("OpenTelemetry for Python", error)

W3C = TraceContextTextMapPropagator()
NONE = "0" * 16


class Tree(unittest.TestCase):
    def setUp(self):
        self.exporter = InMemorySpanExporter()
        provider = TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(self.exporter))
        tracer = provider.get_tracer("test")
        self.tracer = tracer

        class LastService(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                fields = {name.lower(): value for name, value in self.headers.items()}
                with tracer.start_as_current_span("last", context=W3C.extract(fields)):
                    pass  # the span has ended before anybody has the answer, and counts spans
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.last = http.server.HTTPServer(("127.0.0.1", 0), LastService)
        thread = threading.Thread(target=self.last.serve_forever)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(self.last.shutdown)

    def spans_of_a_request(self, tracer, starts_here):
        """Pairs of a span's id and its parent's, by whoever recorded them, all of one trace."""
        middle = subprocess.Popen(
            [os.environ["TREE_SERVICE"], "--port", "0"], stdout=subprocess.PIPE, text=True,
            env={**os.environ, "TRACER": tracer, "NEXT": f"http://127.0.0.1:{self.last.server_port}/"})
        try:
            url = re.search(r"http://\S+", middle.stdout.readline()).group()
            fields = {}
            if starts_here:
                with self.tracer.start_as_current_span("first"):
                    W3C.inject(fields)
            with urllib.request.urlopen(urllib.request.Request(url, headers=fields), timeout=20) as answer:
                self.assertEqual(answer.status, 200)
        finally:
            middle.send_signal(signal.SIGTERM)
            printed = middle.communicate(timeout=20)[0]
        self.assertEqual(middle.returncode, 0)

        traces, spans = set(), {}
        for line in printed.splitlines():
            trace_id, span_id, parent_id = line.split()
            traces.add(trace_id)
            spans[span_id] = parent_id
        ours = len(spans)
        for span in self.exporter.get_finished_spans():
            traces.add(f"{span.context.trace_id:032x}")
            spans[f"{span.context.span_id:016x}"] = f"{span.parent.span_id:016x}" if span.parent else NONE
        self.exporter.clear()
        self.assertEqual(len(traces), 1)
        return spans, ours

    def test_is_whole(self):
        for tracer, ours_expected in (("none", 0), ("ids", 2), ("recorder", 2)):
            for starts_here in (True, False):
                with self.subTest(tracer=tracer, starts_here=starts_here):
                    spans, ours = self.spans_of_a_request(tracer, starts_here)
                    self.assertEqual(ours, ours_expected)
                    self.assertEqual(len(spans), ours + 1 + starts_here)
                    self.assertEqual(list(spans.values()).count(NONE), 1)  # one root
                    missing = set(spans.values()) - {NONE} - spans.keys()
                    self.assertEqual(missing, set())
                    depth = len(spans)  # each has one child at most: the services call in a row
                    self.assertEqual(len(set(spans.values())), depth)
                    print(f"| {'OpenTelemetry' if starts_here else 'nothing'}, ours ({tracer}), OpenTelemetry"
                          f" | {len(spans)} spans, one root, {len(missing)} parents missing")


if __name__ == "__main__":
    unittest.main()
