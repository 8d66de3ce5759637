# SPDX-License-Identifier: Apache-2.0
"""Jaeger: on loopback, with its storage in memory. It takes OTLP."""

import json
import pathlib
import urllib.parse

from backend import Backend
from servers import free_ports
from tree import Span


def configuration(otlp, query, grpc):
    """JSON is YAML."""
    return json.dumps({
        "service": {
            "extensions": ["jaeger_storage", "jaeger_query"],
            "pipelines": {"traces": {
                "receivers": ["otlp"], "exporters": ["jaeger_storage_exporter"]}},
            "telemetry": {"metrics": {"level": "none"}, "logs": {"level": "warn"}},
        },
        "extensions": {
            "jaeger_storage": {"backends": {"memory": {"memory": {"max_traces": 10000}}}},
            "jaeger_query": {
                "storage": {"traces": "memory"},
                "http": {"endpoint": f"127.0.0.1:{query}"},
                "grpc": {"endpoint": f"127.0.0.1:{grpc}"},
            },
        },
        "receivers": {"otlp": {"protocols": {"http": {"endpoint": f"127.0.0.1:{otlp}"}}}},
        "exporters": {"jaeger_storage_exporter": {"trace_storage": "memory"}},
    })


class Jaeger(Backend):
    name = "Jaeger"
    has_links = True
    protocols = {name: {"OTEL_EXPORTER_OTLP_PROTOCOL": name}
                 for name in ("http/protobuf", "http/json")}

    def __init__(self, folder, program):
        super().__init__(folder)
        self.program = pathlib.Path(program)
        self.otlp, self.query, grpc = free_ports(3)
        self.url = f"http://127.0.0.1:{self.query}"
        self.variables = {
            "OTEL_TRACES_EXPORTER": "otlp",
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{self.otlp}",
        }
        (self.folder / "jaeger.yaml").write_text(configuration(self.otlp, self.query, grpc))

    def start(self):
        self.run(str(self.program.resolve()), "--config", "jaeger.yaml",
                 OTEL_TRACES_SAMPLER="always_off")  # it exports spans of its own otherwise
        self.wait_for(self.otlp)
        self.wait_for(self.query, lambda _: self.get("/api/services") is not None)

    @staticmethod
    def kept(text):
        return text

    @staticmethod
    def numbers(*values):
        return list(values)

    def services(self):
        return set(self.get("/api/services")["data"])

    def spans(self, trace_id):
        answer = self.get(f"/api/traces/{trace_id}")
        if not answer or not answer["data"]:
            return []
        [trace] = answer["data"]
        return [self.span(found, trace["processes"]) for found in trace["spans"]]

    def traces(self):
        """The ids of the last hundred of each service."""
        found = (self.get(f"/api/traces?limit=100&service={urllib.parse.quote(service)}")["data"]
                 for service in self.services())
        return list({trace["traceID"].zfill(32): None for traces in found for trace in traces})

    @staticmethod
    def span(found, processes):
        tags = {tag["key"]: tag["value"] for tag in found["tags"]}
        related = {"CHILD_OF": [], "FOLLOWS_FROM": []}
        for reference in found.get("references", []):
            related[reference["refType"]].append(
                (reference["traceID"].zfill(32), reference["spanID"]))
        parents = related["CHILD_OF"]
        is_error = bool(tags.get("error"))
        return Span(
            trace_id=found["traceID"].zfill(32), span_id=found["spanID"],
            parent_id=parents[0][1] if parents else "",
            service=processes[found["processID"]]["serviceName"],
            kind=tags.get("span.kind", "internal"), name=found["operationName"],
            start=found["startTime"], duration=found["duration"],
            error=str(tags.get("error.type", tags["error"])) if is_error else "", tags=tags,
            links=tuple(related["FOLLOWS_FROM"]),
        )

    def page(self, trace_id):
        """Its API's: built by Go alone, Jaeger has no web page."""
        return f"{self.url}/api/traces/{trace_id}"
