# SPDX-License-Identifier: Apache-2.0
"""Zipkin: on loopback, with its storage in memory."""

import pathlib

from backend import Backend
from servers import free_ports
from tree import Span


class Zipkin(Backend):
    name = "Zipkin"
    has_links = False
    protocols = {"zipkin": {}}

    def __init__(self, folder, jars):
        super().__init__(folder)
        [self.jar] = pathlib.Path(jars).glob("zipkin-server-*.jar")
        (self.port,) = free_ports(1)
        self.url = f"http://127.0.0.1:{self.port}"
        self.variables = {
            "OTEL_TRACES_EXPORTER": "zipkin",
            "OTEL_EXPORTER_ZIPKIN_ENDPOINT": f"{self.url}/api/v2/spans",
        }

    def start(self):
        self.run("java", "-Xms64m", "-Xmx256m", "-XX:TieredStopAtLevel=1", "-jar",
                 str(self.jar.resolve()), f"--armeria.ports[0].port={self.port}",
                 "--armeria.ports[0].ip=127.0.0.1", "--armeria.ports[0].protocols[0]=http",
                 STORAGE_TYPE="mem")
        self.wait_for(self.port, lambda _: self.get("/health")["status"] == "UP")

    @staticmethod
    def kept(text):
        """Names as Zipkin keeps them."""
        return text.lower()

    @staticmethod
    def numbers(*values):
        """Tags as Zipkin keeps them."""
        return [str(value) for value in values]

    def services(self):
        return set(self.get("/api/v2/services"))

    def spans(self, trace_id):
        return [self.span(found) for found in self.get(f"/api/v2/trace/{trace_id}") or []]

    def traces(self):
        """The ids of the last hundred."""
        return [spans[0]["traceId"].zfill(32) for spans in self.get("/api/v2/traces?limit=100")]

    @staticmethod
    def span(found):
        tags = found.get("tags", {})
        return Span(
            trace_id=found["traceId"].zfill(32), span_id=found["id"],
            parent_id=found.get("parentId", ""), service=found["localEndpoint"]["serviceName"],
            kind=found.get("kind", "internal").lower(), name=found["name"],
            start=found["timestamp"], duration=found.get("duration", 0),
            error=tags.get("error.type", "true") if "error" in tags else "", tags=tags,
        )

    def page(self, trace_id):
        return f"{self.url}/zipkin/traces/{trace_id}"
