# SPDX-License-Identifier: Apache-2.0
"""Calls between Baton and Python's grpcio with OpenTelemetry's instrumentation, both ways."""

import collections
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "support"))
from needed_modules import run_again_or_skip  # noqa: E402

try:
    import grpc
    from opentelemetry import baggage, context, propagate, trace
    from opentelemetry.baggage.propagation import W3CBaggagePropagator
    from opentelemetry.instrumentation.grpc import GrpcInstrumentorClient, server_interceptor
    from opentelemetry.propagators.b3 import B3MultiFormat, B3SingleFormat
    from opentelemetry.propagators.composite import CompositePropagator
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    sys.path.insert(0, os.environ["RELAY_PB2"])
    import relay_pb2
except ImportError as error:
    run_again_or_skip("grpcio with OpenTelemetry", error)

TRACE_ID = 0x4BF92F3577B34DA6A3CE929D0E0E4736
SPAN_ID = 0x00F067AA0BA902B7
STATE = "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE"
BAGGAGE = "userId=Am%C3%A9lie,plan=50%25"
ENTRIES = {"userId": "Amélie", "plan": "50%"}
INTERFACES = ("synchronous", "callback", "queue")
KINDS = ("unary", "upload", "download", "chat")
FORMATS = {
    "tracecontext,baggage": CompositePropagator(
        [TraceContextTextMapPropagator(), W3CBaggagePropagator()]
    ),
    "b3,baggage": CompositePropagator([B3SingleFormat(), W3CBaggagePropagator()]),
    "b3multi,baggage": CompositePropagator([B3MultiFormat(), W3CBaggagePropagator()]),
}
COLUMNS = ("traceparent", "tracestate", "baggage", "b3", "b3multi")

passed = collections.Counter()  # (direction, kind, column)


def print_table():
    """Prints lines that the summary of all tests shows."""
    print(f"\n| {'calls that carried':24} {'kind':8} | " + " | ".join(COLUMNS) + " |")
    for direction in ("their client, our server", "our client, their server"):
        for kind in KINDS:
            cells = (f"{passed[direction, kind, name]:{len(name)}}" for name in COLUMNS)
            print(f"| {direction} {kind:8} | " + " | ".join(cells) + " |")
    sys.stdout.flush()


def columns_of(formats):
    return {
        "tracecontext,baggage": ("traceparent", "tracestate", "baggage"),
        "b3,baggage": ("b3", "baggage"),
        "b3multi,baggage": ("b3multi", "baggage"),
    }[formats]


class Interop(unittest.TestCase):
    def check(self, direction, kind, formats, found):
        """`found` is a message Found, of Baton's handler or of OpenTelemetry's."""
        self.assertEqual(found.trace_id, f"{TRACE_ID:032x}")
        self.assertTrue(found.sampled)
        self.assertEqual(found.trace_state, STATE if "tracecontext" in formats else "")
        self.assertIn("userId=", found.baggage)
        for column in columns_of(formats):
            passed[direction, kind, column] += 1


class FromThem(Interop):
    """OpenTelemetry's instrumented client calls Baton's server."""

    @classmethod
    def setUpClass(cls):
        cls.exporter = InMemorySpanExporter()
        provider = TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(cls.exporter))
        trace.set_tracer_provider(provider)  # the instrumentation asks for no other one
        GrpcInstrumentorClient().instrument()

    @classmethod
    def tearDownClass(cls):
        GrpcInstrumentorClient().uninstrument()

    def serve(self, interface, formats):
        process = subprocess.Popen(
            [os.environ["GRPC_PEER"], "serve", interface, formats],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.addCleanup(self.stop, process)
        return process.stdout.readline().strip()

    def stop(self, process):
        process.communicate(timeout=30)  # the end of its input ends it
        self.assertEqual(process.returncode, 0)

    def their_context(self, formats):
        state = trace.TraceState.from_header([STATE]) if "tracecontext" in formats else None
        span = trace.NonRecordingSpan(
            trace.SpanContext(TRACE_ID, SPAN_ID, False, trace.TraceFlags(1), state)
        )
        ours = trace.set_span_in_context(span)
        for key, value in ENTRIES.items():
            ours = baggage.set_baggage(key, value, ours)
        return ours

    def call(self, channel, kind):
        ask = relay_pb2.Ask(answers=3)
        codec = (relay_pb2.Ask.SerializeToString, relay_pb2.Answer.FromString)
        method = f"/baton.test.Relay/{kind.capitalize()}"
        if kind == "unary":
            return [channel.unary_unary(method, *codec)(ask, timeout=20)]
        if kind == "upload":
            return [channel.stream_unary(method, *codec)(iter([ask] * 3), timeout=20)]
        if kind == "download":
            return list(channel.unary_stream(method, *codec)(ask, timeout=20))
        return list(channel.stream_stream(method, *codec)(iter([ask] * 3), timeout=20))

    def test_every_kind(self):
        for formats, propagator in FORMATS.items():
            propagate.set_global_textmap(propagator)
            for interface in INTERFACES:
                address = self.serve(interface, formats)
                with grpc.insecure_channel(address) as channel:
                    token = context.attach(self.their_context(formats))
                    try:
                        for kind in KINDS:
                            with self.subTest(interface=interface, kind=kind, formats=formats):
                                answers = self.call(channel, kind)
                                self.assertEqual(len(answers), 3 if kind in KINDS[2:] else 1)
                                span = self.exporter.get_finished_spans()[-1].context
                                for answer in answers:
                                    self.assertEqual(answer.current, answer.of_call)
                                    self.assertEqual(
                                        answer.current.span_id,
                                        f"{span.span_id:016x}",
                                        "a server without a tracer forwards the caller's span",
                                    )
                                    self.assertEqual(
                                        dict(
                                            member.split("=")
                                            for member in answer.of_call.baggage.split(",")
                                        ),
                                        dict(member.split("=") for member in BAGGAGE.split(",")),
                                    )
                                self.check(
                                    "their client, our server", kind, formats, answers[0].of_call
                                )
                    finally:
                        context.detach(token)


class FromUs(Interop):
    """Baton's client calls OpenTelemetry's instrumented server."""

    def setUp(self):
        def found():
            span = trace.get_current_span()
            known = span.get_span_context()
            entries = ",".join(f"{key}={value}" for key, value in baggage.get_all().items())
            message = relay_pb2.Found(
                trace_id=f"{known.trace_id:032x}",
                span_id=f"{span.parent.span_id:016x}",
                trace_state=known.trace_state.to_header(),
                baggage=entries,
                sampled=known.trace_flags.sampled,
            )
            return relay_pb2.Answer(current=message, of_call=message)

        def upload(asks, _):
            for _ in asks:
                pass
            return found()

        codec = (relay_pb2.Ask.FromString, relay_pb2.Answer.SerializeToString)
        handlers = {
            "Unary": grpc.unary_unary_rpc_method_handler(lambda ask, _: found(), *codec),
            "Upload": grpc.stream_unary_rpc_method_handler(upload, *codec),
            "Download": grpc.unary_stream_rpc_method_handler(
                lambda ask, _: (found() for _ in range(ask.answers)), *codec
            ),
            "Chat": grpc.stream_stream_rpc_method_handler(
                lambda asks, _: (found() for _ in asks), *codec
            ),
        }
        self.server = grpc.server(
            concurrent.futures.ThreadPoolExecutor(4),
            interceptors=[server_interceptor(TracerProvider())],
        )
        self.server.add_generic_rpc_handlers(
            [grpc.method_handlers_generic_handler("baton.test.Relay", handlers)]
        )
        self.address = f"127.0.0.1:{self.server.add_insecure_port('127.0.0.1:0')}"
        self.server.start()

    def tearDown(self):
        self.server.stop(None).wait()

    def test_every_kind(self):
        for formats, propagator in FORMATS.items():
            propagate.set_global_textmap(propagator)
            for interface in INTERFACES:
                printed = subprocess.run(
                    [
                        os.environ["GRPC_PEER"],
                        *("call", interface, formats, self.address),
                        f"00-{TRACE_ID:032x}-{SPAN_ID:016x}-01",
                        STATE,
                        BAGGAGE,
                    ],
                    check=True,
                    stdout=subprocess.PIPE,
                    text=True,
                    timeout=60,
                ).stdout
                answers = [line.split(" ", 1) for line in printed.splitlines()]
                self.assertEqual(
                    collections.Counter(kind for kind, _ in answers),
                    {"unary": 1, "upload": 1, "download": 3, "chat": 3},
                )
                last_kind = None
                for kind, text in answers:
                    with self.subTest(interface=interface, kind=kind, formats=formats):
                        fields = json.loads(text)["ofCall"]
                        found = relay_pb2.Found(
                            trace_id=fields["traceId"],
                            trace_state=fields.get("traceState", ""),
                            baggage=fields["baggage"],
                            sampled=fields.get("sampled", False),
                        )
                        self.assertEqual(fields["spanId"], f"{SPAN_ID:016x}")
                        self.assertEqual(
                            dict(member.split("=") for member in found.baggage.split(",")), ENTRIES
                        )
                        if kind != last_kind:
                            self.check("our client, their server", kind, formats, found)
                        last_kind = kind


if __name__ == "__main__":
    result = unittest.main(exit=False).result
    print_table()
    sys.exit(not result.wasSuccessful())
