# SPDX-License-Identifier: Apache-2.0
"""The relay on Apache Kafka and RabbitMQ or Redis, with services of others: one tree of each trace.

Callers and `stock` use OpenTelemetry for Python, `mailer` is a stock Celery worker, and `router` is
Java under OpenTelemetry's agent; the services between them are ours. All send their spans here, as
to Zipkin.

    relay_with_others.py [--orders N] [--redis]

Needs in its environment
  RELAY         our demonstration
  KAFKA_JARS    the folder of Kafka's jars, which ./dev fills by Maven
  AGENT_JARS    the folder of OpenTelemetry's agent for Java, likewise
  TEST_FOLDER   where the servers keep their data
  TEST_PYTHON   a Python with gRPC, Celery, and OpenTelemetry's instrumentation for them
"""

import argparse
import http.client
import json
import os
import pathlib
import re
import subprocess
import sys
import threading
import time
import urllib.request

HERE = pathlib.Path(__file__).parent
TESTS = HERE.parents[2]
sys.path += [str(TESTS / "support"), str(TESTS / "carriers" / "kafka" / "broker")]
import stage

try:
    import celery  # noqa: F401
    import grpc  # noqa: F401
    import opentelemetry.instrumentation.celery  # noqa: F401
    import opentelemetry.instrumentation.grpc  # noqa: F401
    import spans
    from opentelemetry import baggage, trace
    from opentelemetry.baggage.propagation import W3CBaggagePropagator
    from opentelemetry.propagators.b3 import B3MultiFormat, B3SingleFormat
    from opentelemetry.propagators.composite import CompositePropagator
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
except ImportError as error:
    stage.start_again(error)

from broker import Broker
from servers import RABBITMQ, RabbitMQ, Redis
from zipkin_stand_in import ZipkinStandIn

FOLDER = pathlib.Path(os.environ["TEST_FOLDER"])
PATIENCE = 60  # seconds
ZIPKIN = os.environ.get("OTEL_EXPORTER_ZIPKIN_ENDPOINT")

CALLERS = {
    "W3C": TraceContextTextMapPropagator(),
    "B3 single": B3SingleFormat(),
    "B3 multi": B3MultiFormat(),
}
ROUTE = [
    ("caller", "CLIENT"),
    ("edge", "SERVER"),
    ("edge", "CLIENT"),
    ("stock", "SERVER"),
    ("stock", "CLIENT"),
    ("orders", "SERVER"),
    ("orders", "PRODUCER"),
    ("router", "CONSUMER"),
    ("router", "PRODUCER"),
    ("shipping", "CONSUMER"),
    ("shipping", "PRODUCER"),
    ("mailer", "CONSUMER"),
]


class Backend(ZipkinStandIn):
    """Keeps spans by trace, and hands them on to a Zipkin if there is one."""

    traces = {}
    lock = threading.Lock()

    def take(self, body):
        if ZIPKIN:
            request = urllib.request.Request(ZIPKIN, body, {"Content-Type": "application/json"})
            urllib.request.urlopen(request, timeout=10).close()
        received = json.loads(body)
        with self.lock:
            for span in received:
                self.traces.setdefault(span["traceId"], []).append(span)


class Program:
    """A program that ends with this one, and whose output is in a file."""

    def __init__(self, name, *command, **variables):
        self.log = FOLDER / f"{name}.log"
        with open(self.log, "wb") as output:
            self.process = subprocess.Popen(
                [*stage.ENDS_WITH_US, *command], stdin=subprocess.DEVNULL, stdout=output,
                stderr=output, cwd=HERE, env={**os.environ, **variables},
            )

    def wait_for(self, pattern):
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self.process.poll() is None:
            found = re.search(pattern, self.log.read_text())
            if found:
                return found
            time.sleep(0.1)
        raise RuntimeError(f"it does not start, see {self.log}")

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def start_router(brokers, agent, url):
    return Program(
        "router", "java", "-Xmx256m", "-XX:TieredStopAtLevel=1", f"-javaagent:{agent}",
        "-cp", f"{os.environ['KAFKA_JARS']}/*", "Router.java", brokers, "orders", "parcels",
        OTEL_SERVICE_NAME="router", OTEL_TRACES_EXPORTER="zipkin",
        OTEL_EXPORTER_ZIPKIN_ENDPOINT=url, OTEL_METRICS_EXPORTER="none",
        OTEL_LOGS_EXPORTER="none", OTEL_BSP_SCHEDULE_DELAY="200")


def launch(running, agent, wants_redis):
    """Starts everything; returns the port of the edge."""
    url = Backend().url
    os.environ["SPANS_TO"] = url

    tasks = (Redis if wants_redis else RabbitMQ)(FOLDER / "tasks")
    running.append(tasks)
    tasks.launch()
    kafka = Broker(os.environ["KAFKA_JARS"], FOLDER / "kafka")
    running.append(kafka)
    kafka.start()
    for topic in ("orders", "parcels"):
        kafka.java("org.apache.kafka.tools.TopicCommand", "--bootstrap-server", kafka.address,
                   "--create", "--topic", topic, "--partitions", "3")
    router = start_router(kafka.address, agent, url)
    running.append(router)
    tasks.wait()
    mailer = Program(
        "mailer", sys.executable, "-B", "-m", "celery", "--app", "mail", "worker", "--pool", "solo",
        "--loglevel", "INFO", "--without-gossip", "--without-mingle", "--queues", "mail",
        BROKER=tasks.url)
    running.append(mailer)
    stock_port, orders_port = stage.free_ports(2)
    running.append(Program("stock", sys.executable, "-B", "stock.py", str(stock_port),
                           f"127.0.0.1:{orders_port}"))
    relay = Program(
        "relay", os.environ["RELAY"], "--serve", "--export", "--brokers", kafka.address,
        "--tasks", tasks.url, "--gateway", f"127.0.0.1:{stock_port}",
        "--orders-port", str(orders_port), "--parcels", "parcels",
        OTEL_TRACES_EXPORTER="zipkin", OTEL_EXPORTER_ZIPKIN_ENDPOINT=url,
        OTEL_BSP_SCHEDULE_DELAY="200")
    running.append(relay)
    mailer.wait_for(r" ready\.")
    router.wait_for("newly assigned partitions")
    return int(relay.wait_for(r"listening on http://127\.0\.0\.1:(\d+)/")[1])


def send(port, propagator, order):
    """Sends an order in a trace of its own; returns the trace id."""
    tracer = trace.get_tracer("caller")
    with tracer.start_as_current_span("POST", kind=trace.SpanKind.CLIENT) as span:
        fields = {"Content-Type": "text/plain"}
        context = baggage.set_baggage("order", order, trace.set_span_in_context(span))
        CompositePropagator([propagator, W3CBaggagePropagator()]).inject(fields, context)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        connection.request("POST", "/orders", order, fields)
        status = connection.getresponse().status
        connection.close()
        if status != 202:
            raise RuntimeError(f"the edge answered {status}")
        return f"{span.get_span_context().trace_id:032x}"


def wait_for_spans(traces):
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with Backend.lock:
            if all(len(Backend.traces.get(one, [])) >= len(ROUTE) for one in traces):
                return
        time.sleep(0.1)


def in_order(received):
    """From the root, each below its parent; what has no parent here comes last."""
    rest = {span["id"]: span for span in received}
    ordered = []
    parent = None
    while span := next((s for s in rest.values() if s.get("parentId") == parent), None):
        ordered.append(rest.pop(span["id"]))
        parent = span["id"]
    return ordered, list(rest.values())


def complaints(received, order):
    ordered, others = in_order(received)
    way = [(span["localEndpoint"]["serviceName"], span["kind"]) for span in ordered]
    if way != ROUTE:
        yield f"went {way}"
    if others:
        yield f"{len(others)} spans have no place in the tree"
    for span in received:
        if "error" in span.get("tags", {}):
            yield f"{span['name']} failed"
    tags = ordered[-1].get("tags", {}) if ordered else {}
    if (tags.get("order"), tags.get("baggage.order")) != (order, order):
        yield f"the task got the order {tags.get('order')}, baggage {tags.get('baggage.order')}"


def draw(title, received):
    ordered, others = in_order(received)
    lines = [f"{title}  trace {received[0]['traceId']}"]
    for depth, span in enumerate(ordered + others):
        indent = "  " * depth + ("└ " if depth else "  ")
        label = f"{span['localEndpoint']['serviceName']:<10}{span['kind'].lower():<10}{span['name']}"
        start = (span["timestamp"] - ordered[0]["timestamp"]) / 1000
        lines.append(f"{indent + label:<70}{span['id']} {start:9.2f} {span['duration'] / 1000:8.2f}")
    return "\n".join(lines)


def run(orders, port):
    spans.start("caller")
    sent = []
    start = time.monotonic()
    for number in range(orders):
        kind = list(CALLERS)[number % len(CALLERS)]
        order = f"order-{number + 1}"
        sent.append((kind, order, send(port, CALLERS[kind], order)))
    wait_for_spans([one for _, _, one in sent])
    took = time.monotonic() - start
    broken = 0
    for number, (kind, order, one) in enumerate(sent):
        received = Backend.traces.get(one, [])
        found = list(complaints(received, order))
        broken += bool(found)
        if received and (number < len(CALLERS) or found):
            print(draw(kind, received))
        for complaint in found:
            print(f"  BROKEN  {complaint}")
    strays = len(Backend.traces.keys() - {one for _, _, one in sent})
    print(f"| relay with Kafka, Celery and services of others: {orders} orders, {broken} traces "
          f"broken, {strays} strays, {took:.1f} s")
    return broken + strays


def main():
    parser = argparse.ArgumentParser(prog="./dev demo --real")
    parser.add_argument("--orders", type=int, default=len(CALLERS), metavar="N")
    parser.add_argument("--redis", action="store_true", help="in place of RabbitMQ")
    options = parser.parse_args()
    stage.need("java", "javac", *(["redis-server"] if options.redis else [RABBITMQ, "epmd"]))
    if not any(pathlib.Path(os.environ["KAFKA_JARS"]).glob("*.jar")):
        stage.skip("Apache Kafka is not there")
    agent = next(pathlib.Path(os.environ["AGENT_JARS"]).glob("*.jar"), None)
    if agent is None:
        stage.skip("OpenTelemetry's agent for Java is not there")
    FOLDER.mkdir(parents=True, exist_ok=True)
    running = []
    try:
        failed = run(options.orders, launch(running, agent, options.redis))
    finally:
        while running:
            running.pop().stop()
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
