# SPDX-License-Identifier: Apache-2.0
"""The vectors of all formats, as requests through nginx: what it reads, reports and sends."""

import json
import os
import pathlib
import re
import sys

import peers
import server

VECTORS = pathlib.Path(os.environ["VECTORS"])
sys.path.append(str(VECTORS))
from texts import expand

B3_MULTI = ["x-b3-traceid", "x-b3-spanid", "x-b3-parentspanid", "x-b3-sampled", "x-b3-flags"]
OWNED = {
    "tracecontext": ["traceparent", "tracestate"], "baggage": ["baggage"],
    "b3": ["b3", *B3_MULTI], "b3multi": ["b3", *B3_MULTI],
    "jaeger": ["uber-trace-id", "jaeger-debug-id", "jaeger-baggage"],
    "ottrace": ["ot-tracer-traceid", "ot-tracer-spanid", "ot-tracer-sampled"],
    "datadog": ["x-datadog-trace-id", "x-datadog-parent-id", "x-datadog-sampling-priority",
                "x-datadog-origin", "x-datadog-tags"],
    "xray": ["x-amzn-trace-id"], "gcp": ["x-cloud-trace-context"], "opencensus": ["grpc-trace-bin"],
    "none": [],
}
FAMILIES = {"jaeger": "uberctx-", "ottrace": "ot-baggage-"}
OPTIONS = {"b3_short_trace_ids": "baton_b3_short_trace_ids",
           "sampling_in_tracestate": "baton_sampling_in_tracestate"}
SAMPLED = {"defer": "", "drop": "0", "sample": "1", "debug": "1"}
ISSUE = re.compile(r"baton: malformed ([a-z0-9*-]+): .* at byte (\d+) \((\w+)\), client")


def is_representable(name, value):
    """Whether nginx takes the field as it is: it drops blanks around a value."""
    return (re.fullmatch(rb"[A-Za-z0-9-]+", name) and value.strip(b" ") == value
            and not re.search(rb"[\0\r\n]", value) and len(name) + len(value) < 60_000)


def cases():
    """Vectors that a request can have: what was not read from fields, and settings that nginx has no
    directive for, are others' tests."""
    for path in sorted(VECTORS.glob("*.json")):
        vectors = json.loads(path.read_text())
        if not isinstance(vectors.get("vectors"), list) or "propagators" not in vectors:
            continue
        for vector in vectors["vectors"]:
            chain = vector.get("propagators", vectors["propagators"])
            options = vector.get("options", {})
            if ("fields" not in vector or {"given", "outgoing", "environment"} & set(vector)
                    or not set(options) <= set(OPTIONS) or not chain
                    or not set(chain.split(",")) <= set(OWNED)):
                continue
            fields = [(expand(name), expand(value)) for name, value in vector["fields"]]
            if not all(is_representable(*field) for field in fields):
                continue
            yield f"{path.stem}: {vector['name']}", chain, vector, options, fields


class Vectors(server.TestCase):
    def test_through_nginx(self):
        locations = {}
        requests = []
        for title, chain, vector, options, fields in cases():
            inject = vector.get("inject_with", chain)
            setting = (chain, inject, vector.get("policy", "last_wins"),
                       tuple(sorted(options.items())))
            number = locations.setdefault(setting, len(locations))
            requests.append((title, number, vector, fields))
        nginx, app = self.serve("""large_client_header_buffers 8 64k; proxy_http_version 1.1;
            add_header X-Trace "$baton_trace_id,$baton_span_id,$baton_sampled,$baton_format";
            baton on; """ + "".join(self.location(*setting, number)
                                    for setting, number in locations.items()), workers=1)
        compared = 0
        for title, number, vector, fields in requests:
            with self.subTest(title):
                compared += self.compare(nginx, app, f"/{number}", vector, fields)
        self.assertGreater(len(requests), 1000)
        print(f"vectors: {len(requests)}")
        print(f"{len(locations)} locations, {compared} injections compared")

    @staticmethod
    def location(chain, inject, policy, options, number):
        lines = "".join(f"{OPTIONS[name]} {'on' if value else 'off'}; " for name, value in options)
        return (f"location = /{number} {{ baton_extract {chain}; baton_inject {inject or 'none'}; "
                f"baton_policy {policy}; {lines} proxy_pass http://@app; }}\n")

    def compare(self, nginx, app, target, vector, fields):
        log = nginx.folder / "error.log"
        begin = log.stat().st_size
        app.received.clear()
        lines = b"".join(name + b": " + value + b"\r\n" for name, value in fields)
        with nginx.connect() as client:
            client.send(b"GET " + target.encode() + b" HTTP/1.1\r\nHost: a\r\n" + lines + b"\r\n")
            status, head, _ = client.response()
        self.assertEqual(status, 200)

        context = vector["context"]
        said = re.search(rb"X-Trace: (\w*),(\w*),(\d?),([\w-]*)\r\n", head)
        expected = (context.get("trace_id", ""), context.get("span_id", ""),
                    SAMPLED[context.get("sampling", self.sampling(context))])
        self.assertEqual(tuple(part.decode() for part in said.groups()[:3]), expected)
        if "format" in vector:
            self.assertEqual(said[4].decode(), vector["format"])

        with open(log, encoding="utf-8") as text:
            text.seek(begin)
            issues = [[name, code, int(at)] for name, at, code in ISSUE.findall(text.read())]
        self.assertEqual(issues, vector.get("issues", [])[:16])

        if "inject" not in vector:
            return 0
        chain = vector.get("inject_with", "")
        expected = sorted((name.encode(), expand(value)) for name, value in vector["inject"])
        names = {name for name, _ in expected}
        sent = {name.lower() for name, _ in fields}
        formats = f"{chain},{self.chain_of(target, nginx)}".strip(",").split(",")
        owned = {name.encode() for format in formats for name in OWNED[format]}
        families = tuple(FAMILIES[format].encode() for format in formats if format in FAMILIES)
        got = []
        for name, value in app.received[-1].fields:
            name = name.lower().encode("latin-1")
            # What the chain does not know passes.
            passes = (name in sent and name not in owned and name not in names
                      and not name.startswith(families))
            if name not in (b"host", b"connection") and not passes:
                got.append((name, value.encode("latin-1")))
        self.assertEqual(sorted(got), expected)
        return 1

    @staticmethod
    def sampling(context):
        if "flags" not in context:
            return "defer"
        return "sample" if int(context["flags"], 16) & 1 else "drop"

    @staticmethod
    def chain_of(target, nginx):
        return re.search(rf"location = {target} {{ baton_extract (\S+);",
                         nginx.path.read_text())[1]


if __name__ == "__main__":
    server.unittest.main()
