# SPDX-License-Identifier: Apache-2.0
"""Passes contexts to OpenTelemetry for Python and back, over real transports."""

import http.server
import json
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
    from opentelemetry import baggage, trace
    from opentelemetry.baggage.propagation import W3CBaggagePropagator
    from opentelemetry.propagators.b3 import B3MultiFormat, B3SingleFormat
    from opentelemetry.propagators.composite import CompositePropagator
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
except ImportError as error:
    run_again_or_skip("OpenTelemetry for Python", error)

TRACE_ID = 0x4BF92F3577B34DA6A3CE929D0E0E4736
SPAN_ID = 0x00F067AA0BA902B7
W3C = CompositePropagator([TraceContextTextMapPropagator(), W3CBaggagePropagator()])
ENTRIES = {"userId": "Amélie", "plan": "50% + 1, or more;", "empty": ""}


def their_context(flags=1, state=()):
    span = trace.NonRecordingSpan(
        trace.SpanContext(TRACE_ID, SPAN_ID, False, trace.TraceFlags(flags), trace.TraceState(state))
    )
    context = trace.set_span_in_context(span)
    for key, value in ENTRIES.items():
        context = baggage.set_baggage(key, value, context)
    return context


class FromThem(unittest.TestCase):
    """OpenTelemetry injects, Baton's services pass it on by HTTP, gRPC, Kafka and Celery, and
    OpenTelemetry reads the fields of the task."""

    @classmethod
    def setUpClass(cls):
        cls.relay = subprocess.Popen(
            [os.environ["RELAY"], "--serve", "--json"], stdout=subprocess.PIPE, text=True
        )
        cls.url = re.search(r"http://\S+", cls.relay.stdout.readline()).group()

    @classmethod
    def tearDownClass(cls):
        cls.relay.send_signal(signal.SIGTERM)
        cls.relay.communicate(timeout=20)
        assert cls.relay.returncode == 0, cls.relay.returncode

    def hand_over(self, propagator, context):
        """The last hop, and the id of the span that sent the task."""
        fields = {}
        propagator.inject(fields, context)
        request = urllib.request.Request(self.url, b"tea", fields)
        urllib.request.urlopen(request, timeout=20).close()
        journey = json.loads(self.relay.stdout.readline())
        self.assertEqual([hop["issues"] for hop in journey["hops"]], [[]] * 4)
        self.assertEqual({s["trace_id"] for s in journey["spans"]}, {f"{TRACE_ID:032x}"})
        self.assertEqual(journey["spans"][0]["parent_id"], f"{SPAN_ID:016x}")
        return journey["hops"][-1], journey["spans"][-1]["parent_id"]

    def read_back(self, propagator, hop):
        return propagator.extract(dict(hop["fields"]))

    def test_trace_context_and_baggage(self):
        state = [("rojo", "00f067aa0ba902b7"), ("congo", "t61rcWkgMzE")]
        last, sender = self.hand_over(W3C, their_context(state=state))
        context = self.read_back(W3C, last)
        span = trace.get_current_span(context).get_span_context()
        self.assertEqual(span.trace_id, TRACE_ID)
        self.assertEqual(f"{span.span_id:016x}", sender)
        self.assertEqual(span.trace_flags, 1)
        self.assertEqual(list(span.trace_state.items()), state)
        self.assertEqual(dict(baggage.get_all(context)), ENTRIES)

    def test_not_sampled(self):
        last, _ = self.hand_over(W3C, their_context(flags=0))
        self.assertEqual(last["sampling"], "drop")

    def test_b3(self):
        for propagator in (B3SingleFormat(), B3MultiFormat()):
            for flags, sampling in ((1, "sample"), (0, "drop")):
                with self.subTest(propagator=type(propagator).__name__, flags=flags):
                    last, sender = self.hand_over(propagator, their_context(flags))
                    self.assertEqual(last["sampling"], sampling)
                    context = self.read_back(B3SingleFormat(), last)
                    span = trace.get_current_span(context).get_span_context()
                    self.assertEqual(span.trace_id, TRACE_ID)
                    self.assertEqual(f"{span.span_id:016x}", sender)


class ToThem(unittest.TestCase):
    """Baton's client calls a server with OpenTelemetry."""

    def test_our_client(self):
        seen = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                context = W3C.extract({name.lower(): value for name, value in self.headers.items()})
                span = trace.get_current_span(context).get_span_context()
                seen.append((span, dict(baggage.get_all(context))))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
            thread = threading.Thread(target=server.serve_forever)
            thread.start()
            try:
                printed = subprocess.run(
                    [os.environ["HTTP_CLIENT"], f"http://127.0.0.1:{server.server_port}/"],
                    stdout=subprocess.PIPE, text=True, timeout=20, check=True,
                ).stdout
            finally:
                server.shutdown()
                thread.join()

        [(span, entries)] = seen
        self.assertTrue(span.is_valid and span.is_remote)
        self.assertEqual(f"trace {span.trace_id:032x}\n", printed)
        self.assertEqual(entries, {"user": "Amélie"})


if __name__ == "__main__":
    unittest.main()
