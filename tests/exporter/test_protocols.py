# SPDX-License-Identifier: Apache-2.0
"""What the exporter sends: OTLP read with OpenTelemetry's own classes, and Zipkin's JSON."""

import base64
import http.server
import json
import os
import pathlib
import subprocess
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from needed_modules import run_again_or_skip  # noqa: E402

try:
    from google.protobuf import json_format
    from opentelemetry.proto.collector.trace.v1 import trace_service_pb2
    from opentelemetry.proto.trace.v1 import trace_pb2
except ImportError as error:
    run_again_or_skip("opentelemetry-proto", error)

TRACE = bytes(7) + b"\1" + bytes(7) + b"\2"
REMOTE_PARENT = bytes(7) + b"\3"
VERSION = os.environ["VERSION"]
CONFIGURATION = {
    "OTEL_SERVICE_NAME": "shop",
    "OTEL_RESOURCE_ATTRIBUTES": "deployment.environment=test,team=caf%C3%A9",
    "OTEL_EXPORTER_OTLP_HEADERS": "x-key=a%20secret",
}


class Backend(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.requests.append((self.path, self.headers, body))
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def export(environment):
    """The requests that the sample makes, and what it prints."""
    server = http.server.HTTPServer(("127.0.0.1", 0), Backend)
    server.requests = []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        url = f"http://127.0.0.1:{server.server_port}"
        given = {name: value.replace("$URL", url) for name, value in environment.items()}
        done = subprocess.run(
            [os.environ["SAMPLE"]], env={**CONFIGURATION, **given}, capture_output=True, text=True, timeout=60
        )
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    return server.requests, done


def hex_to_base64(value):
    """OTLP's JSON has hexadecimal ids, where protobuf's has base64."""
    if isinstance(value, list):
        return [hex_to_base64(item) for item in value]
    if not isinstance(value, dict):
        return value
    ids = ("traceId", "spanId", "parentSpanId")
    return {
        key: base64.b64encode(bytes.fromhex(item)).decode() if key in ids else hex_to_base64(item)
        for key, item in value.items()
    }


def attributes_of(holder):
    return {pair.key: getattr(pair.value, pair.value.WhichOneof("value")) for pair in holder.attributes}


class Otlp:
    """The same for both forms."""

    @classmethod
    def setUpClass(cls):
        cls.begin = time.time_ns()
        environment = {"OTEL_EXPORTER_OTLP_ENDPOINT": "$URL/base", "OTEL_EXPORTER_OTLP_PROTOCOL": cls.protocol}
        cls.requests, cls.done = export(environment)
        cls.end = time.time_ns()
        message = trace_service_pb2.ExportTraceServiceRequest()
        [(cls.path, cls.headers, body)] = cls.requests
        cls.parse(body, message)
        [cls.of_resource] = message.resource_spans
        [cls.of_scope] = cls.of_resource.scope_spans
        cls.spans = {span.name[:20]: span for span in cls.of_scope.spans}

    def test_the_request(self):
        self.assertEqual(self.path, "/base/v1/traces")
        self.assertEqual(self.headers["Content-Type"], self.content_type)
        self.assertEqual(self.headers["X-Key"], "a secret")
        self.assertEqual(self.headers["User-Agent"], f"baton-export/{VERSION}")
        self.assertEqual(self.done.returncode, 0)
        self.assertEqual(self.done.stderr, "")
        self.assertIn("\nbaton_spans_exported_total 6\n", self.done.stdout)

    def test_the_service(self):
        self.assertEqual(
            attributes_of(self.of_resource.resource),
            {
                "service.name": "shop",
                "deployment.environment": "test",
                "team": "café",
                "telemetry.sdk.name": "baton",
                "telemetry.sdk.version": VERSION,
                "telemetry.sdk.language": "cpp",
            },
        )
        self.assertEqual(self.of_scope.scope.name, "baton")
        self.assertEqual(self.of_scope.scope.version, VERSION)

    def test_ids_and_parents(self):
        server, client = self.spans["GET /café"], self.spans["POST"]
        self.assertEqual(server.trace_id, TRACE)
        self.assertEqual(server.parent_span_id, REMOTE_PARENT)
        self.assertEqual(server.trace_state, "a=1,b=2")
        self.assertEqual(server.flags, 0x301)
        self.assertEqual(client.trace_id, TRACE)
        self.assertEqual(client.parent_span_id, server.span_id)
        self.assertEqual(client.flags, 0x101)
        root = self.spans["x" * 20]
        self.assertEqual(len(root.trace_id), 16)
        self.assertNotEqual(root.trace_id, TRACE)
        self.assertEqual(root.parent_span_id, b"")
        self.assertEqual(root.flags, 0x103)
        self.assertEqual(len({span.span_id for span in self.spans.values()}), 6)

    def test_kinds(self):
        kinds = {name: trace_pb2.Span.SpanKind.Name(span.kind)[10:] for name, span in self.spans.items()}
        self.assertEqual(
            kinds,
            {
                "GET /café": "SERVER",
                "POST": "CLIENT",
                "internal": "INTERNAL",
                "producer": "PRODUCER",
                "consumer": "CONSUMER",
                "x" * 20: "INTERNAL",
            },
        )

    def test_times(self):
        for span in self.spans.values():
            self.assertLessEqual(self.begin, span.start_time_unix_nano)
            self.assertLessEqual(span.start_time_unix_nano, span.end_time_unix_nano)
            self.assertLessEqual(span.end_time_unix_nano, self.end)
        server, client = self.spans["GET /café"], self.spans["POST"]
        self.assertLessEqual(server.start_time_unix_nano, client.start_time_unix_nano)

    def test_attributes(self):
        self.assertEqual(
            attributes_of(self.spans["GET /café"]),
            {
                "http.request.method": "GET",
                "big": 9007199254740993,
                "negative": -1,
                "replaced": 7,
                "invalid": "a\ufffd\ufffdz",
                "empty": "",
                "error": "none",
                "server.address": "shop",
                "late": "yes",
            },
        )
        self.assertNotIn(b"not-exported", self.requests[0][2])

    def test_errors(self):
        client = self.spans["POST"]
        self.assertEqual(client.status.code, trace_pb2.Status.STATUS_CODE_ERROR)
        self.assertEqual(
            attributes_of(client), {"server.address": "stock", "error": "no description", "error.type": "500"}
        )
        self.assertEqual(self.spans["x" * 20].status.code, trace_pb2.Status.STATUS_CODE_ERROR)
        self.assertEqual(self.spans["GET /café"].status.code, trace_pb2.Status.STATUS_CODE_UNSET)

    def test_limits(self):
        large = self.spans["x" * 20]
        self.assertEqual(large.name, "x" * 1023)
        self.assertEqual(len(large.attributes), 128)
        self.assertEqual(large.dropped_attributes_count, 2)
        self.assertEqual(len(large.links), 128)
        self.assertEqual(large.dropped_links_count, 2)

    def test_links(self):
        link = self.spans["x" * 20].links[0]
        self.assertEqual(link.trace_id, TRACE)
        self.assertEqual(link.span_id, REMOTE_PARENT)
        self.assertEqual(link.trace_state, "a=1,b=2")
        self.assertEqual(link.flags, 0x301)


class Protobuf(Otlp, unittest.TestCase):
    protocol = "http/protobuf"
    content_type = "application/x-protobuf"

    @staticmethod
    def parse(body, message):
        message.ParseFromString(body)

    def test_has_no_unknown_fields(self):
        # What a class does not know, it would write again.
        message = trace_service_pb2.ExportTraceServiceRequest.FromString(self.requests[0][2])
        before = message.ByteSize()
        message.DiscardUnknownFields()
        self.assertEqual(message.ByteSize(), before)


class Json(Otlp, unittest.TestCase):
    protocol = "http/json"
    content_type = "application/json"

    @staticmethod
    def parse(body, message):
        json_format.ParseDict(hex_to_base64(json.loads(body)), message)

    def test_large_integers_are_strings(self):
        [(_, _, body)] = self.requests
        spans = json.loads(body)["resourceSpans"][0]["scopeSpans"][0]["spans"]
        for span in spans:
            self.assertIsInstance(span["startTimeUnixNano"], str)
            self.assertIsInstance(span["kind"], int)
            self.assertRegex(span["traceId"], "^[0-9a-f]{32}$")
            self.assertRegex(span["spanId"], "^[0-9a-f]{16}$")
        big = {pair["key"]: pair["value"] for span in spans for pair in span.get("attributes", [])}["big"]
        self.assertEqual(big, {"intValue": "9007199254740993"})


class Zipkin(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.begin = time.time_ns() // 1000
        cls.requests, cls.done = export(
            {"OTEL_TRACES_EXPORTER": "zipkin", "OTEL_EXPORTER_ZIPKIN_ENDPOINT": "$URL/api/v2/spans"}
        )
        [(cls.path, cls.headers, body)] = cls.requests
        cls.spans = {span["name"][:20]: span for span in json.loads(body)}

    def test_the_request(self):
        self.assertEqual(self.path, "/api/v2/spans")
        self.assertEqual(self.headers["Content-Type"], "application/json")
        self.assertIsNone(self.headers["X-Key"], "the headers are for OTLP")
        self.assertEqual(self.done.stderr, "")
        self.assertEqual(len(self.spans), 6)

    def test_spans(self):
        server, client = self.spans["GET /café"], self.spans["POST"]
        self.assertEqual(server["traceId"], TRACE.hex())
        self.assertEqual(server["parentId"], REMOTE_PARENT.hex())
        self.assertEqual(client["parentId"], server["id"])
        self.assertNotIn("parentId", self.spans["x" * 20])
        self.assertEqual(server["localEndpoint"], {"serviceName": "shop"})
        for span in self.spans.values():
            self.assertGreaterEqual(span["timestamp"], self.begin)
            self.assertGreaterEqual(span["duration"], 1)

    def test_kinds(self):
        kinds = {name: span.get("kind") for name, span in self.spans.items()}
        self.assertEqual(
            kinds,
            {
                "GET /café": "SERVER",
                "POST": "CLIENT",
                "internal": None,
                "producer": "PRODUCER",
                "consumer": "CONSUMER",
                "x" * 20: None,
            },
        )

    def test_the_service_that_is_called(self):
        called = {name: span["remoteEndpoint"] for name, span in self.spans.items() if "remoteEndpoint" in span}
        self.assertEqual(called, {"POST": {"serviceName": "stock"}, "producer": {"serviceName": "broker"}})

    def test_tags(self):
        of_resource = {
            "deployment.environment": "test",
            "team": "café",
            "telemetry.sdk.name": "baton",
            "telemetry.sdk.version": VERSION,
            "telemetry.sdk.language": "cpp",
            "otel.scope.name": "baton",
            "otel.scope.version": VERSION,
        }
        self.assertEqual(
            self.spans["GET /café"]["tags"],
            {
                **of_resource,
                "http.request.method": "GET",
                "big": "9007199254740993",
                "negative": "-1",
                "replaced": "7",
                "invalid": "a\ufffd\ufffdz",
                "empty": "",
                "server.address": "shop",
                "late": "yes",
            },
        )
        self.assertEqual(
            self.spans["POST"]["tags"],
            {
                **of_resource,
                "server.address": "stock",
                "error": "",
                "error.type": "500",
                "otel.status_code": "ERROR",
            },
        )
        large = self.spans["x" * 20]["tags"]
        self.assertEqual(large["error"], "")
        self.assertEqual(large["otel.dropped_attributes_count"], "2")
        self.assertEqual(large["otel.dropped_links_count"], "2")
        self.assertNotIn(b"not-exported", self.requests[0][2])


class Configuration(unittest.TestCase):
    def test_grpc_is_reported_and_replaced(self):
        requests, done = export(
            {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "$URL/x", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}
        )
        self.assertIn("OTEL_EXPORTER_OTLP_PROTOCOL is 'grpc'", done.stderr)
        [(path, headers, _)] = requests
        self.assertEqual(path, "/x")
        self.assertEqual(headers["Content-Type"], "application/x-protobuf")

    def test_nothing_is_sent_if_nothing_is_wanted(self):
        for name, value in (("OTEL_SDK_DISABLED", "true"), ("OTEL_TRACES_EXPORTER", "none")):
            requests, done = export({"OTEL_EXPORTER_OTLP_ENDPOINT": "$URL", name: value})
            self.assertEqual((requests, done.stdout, done.stderr, done.returncode), ([], "", "", 0))


if __name__ == "__main__":
    unittest.main()
