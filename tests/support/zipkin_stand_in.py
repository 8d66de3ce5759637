# SPDX-License-Identifier: Apache-2.0
"""A stand-in for Zipkin, which keeps the spans that it gets."""

import gzip
import http.server
import json
import threading


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # the agent sends an empty body if a connection ends unannounced

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers["Content-Encoding"] == "gzip":
            body = gzip.decompress(body)
        self.server.take(body)
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class ZipkinStandIn(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}/api/v2/spans"
        self.spans = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def take(self, body):
        self.spans += json.loads(body)

    def stop(self):
        self.shutdown()
        self.server_close()
