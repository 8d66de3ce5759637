# SPDX-License-Identifier: Apache-2.0
"""examples/nginx/nginx.conf, with ports of its own, and the pieces of configuration in docs/nginx.md."""

import os
import pathlib
import re
import subprocess

import server
from service import PATIENCE, SPAN_ID, TRACE_ID, TRACEPARENT, TRACEPARENT_FORM
from stage import free_ports
from test_propagation import B3, traces

ROOT = pathlib.Path(os.environ["VECTORS"]).parents[1]
EXAMPLE = ROOT / "examples" / "nginx" / "nginx.conf"
GUIDE = ROOT / "docs" / "nginx.md"
BUILT = "build/bindings/nginx/ngx_http_baton_module.so"


class Example(server.TestCase):
    def setUp(self):
        self.upstream = self.app()
        text = EXAMPLE.read_text()
        self.assertIn(BUILT, text)
        nginx = self.nginx("")
        front, metrics = free_ports(2)
        nginx.ports.update(front=front, metrics=metrics)
        for old, new in ((BUILT, server.MODULE), ("8080", str(front)), ("8081", str(metrics)),
                         ("9000", str(self.upstream.port)), ("temp/", f"{nginx.folder}/"),
                         ("pid nginx.pid", f"pid {nginx.folder}/pid"),
                         ("error_log stderr", f"error_log {nginx.folder}/error.log"),
                         ("/dev/stdout", f"{nginx.folder}/access.log")):
            self.assertIn(old, text)
            text = text.replace(old, new)
        nginx.path.write_text(("user root;" if os.geteuid() == 0 else "") + text)
        nginx.workers = 1
        self.assertEqual(nginx.test(), (0, ""))
        self.server = nginx.start()

    def sent(self, target, fields):
        self.head = self.server.get(target, fields)[1]
        return traces(self.upstream.received[-1])

    def test_what_it_says(self):
        w3c = {"traceparent": TRACEPARENT, "tracestate": "a=1", "baggage": "tenant=t,user=u"}
        self.assertEqual(self.sent("/", {"b3": B3}), {"traceparent": TRACEPARENT})
        self.assertEqual(self.sent("/", w3c), w3c)
        self.assertEqual(self.sent("/legacy/", w3c), {"b3": B3})
        self.assertEqual(self.sent("/partner/", w3c),
                         {"traceparent": TRACEPARENT, "baggage": "tenant=t"})
        others = {"b3": B3, "uber-trace-id": f"{TRACE_ID}:{SPAN_ID}:0:1", "uberctx-user": "u",
                  "x-datadog-trace-id": "1",
                  "x-amzn-trace-id": f"Root=1-{TRACE_ID[:8]}-{TRACE_ID[8:]}"}
        public = self.sent("/public/", {**w3c, **others})
        self.assertLessEqual(set(public), {"traceparent", "tracestate"})
        self.assertNotEqual(TRACEPARENT_FORM.match(public["traceparent"])[1], TRACE_ID)
        self.assertIn(b"\r\ntraceresponse: " + public["traceparent"].encode(), self.head)
        self.assertIn(f'127.0.0.1 "GET / HTTP/1.1" 200 "-" trace_id={TRACE_ID} '
                      f"span_id={SPAN_ID} sampled=1 format=b3", self.server.log(lines=5))
        counts = server.COUNTERS.findall(
            self.server.get("/metrics", name="metrics")[2].decode())
        self.assertIn(('baton_format_won_total{format="b3"}', "1"), counts)


class Guide(server.TestCase):
    def test_its_configurations(self):
        blocks = re.findall(r"^```nginx\n(.*?)^```$", GUIDE.read_text("utf-8"), re.M | re.S)
        self.assertEqual(len(blocks), 3)
        whole, log, old = blocks
        for text in (whole, "http { baton on; " + log + old + " server { listen 8080; } }"):
            nginx = self.nginx("")
            (port,) = free_ports(1)
            text = re.sub(r"load_module .*;", "", text).replace("8080", f"127.0.0.1:{port}")
            text = text.replace("/var/log/nginx", str(nginx.folder))
            head = nginx.path.read_text().split("http {")[0]
            nginx.path.write_text(head + text)
            self.assertEqual(nginx.test(), (0, ""))

    def test_its_error(self):
        said = re.search(r"^    nginx: \[emerg\] (.*?), \.\.\. in ", GUIDE.read_text("utf-8"),
                         re.M)[1]
        nginx = self.nginx("baton_extract b4;")
        self.assertIn(said, nginx.test()[1])

    def test_its_tables_are_complete(self):
        """Each directive and variable that the module has is in the page, and no other."""
        text = GUIDE.read_text("utf-8")
        strings = subprocess.run(["strings", "-n", "5", server.MODULE], capture_output=True,
                                 text=True, check=True, timeout=PATIENCE).stdout.split("\n")
        # The linker stores a name as the end of a sentence, if it can.
        known = {name for line in strings for name in re.findall(r"(?:^| )(baton(?:_[a-z0-9_]+)?)$", line)}
        known -= {line for line in known if line.startswith(("baton_format", "baton_extractions"))
                  and line.endswith("_total")} | {"baton_rate_limited"}
        named = set(re.findall(r"^\| `(baton\w*)", text, re.M))
        named |= {name.replace("NAME", "") for name in re.findall(r"^\| `\$(baton\w+)`", text, re.M)}
        self.assertEqual(named, known)


if __name__ == "__main__":
    server.unittest.main()
