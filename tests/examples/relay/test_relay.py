# SPDX-License-Identifier: Apache-2.0
"""The demonstration: every trace is whole, alone, under load, and if the broker fails."""

import contextlib
import http.client
import json
import os
import pathlib
import pty
import re
import signal
import socket
import subprocess
import sys
import unittest

sys.path.append(str(pathlib.Path(__file__).resolve().parents[2] / "support"))
from zipkin_stand_in import ZipkinStandIn

RELAY = os.environ["RELAY"]
ROOT = pathlib.Path(__file__).resolve().parents[3]

TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
HOPS = [("edge", "HTTP"), ("orders", "gRPC"), ("shipping", "Kafka"), ("mailer", "Celery")]
SPANS = [
    ("edge", "server", "POST /orders"),
    ("edge", "client", "shop.Orders/Place"),
    ("orders", "server", "shop.Orders/Place"),
    ("orders", "producer", "send orders"),
    ("shipping", "consumer", "process orders"),
    ("shipping", "producer", "apply_async/mail.confirm"),
    ("mailer", "consumer", "run/mail.confirm"),
]


def run(*arguments):
    return subprocess.run([RELAY, *arguments], capture_output=True, text=True, timeout=240)


def shape(text):
    """Without what differs from run to run: ids and times."""
    text = re.sub(r"\b[0-9a-f]{32}\b", "TRACE", text)
    text = re.sub(r"\b[0-9a-f]{16}\b", "SPAN", text)
    return re.sub(r" +\d+\.\d\d\b", " MS", text)


def shown(page, command):
    """What the page shows as the output of a command."""
    text = (ROOT / page).read_text("utf-8")
    (block,) = re.findall(rf"^    \$ {re.escape(command)}\n((?:    .*\n|\n(?=    ))*)", text, re.M)
    return re.sub(r"^    ", "", block, flags=re.M).strip("\n")


class Relay(unittest.TestCase):
    maxDiff = None

    def test_every_trace_is_whole(self):
        done = run()
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
        self.assertTrue(done.stdout.endswith("\n6 of 6 traces are whole\n"))
        self.assertNotIn("\033", done.stdout)
        parts = shown("README.md", "./dev demo").removeprefix("...\n").split("\n...\n")
        self.assertEqual(len(parts), 2)
        for part in parts:
            self.assertIn(shape(part), shape(done.stdout))

    def test_json(self):
        done = run("--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        report = json.loads(done.stdout)
        self.assertEqual(report["broken"], 0)
        self.assertEqual(len(report["traces"]), 6)
        for trace in report["traces"]:
            with self.subTest(trace["caller"]):
                self.check(trace)

    def check(self, trace):
        self.assertEqual(trace["complaints"], [])
        hops, spans = trace["hops"], trace["spans"]
        self.assertEqual([(h["service"], h["transport"]) for h in hops], HOPS)
        self.assertEqual([(s["service"], s["kind"], s["name"]) for s in spans], SPANS)
        self.assertEqual(len({s["trace_id"] for s in spans}), 1)
        self.assertEqual(len({s["span_id"] for s in spans}), 7)
        self.assertEqual([s["error"] for s in spans], [""] * 7)
        for parent, span in zip(spans, spans[1:]):
            self.assertEqual(span["parent_id"], parent["span_id"])
            self.assertGreaterEqual(span["start_ms"], parent["start_ms"])
        receiving = [s for s in spans if s["kind"] in ("server", "consumer")]
        for hop, span in zip(hops, receiving):
            self.assertEqual(hop["span_id"], span["span_id"])
            self.assertEqual(hop["order"], hops[0]["order"])
            self.assertEqual(hop["baggage"], hops[0]["baggage"])
            if hop is not hops[0]:
                parent = dict(hop["fields"])["traceparent"]
                self.assertTrue(parent.startswith(f"00-{span['trace_id']}-{span['parent_id']}-"))

    def load(self, count, *arguments):
        done = run("--json", "--requests", str(count), *arguments)
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
        summary = json.loads(done.stdout)
        self.assertEqual(summary["complaints"], [])
        self.assertEqual(summary["broken"], 0)
        self.assertEqual(summary["hops"], 4 * count)
        self.assertEqual(summary["spans"], 7 * count)
        return summary

    def test_load(self):
        summary = self.load(4000, "--concurrency", "64")
        self.assertEqual(summary["faults"], 0)
        self.assertLessEqual(summary["answered_ms"]["p50"], summary["answered_ms"]["max"])
        memory = summary["memory_bytes"]
        self.assertLess(memory["end"] - memory["tenth"], 4 << 20)

    def test_a_broker_that_fails_loses_and_crosses_nothing(self):
        summary = self.load(200, "--concurrency", "16", "--faults")
        self.assertGreater(summary["faults"], 0)

    def test_the_summary_is_as_shown(self):
        done = run("--requests", "60", "--concurrency", "64")
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
        page = shown("docs/spans.md", "./dev demo --requests 20000 --concurrency 64")
        numbers = re.compile(r"\d+(\.\d)?")
        self.assertEqual(numbers.sub("N", page), numbers.sub("N", done.stdout.strip()))

    def on_terminal(self, stream, *arguments, **variables):
        """What it prints there if that is a terminal."""
        ours, theirs = pty.openpty()
        with open(ours, "rb", buffering=0) as terminal:
            with open(theirs, "wb") as stand_in:
                process = subprocess.Popen(
                    [RELAY, *arguments], env={**os.environ, "NO_COLOR": "", **variables},
                    **{"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, stream: stand_in})
            printed = b""
            with contextlib.suppress(OSError):  # at the end
                while part := terminal.read(65536):
                    printed += part
        self.assertEqual(process.wait(240), 0)
        return printed.decode()

    def test_is_colored_on_a_terminal(self):
        self.assertIn("\033[32mwhole\033[0m", self.on_terminal("stdout"))
        self.assertNotIn("\033", self.on_terminal("stdout", NO_COLOR="1"))

    def test_shows_progress_on_a_terminal(self):
        printed = self.on_terminal("stderr", "--requests", "4000")
        lines = printed.split("\r\033[K")
        self.assertEqual((lines[0], lines[-1]), ("", ""), "it ends with an empty line")
        self.assertGreater(len(lines), 2)
        for line in lines[1:-1]:
            self.assertRegex(line, r"^\d+ of 4000, \d+/s, 0 broken$")

    def test_usage(self):
        for bad in (["order"], ["--requests"], ["--requests", "0"], ["--requests", "x"],
                    ["--concurrency", "2"], ["--requests", "1", "--concurrency", "0"],
                    ["--serve", "--requests", "1"], ["--serve", "--parcels", "parcels"],
                    ["--what"]):
            with self.subTest(bad):
                done = run(*bad)
                self.assertEqual((done.returncode, done.stdout), (2, ""))
                self.assertRegex(done.stderr, r"^relay: .+; see relay --help\n$")
        done = run("--help")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("--requests N", done.stdout)


class Export(unittest.TestCase):
    def export(self, port, *arguments):
        environment = {
            **os.environ,
            "OTEL_TRACES_EXPORTER": "zipkin",
            "OTEL_EXPORTER_ZIPKIN_ENDPOINT": f"http://127.0.0.1:{port}/api/v2/spans",
            "OTEL_TRACES_SAMPLER": "always_off",  # each caller decides
        }
        return subprocess.run([RELAY, "--export", *arguments], capture_output=True, text=True,
                              timeout=240, env=environment)

    def test_a_backend_gets_one_tree_of_each_trace(self):
        server = ZipkinStandIn()
        self.addCleanup(server.stop)
        done = self.export(server.server_port, "--json")
        self.assertEqual((done.returncode, done.stderr), (0, "exported 38 of 38 spans\n"))
        for trace in json.loads(done.stdout)["traces"]:
            spans = [s for s in server.spans if s["traceId"] == trace["spans"][0]["trace_id"]]
            with self.subTest(trace["caller"]):
                self.check(trace, {span["id"]: span for span in spans})

    def check(self, trace, spans):
        first = trace["spans"][0]
        if trace["hops"][0]["sampling"] == "drop":
            self.assertEqual(spans, {})
            return
        names = {name for name, _ in HOPS}
        if first["parent_id"]:
            names.add("caller")
            caller = spans[first["parent_id"]]
            self.assertEqual((caller["kind"], "parentId" in caller), ("CLIENT", False))
        self.assertEqual({s["localEndpoint"]["serviceName"] for s in spans.values()}, names)
        self.assertEqual(len(spans), 7 + (1 if first["parent_id"] else 0))
        for span in trace["spans"]:
            exported = spans[span["span_id"]]
            self.assertEqual(exported["localEndpoint"]["serviceName"], span["service"])
            self.assertEqual(exported["kind"], span["kind"].upper())
            self.assertEqual(exported.get("parentId", ""), span["parent_id"])

    def test_a_backend_that_is_away_is_a_failure(self):
        with socket.socket() as bound:  # and does not listen
            bound.bind(("127.0.0.1", 0))
            done = self.export(bound.getsockname()[1])
        self.assertEqual(done.returncode, 1)
        self.assertTrue(done.stdout.endswith("\n6 of 6 traces are whole\n"))
        self.assertIn("exported 0 of 38 spans\n", done.stderr)


class Serving(unittest.TestCase):
    def setUp(self):
        self.relay = subprocess.Popen([RELAY, "--serve"], stdout=subprocess.PIPE, text=True)
        self.addCleanup(self.end)
        first = self.relay.stdout.readline()
        self.port = int(re.fullmatch(r"listening on http://127.0.0.1:(\d+)/orders\n", first)[1])
        self.read_until("and Ctrl-C to end\n")

    def end(self):
        if self.relay.poll() is None:
            self.relay.kill()
        self.relay.communicate()

    def read_until(self, end):
        lines = []
        while not lines or lines[-1] != end:
            line = self.relay.stdout.readline()
            self.assertTrue(line, lines)
            lines.append(line)
        return "".join(lines)

    def ask(self, method, target, body, headers=()):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        self.addCleanup(connection.close)
        connection.request(method, target, body, dict(headers))
        response = connection.getresponse()
        response.read()
        return response

    def test_shows_each_request(self):
        for order in ("tea", "coffee"):  # two of one trace
            response = self.ask("POST", "/orders", order, {"traceparent": TRACEPARENT})
            self.assertEqual(response.status, 202)
            self.assertTrue(response.headers["traceresponse"].startswith(TRACEPARENT[:36]))
            tree = self.read_until("  whole\n")
            self.assertIn(f"trace {TRACEPARENT[3:35]}  sample  {order}\n", tree)
        self.assertEqual(self.ask("GET", "/", None).status, 404)
        self.assertEqual(self.ask("POST", "/orders", "").status, 400)
        self.assertEqual(self.ask("POST", "/orders", "x" * 201).status, 400)
        self.assertEqual(self.ask("POST", "/orders", b"\x1b[2J").status, 400)
        self.relay.send_signal(signal.SIGTERM)
        self.assertEqual(self.relay.wait(60), 0)


if __name__ == "__main__":
    unittest.main()
