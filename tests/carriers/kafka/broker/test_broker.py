# SPDX-License-Identifier: Apache-2.0
"""Sends contexts through a real Apache Kafka: ours, OpenTelemetry's, Java's and kcat's.

Needs in its environment
  KAFKA_JARS     the folder of Kafka's jars, which ./dev fills by Maven
  KAFKA_ORDERS   our example
  KAFKA_PLUGIN   our plugin
  KAFKA_TRANSACTIONS   our program, kafka-transactions
  TEST_FOLDER    where the broker keeps its data
  TEST_PYTHON    a Python with confluent-kafka and OpenTelemetry's instrumentation for it
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[3] / "support"))
import stage

try:
    import confluent_kafka
    from opentelemetry import baggage, trace
    from opentelemetry.context import attach, detach
    from opentelemetry.instrumentation.confluent_kafka import ConfluentKafkaInstrumentor
    from opentelemetry.propagate import extract
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
    from opentelemetry.trace import SpanKind
except ImportError as error:
    stage.start_again(error)

from broker import Broker

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
LINE = re.compile(r"(\w+) (\S+)  trace (\w{32})  span (\w{16})  baggage (.*)")

broker = None
handed_over = []  # from, to, what arrived
counted = []


def start(*arguments, **more):
    return subprocess.Popen(
        [os.environ["KAFKA_ORDERS"], *arguments, "--brokers", broker.address],
        stdout=subprocess.PIPE, text=True, **more,
    )


def orders(*arguments):
    """The lines that our example prints for orders, as tuples."""
    with start(*arguments) as process:
        printed = process.communicate(timeout=120)[0]
    if process.returncode != 0:
        raise RuntimeError(f"kafka_orders {arguments}: {process.returncode}")
    return LINE.findall(printed)


def kcat(*arguments, text=None, **variables):
    return subprocess.run(
        ["kcat", "-b", broker.address, *arguments],
        input=text, stdout=subprocess.PIPE, text=True, check=True, timeout=60,
        env={**os.environ, **variables},
    ).stdout


def consume(topic, count):
    """OpenTelemetry's instrumented consumer: each message with its span's links and its baggage."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    consumer = ConfluentKafkaInstrumentor.instrument_consumer(
        confluent_kafka.Consumer({
            "bootstrap.servers": broker.address, "group.id": f"python {topic}",
            "auto.offset.reset": "earliest",
        }),
        tracer_provider=provider,
    )
    consumer.subscribe([topic])
    seen = []
    while len(seen) < count:
        message = consumer.poll(30)
        if message is None:
            raise RuntimeError("no message came")
        if message.error() is None:
            fields = {name: value.decode() for name, value in message.headers() or []}
            seen.append((message.value().decode(), dict(baggage.get_all(extract(fields)))))
    consumer.close()
    spans = [span for span in exporter.get_finished_spans() if span.name.endswith("process")]
    assert len(spans) == count, spans
    links = [[(f"{link.context.trace_id:032x}", f"{link.context.span_id:016x}")
              for link in span.links] for span in spans]
    return [(value, link, entries) for (value, entries), link in zip(seen, links)]


class RealKafka(unittest.TestCase):
    maxDiff = None

    def hand_over(self, source, target, what):
        handed_over.append((source, target, what))

    def test_our_producer_to_opentelemetry(self):
        produced = orders("produce", "--topic", "to-python", "--count", "50")
        self.assertEqual(len(produced), 50)
        expected = [(order, [(trace_id, span)], {"order": order})
                    for _, order, trace_id, span, _ in produced]
        self.assertEqual(consume("to-python", 50), expected)
        self.hand_over("instrumented C++ producer", "OpenTelemetry, confluent-kafka",
                       "50 of 50: trace, span, baggage")

    def test_opentelemetry_to_our_forwarder_and_back(self):
        exporter = InMemorySpanExporter()
        tracer_provider = TracerProvider()
        tracer_provider.add_span_processor(SimpleSpanProcessor(exporter))
        tracer = tracer_provider.get_tracer("test")
        producer = ConfluentKafkaInstrumentor.instrument_producer(
            confluent_kafka.Producer({"bootstrap.servers": broker.address}),
            tracer_provider=tracer_provider,
        )
        for i in range(20):
            token = attach(baggage.set_baggage("user", f"Amélie {i}"))
            with tracer.start_as_current_span("place"):
                producer.produce("from-python", value=f"order-{i}")
            detach(token)
        self.assertEqual(producer.flush(30), 0)
        senders = [(f"{span.context.trace_id:032x}", f"{span.context.span_id:016x}")
                   for span in exporter.get_finished_spans() if span.kind == SpanKind.PRODUCER]
        self.assertEqual(len(senders), 20)

        forwarded = orders("forward", "--topic", "from-python", "--to", "back", "--count", "20")
        self.assertEqual([line[2:4] for line in forwarded], senders)
        self.hand_over("OpenTelemetry, confluent-kafka", "our forwarder",
                       "20 of 20: trace, span, baggage")

        # The last service sees the span of the first: the one between them records none.
        expected = [(f"order-{i}", [senders[i]], {"user": f"Amélie {i}"}) for i in range(20)]
        self.assertEqual(consume("back", 20), expected)
        self.hand_over("our forwarder", "OpenTelemetry, confluent-kafka",
                       "20 of 20: trace, span, baggage")

    def test_our_producer_to_java(self):
        produced = orders("produce", "--topic", "to-java", "--count", "10")
        printed = broker.java(
            "org.apache.kafka.tools.consumer.ConsoleConsumer", "--bootstrap-server",
            broker.address, "--topic", "to-java", "--from-beginning", "--max-messages", "10",
            "--property", "print.headers=true",
        ).splitlines()
        expected = [f"traceparent:00-{trace_id}-{span}-03,baggage:order={order}\t{order}"
                    for _, order, trace_id, span, _ in produced]
        self.assertEqual(printed, expected)
        self.hand_over("instrumented C++ producer", "Java's client", "10 of 10: every header")

    def test_java_to_our_consumer(self):
        broker.java(
            "kafka.tools.ConsoleProducer", "--bootstrap-server", broker.address, "--topic",
            "from-java", "--property", "parse.headers=true",
            input=f"traceparent:{PARENT},baggage:user=1\torder-1\n",
        )
        [(_, order, trace_id, span, entries)] = orders(
            "consume", "--topic", "from-java", "--count", "1")
        self.assertEqual((order, f"00-{trace_id}-{span}-01", entries),
                         ("order-1", PARENT, "user=1"))
        self.hand_over("Java's client", "our consumer", "1 of 1: trace, span, baggage")

    def test_plugin_in_kcat(self):
        if shutil.which("kcat") is None:
            raise RuntimeError("kcat is not there")
        plugin = f"plugin.library.paths={os.environ['KAFKA_PLUGIN']}"
        kcat("-P", "-t", "kcat", "-X", plugin, text="continued\n",
             TRACEPARENT=PARENT, TRACESTATE="a=1", BAGGAGE="user=1")
        kcat("-P", "-t", "kcat", "-X", plugin, text="without\n", TRACEPARENT="")
        other = PARENT.replace("b7ad6b7169203331", "00f067aa0ba902b7")
        kcat("-P", "-t", "kcat", "-X", plugin, "-H", f"traceparent={other}", text="theirs\n",
             TRACEPARENT=PARENT)
        kcat("-P", "-t", "kcat", "-X", plugin, text="in B3\n", TRACEPARENT=PARENT,
             OTEL_PROPAGATORS="b3")
        printed = kcat("-C", "-e", "-q", "-t", "kcat", "-f", "%s: %h\n")
        print("\nkcat -f '%s: %h' shows\n" + printed, end="")
        lines = dict(line.split(": ", 1) for line in printed.splitlines())
        self.assertEqual(lines["continued"], f"traceparent={PARENT},tracestate=a=1,baggage=user=1")
        self.assertEqual(lines["without"], "")
        self.assertEqual(lines["theirs"], f"traceparent={other}")
        self.assertEqual(lines["in B3"], f"b3={PARENT[3:52]}-1")
        self.hand_over("kcat with the plugin", "kcat", "4 of 4: headers as they should be")

    def test_plugin_in_confluent_kafka(self):
        """Python's wheel has its own librdkafka, newer than Debian's."""
        script = """if True:
            import confluent_kafka, sys
            producer = confluent_kafka.Producer({"bootstrap.servers": sys.argv[1],
                                                 "plugin.library.paths": sys.argv[2]})
            producer.produce("wheel", "order-1", headers=[("n", None), ("a", b"1")])
            sys.exit(producer.flush(30))"""
        subprocess.run(
            [sys.executable, "-c", script, broker.address, os.environ["KAFKA_PLUGIN"]],
            env={**os.environ, "TRACEPARENT": PARENT}, check=True, timeout=60,
        )
        self.assertEqual(kcat("-C", "-e", "-q", "-t", "wheel", "-f", "%h"),
                         f"n=NULL,a=1,traceparent={PARENT}")
        version = confluent_kafka.libversion()[0]
        self.hand_over(f"Python's librdkafka {version}, plugin", "kcat", "1 of 1: every header")

    def test_killed_and_started_again(self):
        count = 3000
        with start("produce", "--topic", "killed", "--count", str(count), "--pause", "500") as process:
            lines = [process.stdout.readline() for _ in range(count // 3)]
            broker.kill()
            broker.start()
            lines.append(process.stdout.read())
        self.assertEqual(process.returncode, 0)
        produced = LINE.findall("".join(lines))
        self.assertEqual(len(produced), count)

        fields = kcat("-C", "-e", "-q", "-t", "killed", "-f", "%s %h\n").splitlines()
        arrived = dict(line.split(" ", 1) for line in fields)
        lost = sum(order not in arrived for _, order, _, _, _ in produced)
        doubled = len(fields) - len(arrived)
        expected = {order: f"traceparent=00-{trace_id}-{span}-03,baggage=order={order}"
                    for _, order, trace_id, span, _ in produced}
        right = sum(arrived.get(order) == headers for order, headers in expected.items())
        counted.append(f"broker killed and started again: {count} produced, {len(arrived)} arrived, "
                       f"{lost} lost, {doubled} doubled, {right} with their own context")
        self.assertEqual((lost, doubled, right), (0, 0, count))

    def test_killed_in_a_transaction(self):
        """What was committed arrives once, each message with its own context, and what was aborted
        does not; each span ends once."""
        count, size, killed = 4, 20, 1
        with subprocess.Popen(
            [os.environ["KAFKA_TRANSACTIONS"], broker.address, "transactions", str(count), str(size)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        ) as process:
            lines = []
            while not lines or not lines[-1].startswith("open "):
                line = process.stdout.readline()
                self.assertTrue(line, lines)
                lines.append(line.strip())
                if not line.startswith("half "):
                    continue
                if line == f"half {killed}\n":
                    broker.kill()
                process.stdin.write("on\n")
                process.stdin.flush()
                if line == f"half {killed}\n":
                    broker.start()
        self.assertEqual(process.returncode, 0)
        spans = dict(line.split()[1:3] for line in lines if line.startswith("span "))
        committed = [line.split()[1:] for line in lines if line.startswith("committed ")]
        aborted = sum(line.startswith("aborted ") for line in lines)
        self.assertEqual([number for number, _ in committed], [str(i) for i in range(count)])
        self.assertGreaterEqual(aborted, 1)
        self.assertEqual(len(spans), size * (count + aborted))
        self.assertEqual(lines[-1], "open 0 again 0")

        arrived = [line.split() for line in kcat(
            "-C", "-e", "-q", "-t", "transactions", "-X", "isolation.level=read_committed",
            "-f", "%s %h\n").splitlines()]
        self.assertEqual(
            [value for value, _ in arrived],
            [f"{number}.{i}.{attempt}" for number, attempt in committed for i in range(size)])
        contexts = [re.fullmatch(r"traceparent=00-\w{32}-(\w{16})-\w\w", fields)[1]
                    for _, fields in arrived]
        self.assertEqual(len(set(contexts)), len(arrived))
        self.assertEqual({spans[context] for context in contexts}, {"good"})
        self.assertLessEqual(set(spans.values()), {"good", "_PURGE_QUEUE", "_PURGE_INFLIGHT"})
        counted.append(f"broker killed in a transaction: {len(arrived)} of {size * count} committed "
                       f"messages arrived once, with their own context; none of the others; "
                       f"{len(spans)} spans, each ended once")


def show_table():
    width = [max(len(row[i]) for row in handed_over) for i in range(2)] if handed_over else []
    print("\n| interoperation through Apache Kafka")
    for source, target, what in handed_over:
        print(f"|   {source:{width[0]}}  ->  {target:{width[1]}}  {what}")
    for line in counted:
        print(f"| {line}")


def main():
    global broker
    jars = os.environ.get("KAFKA_JARS", "")
    if not list(pathlib.Path(jars).glob("kafka_*.jar")):
        stage.skip(f"Kafka's jars are not in {jars}")
    stage.need("java")
    broker = Broker(jars, os.environ["TEST_FOLDER"])
    try:
        broker.start()
        suite = unittest.defaultTestLoader.loadTestsFromTestCase(RealKafka)
        result = unittest.TextTestRunner(verbosity=2).run(suite)
    finally:
        broker.stop()
    show_table()
    return 0 if result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main())
