# SPDX-License-Identifier: Apache-2.0
"""What Zipkin or Jaeger has of the spans that we export, beside those of OpenTelemetry for Python.

    test_backends.py zipkin|jaeger

Each request comes from OpenTelemetry, passes our services, which have an exporter each, and may
leave to OpenTelemetry again. The backend must then show one tree. Needs in its environment

  BACKEND        Zipkin's folder of jars, or Jaeger's program: ./dev gets them
  SPANS          our services
  RELAY          the demonstration
  WITH_OTHERS    the script that runs it with services of others, for Zipkin; and what that needs
  TEST_FOLDER    where the backend keeps its log
  TEST_PYTHON    a Python with OpenTelemetry and its exporters
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import textwrap
import time
import unittest
from concurrent import futures

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "support"))
import stage

try:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.exporter.zipkin.json import ZipkinExporter
    from opentelemetry.propagators.b3 import B3MultiFormat, B3SingleFormat
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider, sampling
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.trace import SpanKind
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
except ImportError as error:
    stage.start_again(error)

from jaeger_server import Jaeger
from zipkin_server import Zipkin

FORMATS = {
    "tracecontext": TraceContextTextMapPropagator(),
    "b3": B3SingleFormat(),
    "b3multi": B3MultiFormat(),
}
ORDER = """
    browser client checkout
      edge server POST
        edge client PUT
          orders server PUT
            orders producer send orders
              shipping consumer process orders
                shipping producer apply_async/mails.send
                  mailer consumer run/mails.send
                    mailer client GET
                      audit server audit
    """

backend = None
seen = []  # of each case: callers, what the backend has


def tracer(service, sampler=sampling.ALWAYS_ON):
    """OpenTelemetry's, which sends each span to the backend as it ends."""
    provider = TracerProvider(sampler, Resource({"service.name": service}))
    zipkin = backend.variables.get("OTEL_EXPORTER_ZIPKIN_ENDPOINT")
    exporter = ZipkinExporter(endpoint=zipkin) if zipkin else OTLPSpanExporter(
        endpoint=backend.variables["OTEL_EXPORTER_OTLP_ENDPOINT"] + "/v1/traces")
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return provider.get_tracer("test")


def spans(case, callers, formats, **variables):
    """The fields of each call that leaves our services."""
    lines = "\n".join("".join(f"{name}: {value}\n" for name, value in fields.items())
                      for fields in callers)
    printed = subprocess.run(
        [os.environ["SPANS"], case], input=lines, stdout=subprocess.PIPE, text=True, check=True,
        timeout=120,
        env={**os.environ, **backend.variables, "OTEL_PROPAGATORS": formats, **variables},
    ).stdout
    return [dict(line.lower().split(": ", 1) for line in call.splitlines())
            for call in printed.split("\n\n")[:-1]]


class Case(unittest.TestCase):
    maxDiff = None

    def request(self, case, caller="tracecontext", formats=None, sampler=sampling.ALWAYS_ON,
                **variables):
        """One request from a browser; returns its trace."""
        fields = {}
        browser = tracer("browser", sampler)
        with browser.start_as_current_span("checkout", kind=SpanKind.CLIENT) as span:
            FORMATS[caller].inject(fields)
            for call in spans(case, [fields], formats or caller, **variables):
                names = (formats or caller).split(",")
                self.audit(call, [name for name in names if name in FORMATS][-1])
        return f"{span.get_span_context().trace_id:032x}"

    def audit(self, fields, reader):
        """A service of OpenTelemetry's, which our last one calls. Returns its trace."""
        context = FORMATS[reader].extract(fields)
        with tracer("audit", sampling.DEFAULT_ON).start_as_current_span(
                "audit", context=context, kind=SpanKind.SERVER) as span:
            return f"{span.get_span_context().trace_id:032x}"

    def expect(self, trace_id, expected, callers):
        """The trace is one tree, that one; names are as the backend keeps them."""
        expected = backend.kept(textwrap.dedent(expected).strip())
        tree = backend.tree(trace_id, expected.count("\n") + 1)
        self.assertEqual(str(tree), expected)
        self.assertTrue(tree.is_whole, tree.summary())
        self.assertEqual({span.trace_id for span in tree.spans}, {trace_id})
        self.assertLessEqual(tree.services, backend.services())
        seen.append((callers, tree.summary()))
        return tree


class OneTree(Case):
    def test_of_each_caller(self):
        for caller, formats in (("tracecontext", "tracecontext,baggage"), ("b3", "b3"),
                                ("b3multi", "b3multi"), ("b3", "b3,tracecontext"),
                                ("tracecontext", "tracecontext,b3multi")):
            with self.subTest(caller=caller, formats=formats):
                trace_id = self.request("order", caller, formats)
                self.expect(trace_id, ORDER, f"a caller with {caller}, our services with {formats}")

    def test_by_each_protocol(self):
        for protocol, variables in backend.protocols.items():
            with self.subTest(protocol=protocol):
                self.expect(self.request("order", **variables), ORDER, protocol)

    def test_of_a_request_without_a_context(self):
        [call] = spans("order", [{}], "tracecontext")
        trace_id = self.audit(call, "tracecontext")
        ours = "\n".join(ORDER.splitlines()[2:])
        self.expect(trace_id, ours, "a caller without a context")

    def test_with_services_that_forward(self):
        for caller in FORMATS:
            with self.subTest(caller=caller):
                self.expect(self.request("forward", caller), """
                    browser client checkout
                      edge server POST
                        edge client PUT
                          orders server PUT
                            orders producer send orders
                              shipping consumer process orders
                                shipping client GET
                                  audit server audit
                    """.replace("process orders", "process checked"),
                    f"{caller}, two services between them that forward")

    def test_with_retries(self):
        tree = self.expect(self.request("retry"), """
            browser client checkout
              edge server POST
                edge client PUT failed: 503
                  orders server PUT failed: 503
                edge client PUT failed: exception
                edge client PUT
                  orders server PUT
            """, "three attempts: an error, a lost one, an answer")
        self.assertEqual([span.tags.get("http.response.status_code") for span in tree.spans
                          if span.service == "orders"], backend.numbers(503, 201))

    def test_of_failed_calls(self):
        self.expect(self.request("fail"), """
            browser client checkout
              edge server POST failed: 502
                edge client PUT failed: exception
                  orders server PUT failed: exception
                    orders producer send orders
                      shipping consumer process orders failed: exception
                        shipping internal pack failed: exception
            """, "calls and a message that fail")


class Batches(Case):
    def test_are_traces_of_their_own_with_links(self):
        browser = tracer("browser")
        callers, traces = [], []
        for caller in ("tracecontext", "b3", "b3multi"):
            with browser.start_as_current_span("checkout", kind=SpanKind.CLIENT) as span:
                callers.append({})
                FORMATS[caller].inject(callers[-1])
                traces.append(f"{span.get_span_context().trace_id:032x}")
        [call] = spans("batch", callers, "tracecontext,b3")
        senders = []
        for trace_id in traces:
            tree = self.expect(trace_id, """
                browser client checkout
                  orders server POST
                    orders producer send orders
                """, "one message of a batch")
            senders.append((trace_id, tree.spans[-1].span_id))
        links = " links: 3" if backend.has_links else ""
        tree = self.expect(self.audit(call, "tracecontext"), f"""
            shipping consumer process orders{links}
              shipping client GET
                audit server audit
            """, "the batch" + (", with a link to each message" if links else ""))
        if links:
            self.assertEqual(tree.roots[0].links, tuple(senders))


class Many(Case):
    """A thread for each of ten callers without a context; each request is a trace."""

    def expect_all(self, calls, what):
        traces = {call["traceparent"].split("-")[1] for call in calls}
        self.assertEqual(len(traces), 1000)
        expected = backend.kept(textwrap.dedent("""
            edge server POST
              edge client PUT
                orders server PUT
                  orders client GET
            """).strip())
        for trace_id in traces:
            tree = backend.tree(trace_id, 4)
            self.assertEqual(str(tree), expected)
            self.assertTrue(tree.is_whole, tree.summary())
        seen.append((what, "1000 times one tree: 4 spans of 2 services"))

    def test_at_once(self):
        self.expect_all(spans("many", [{}] * 10, "tracecontext"), "1000 traces, ten threads")

    def test_while_the_backend_is_down(self):
        backend.stop()
        with futures.ThreadPoolExecutor() as pool:
            calls = pool.submit(spans, "many", [{}] * 10, "tracecontext",
                                OTEL_BSP_EXPORT_TIMEOUT="120000")
            time.sleep(3)
            backend.start()  # on this thread, with which it ends
            self.expect_all(calls.result(), "1000 traces, before the backend starts")


class Relay(Case):
    def test_has_all_that_the_demonstration_shows(self):
        """One request of each kind of caller, over HTTP, gRPC, Kafka and Celery."""
        printed = subprocess.run(
            [os.environ["RELAY"], "--export", "--json"], stdout=subprocess.PIPE, check=True,
            timeout=120, env={**os.environ, **backend.variables},
        ).stdout
        traces = json.loads(printed)["traces"]
        self.assertGreaterEqual(len(traces), 5)
        for trace in traces:
            with self.subTest(caller=trace["caller"]):
                spans = {span["span_id"]: span for span in trace["spans"]
                         if trace["hops"][0]["sampling"] != "drop"}
                callers = {span["parent_id"] for span in spans.values()} - spans.keys() - {""}
                tree = backend.tree(trace["spans"][0]["trace_id"], len(spans) + len(callers))
                self.assertEqual(tree.by_id.keys(), spans.keys() | callers)
                for span_id, span in spans.items():
                    found = tree.by_id[span_id]
                    self.assertEqual((found.parent_id, found.service, found.kind, found.name),
                                     (span["parent_id"], span["service"], span["kind"],
                                      backend.kept(span["name"])))
                if spans:
                    self.assertTrue(tree.is_whole, tree.summary())
                seen.append((f"demonstration: {trace['caller']}",
                             tree.summary() if spans else "no span"))


@unittest.skipUnless("WITH_OTHERS" in os.environ, "services of others send to Zipkin only")
class RelayWithOthers(Case):
    def test_has_their_spans_between_ours(self):
        """Real Kafka and RabbitMQ; the caller, `stock`, `router` and `mailer` are OpenTelemetry's."""
        done = subprocess.run(
            [sys.executable, "-B", os.environ["WITH_OTHERS"]], stdout=subprocess.PIPE, text=True,
            timeout=300, env={**os.environ, **backend.variables,
                              "TEST_FOLDER": os.environ["TEST_FOLDER"] + "-with-others"},
        )
        if done.returncode == 77:
            self.skipTest("its servers are not there")
        self.assertEqual(done.returncode, 0)
        traces = re.findall(r"^(.+)  trace (\w{32})$", done.stdout, re.MULTILINE)
        self.assertEqual(len(traces), len(FORMATS))
        for caller, trace_id in traces:
            with self.subTest(caller=caller):
                self.expect(trace_id, """
                    caller client POST
                      edge server POST /orders
                        edge client shop.Orders/Place
                          stock server /shop.Orders/Place
                            stock client /shop.Orders/Place
                              orders server shop.Orders/Place
                                orders producer send orders
                                  router consumer orders process
                                    router producer parcels publish
                                      shipping consumer process parcels
                                        shipping producer apply_async/mail.confirm
                                          mailer consumer run/mail.confirm
                    """, f"services of others between ours, {caller}")


class Sampling(Case):
    def test_spans_that_are_not_sampled_are_not_there(self):
        for caller in FORMATS:
            with self.subTest(caller=caller):
                trace_id = self.request("order", caller, sampler=sampling.ALWAYS_OFF)
                self.request("order", caller)  # what was exported before is there, too
                self.assertEqual(backend.spans(trace_id), [])
                seen.append((f"{caller}, not sampled", "no span"))


class ShortTraceIds(Case):
    def test_are_those_of_the_caller(self):
        """Of 64 bits, as older tracers for B3 make them."""
        for fields in ({"b3": "4bf92f3577b34da6-00f067aa0ba902b7-1"},
                       {"x-b3-traceid": "a3ce929d0e0e4736", "x-b3-spanid": "00f067aa0ba902b7",
                        "x-b3-sampled": "1"}):
            with self.subTest(fields=fields):
                [call] = spans("order", [fields], "b3")
                trace_id = self.audit(call, "b3")
                tree = backend.tree(trace_id, 9)
                short = fields.get("x-b3-traceid", fields.get("b3", "")[:16])
                self.assertEqual(trace_id, short.zfill(32))
                self.assertEqual(len(tree.spans), 9)
                # Only the caller's span is missing: nobody exported that.
                self.assertEqual([span.parent_id for span in tree.orphans], ["00f067aa0ba902b7"])


def show_table():
    width = max((len(callers) for callers, _ in seen), default=0)
    print(f"\n| what {backend.name} has of our spans")
    for callers, summary in dict(seen).items():
        print(f"|   {callers:{width}}  {summary}")


def main(name):
    global backend
    place = pathlib.Path(os.environ["BACKEND"])
    if not (any(place.glob("*.jar")) if name == "zipkin" else place.is_file()):
        stage.skip(f"{name} is not in {place}")
    if name == "zipkin":
        stage.need("java")
    backend = {"zipkin": Zipkin, "jaeger": Jaeger}[name](os.environ["TEST_FOLDER"], place)
    try:
        backend.start()
        suite = unittest.defaultTestLoader.loadTestsFromModule(sys.modules[__name__])
        result = unittest.TextTestRunner(verbosity=2).run(suite)
    finally:
        backend.stop()
    show_table()
    return 0 if result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
