# SPDX-License-Identifier: Apache-2.0
"""Passes contexts through a real RabbitMQ: Baton's, and OpenTelemetry's instrumentation of pika's.

Needs in its environment
  AMQP_MESSAGES the example examples/amqp
  TEST_FOLDER   the folder for the server's data
  TEST_PYTHON   a Python with pika and opentelemetry-instrumentation-pika
"""

import os
import pathlib
import subprocess
import sys
import time
import unittest
import uuid
from datetime import datetime, timezone

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "support"))
import stage

try:
    import pika
    from opentelemetry import baggage, trace
    from opentelemetry.context import attach, detach
    from opentelemetry.instrumentation.pika import PikaInstrumentor
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
except ImportError as error:
    stage.start_again(error)

from plain_environment import plain_environment
from servers import RABBITMQ, RabbitMQ

stage.need(RABBITMQ, "epmd")
server = RabbitMQ(os.environ["TEST_FOLDER"])

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
PARENT = f"00-{TRACE}-{SPAN}-01"

spans = InMemorySpanExporter()
provider = TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(spans))


def setUpModule():
    unittest.addModuleCleanup(server.stop)
    server.launch()
    server.wait()


def start(*arguments, stderr=None, **variables):
    return subprocess.Popen([os.environ["AMQP_MESSAGES"], *arguments], stdout=subprocess.PIPE,
                            stderr=stderr, text=True, env=plain_environment(**variables))


def peer(*arguments, **variables):
    """The example's output: tuples of body, trace, span, number of issues, baggage."""
    with start(*arguments, **variables) as process:
        printed = process.communicate(timeout=120)[0]
    if process.returncode != 0:
        raise RuntimeError(f"amqp_messages {arguments}: {process.returncode}")
    return [tuple(word.split(" ", 1)[-1] for word in line.split("  "))
            for line in printed.splitlines()]


class RealRabbitMQ(unittest.TestCase):
    def setUp(self):
        spans.clear()
        self.connection = pika.BlockingConnection(pika.URLParameters(server.url))
        self.addCleanup(self.connection.close)
        self.plain = self.connection.channel()
        self.queue = self.new_queue()

    def new_queue(self):
        name = f"baton-{uuid.uuid4()}"
        self.plain.queue_declare(name)
        self.addCleanup(self.plain.queue_delete, name)
        return name

    def instrumented(self):
        channel = self.connection.channel()
        PikaInstrumentor.instrument_channel(channel, tracer_provider=provider)
        return channel

    def consume(self, queue):
        """A message in OpenTelemetry's consumer: its properties, and the current context."""
        seen = []

        def handle(channel, method, properties, body):
            span = trace.get_current_span().get_span_context()
            seen.append((properties, trace.format_trace_id(span.trace_id), dict(baggage.get_all())))
            channel.stop_consuming()

        channel = self.instrumented()
        channel.basic_consume(queue, handle, auto_ack=True)
        self.connection.call_later(30, channel.stop_consuming)
        channel.start_consuming()
        (result,) = seen
        return *result, spans.get_finished_spans()[-1]

    def test_ours_to_opentelemetry(self):
        peer("publish", server.url, self.queue, "1", TRACEPARENT=PARENT, TRACESTATE="a=1",
             BAGGAGE="user=Am%C3%A9lie")
        properties, current, members, span = self.consume(self.queue)
        self.assertEqual(properties.headers, {"traceparent": PARENT, "tracestate": "a=1",
                                              "baggage": "user=Am%C3%A9lie"})
        self.assertEqual(current, TRACE)
        self.assertEqual(members, {"user": "Amélie"})
        self.assertEqual(trace.format_span_id(span.parent.span_id), SPAN)
        self.assertTrue(span.parent.is_remote)

    def test_opentelemetry_to_ours(self):
        token = attach(baggage.set_baggage("user", "Amélie"))
        self.instrumented().basic_publish("", self.queue, b"hello", pika.BasicProperties())
        detach(token)
        (sent,) = spans.get_finished_spans()
        self.assertEqual(peer("consume", server.url, self.queue, "1"), [
            ("hello", trace.format_trace_id(sent.context.trace_id),
             trace.format_span_id(sent.context.span_id), "0", "user=Am%C3%A9lie")])

    def test_through_ours_with_all_other_headers(self):
        others = {"text": "é", "bytes": b"\x00\xff", "yes": True, "number": -7, "large": 1 << 40,
                  "nothing": None, "when": datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc),
                  "list": [1, "a", {"deep": ["b", None]}],
                  "table": {"traceparent": "of somebody else", "n": {"m": 1}}}
        to = self.new_queue()
        properties = pika.BasicProperties(headers=dict(others, TraceState="stale=1"), priority=3,
                                          correlation_id="c", content_type="text/plain",
                                          delivery_mode=2)
        self.plain.basic_publish("", self.queue, b"hello", properties)
        self.plain.basic_publish("", self.queue, b"again", pika.BasicProperties(
            headers={"Traceparent": PARENT, "Baggage": "a=1"}))
        peer("forward", server.url, self.queue, to, "2")
        _, got, body = self.plain.basic_get(to, auto_ack=True)
        self.assertEqual(body, b"hello")
        self.assertEqual(got.headers, others)  # it came without a context
        self.assertEqual((got.priority, got.correlation_id, got.content_type, got.delivery_mode),
                         (3, "c", "text/plain", 2))
        _, current, members, span = self.consume(to)
        self.assertEqual((current, members), (TRACE, {"a": "1"}))
        self.assertEqual(trace.format_span_id(span.parent.span_id), SPAN)

    def test_bad_headers_cost_no_message(self):
        wrong_type = [{"traceparent": 7}, {"traceparent": {"a": PARENT}}]
        malformed = [{"traceparent": PARENT.upper()}, {"traceparent": ""}, {"baggage": "x" * 100_000}]
        # A tracestate alone is not read.
        silent = [{}, {"traceparent": None}, {"tracestate": b"\xff"}]
        bad = [*wrong_type, *malformed, *silent]
        for headers in bad:
            self.plain.basic_publish("", self.queue, b"bad", pika.BasicProperties(headers=headers))
        self.plain.basic_publish("", self.queue, b"good", pika.BasicProperties(
            headers={"TRACEPARENT": PARENT.encode()}))
        *seen, good = peer("consume", server.url, self.queue, str(len(bad) + 1))
        self.assertEqual({(body, trace_id) for body, trace_id, *_ in seen}, {("bad", "0" * 32)})
        self.assertEqual([issues for *_, issues, _ in seen],
                         ["1"] * len(wrong_type + malformed) + ["0"] * len(silent))
        self.assertEqual(good, ("good", TRACE, SPAN, "0", ""))

    def test_many_messages_have_each_a_trace(self):
        publishers = [start("publish", server.url, self.queue, "1000") for _ in range(4)]
        seen = peer("consume", server.url, self.queue, "4000")
        for publisher in publishers:
            publisher.stdout.close()
            self.assertEqual(publisher.wait(timeout=60), 0)
        self.assertEqual(len({trace_id for _, trace_id, *_ in seen}), 4000)
        print("| RabbitMQ: 4000 messages of 4 publishers arrived, each with a trace of its own")

    def test_memory_alarm(self):
        """A broker that is short of memory reads nothing: the publisher waits, and loses nothing."""
        count = 100
        watermark = "set_vm_memory_high_watermark"
        server.control(watermark, "0.0000001")
        try:
            publisher = start("publish", server.url, self.queue, str(count))
            end = time.monotonic() + 120
            while "blocked" not in server.states():  # our own connection publishes nothing
                self.assertIsNone(publisher.poll(), "it has not waited")
                self.assertLess(time.monotonic(), end, "nothing is blocked")
                self.connection.process_data_events()  # heartbeats
            arrived = self.plain.queue_declare(self.queue, passive=True).method.message_count
            self.assertLess(arrived, count)
            self.assertIsNone(publisher.poll())
        finally:
            server.control(watermark, "0.4")
        publisher.stdout.close()
        self.assertEqual(publisher.wait(timeout=60), 0)
        seen = peer("consume", server.url, self.queue, str(count))
        self.assertEqual([body for body, *_ in seen], [f"message-{i}" for i in range(count)])
        self.assertEqual(len({trace_id for _, trace_id, *_ in seen}), count)
        print(f"| RabbitMQ: {count} messages waited for the end of a memory alarm, and arrived once")

    def test_killed_and_started_again(self):
        """Both ends tell the error; what arrived before did so once, with a trace of its own."""
        self.doCleanups()  # no connection of ours must be open
        publisher, consumer = [start(command, server.url, self.queue, "100000000",
                                     stderr=subprocess.PIPE) for command in ("publish", "consume")]
        lines = [consumer.stdout.readline() for _ in range(1000)]
        server.kill()
        try:
            lines += consumer.stdout.readlines()
            for process in (publisher, consumer):
                self.assertRegex(process.stderr.read(), r"\Aamqp_messages: .+\n\Z")
                process.stdout.close()
                process.stderr.close()
                self.assertEqual(process.wait(timeout=60), 1)
        finally:
            server.start()
            server.wait()
        seen = [line.split() for line in lines]
        self.assertEqual([line[0] for line in seen], [f"message-{i}" for i in range(len(seen))])
        self.assertEqual(len({line[2] for line in seen}), len(seen))
        peer("publish", server.url, self.queue, "10")
        again = peer("consume", server.url, self.queue, "10")
        self.assertEqual(len({trace_id for _, trace_id, *_ in again}), 10)
        print(f"| RabbitMQ was killed behind {len(seen)} messages: each arrived once, with a trace of "
              "its own, and both ends told the error")


if __name__ == "__main__":
    unittest.main(verbosity=2)
