# SPDX-License-Identifier: Apache-2.0
"""`grpc-trace-bin` from Baton's client to a server that uses only HTTP/2: gRPC's core would remove
the field."""

import base64
import os
import pathlib
import socket
import struct
import subprocess
import sys
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "support"))
from needed_modules import run_again_or_skip  # noqa: E402

try:
    import h2.config
    import h2.connection
    import h2.events
except ImportError as error:
    run_again_or_skip("h2", error)

TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"
SPAN_ID = "00f067aa0ba902b7"
EMPTY_MESSAGE = bytes(5)  # not compressed, of no bytes: a valid Answer
HEADERS = [(":status", "200"), ("content-type", "application/grpc")]
TRAILERS = [("grpc-status", "0")]


class Call:
    def __init__(self, headers):
        self.path = headers[b":path"].decode()
        self.field = headers.get(b"grpc-trace-bin")
        self.received = b""

    def take_messages(self, data):
        """The number of further messages in this data."""
        self.received += data
        count = 0
        while len(self.received) >= 5:
            size = 5 + struct.unpack(">I", self.received[1:5])[0]
            if len(self.received) < size:
                break
            self.received = self.received[size:]
            count += 1
        return count


class Server:
    """Serves one connection of gRPC, and keeps what each call sent as grpc-trace-bin."""

    def __init__(self):
        self.fields = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self.serve)
        self.thread.start()

    def close(self):
        self.listener.close()
        self.thread.join()

    def serve(self):
        connection, _ = self.listener.accept()
        with connection:
            http = h2.connection.H2Connection(
                h2.config.H2Configuration(client_side=False, header_encoding=None))
            http.initiate_connection()
            connection.sendall(http.data_to_send())
            calls = {}
            while data := connection.recv(65536):
                for event in http.receive_data(data):
                    self.handle(http, calls, event)
                connection.sendall(http.data_to_send())

    def handle(self, http, calls, event):
        if isinstance(event, h2.events.RequestReceived):
            call = calls[event.stream_id] = Call(dict(event.headers))
            self.fields.append(call.field)
            http.send_headers(event.stream_id, HEADERS)
        elif isinstance(event, h2.events.DataReceived):
            call = calls[event.stream_id]
            http.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            count = call.take_messages(event.data)
            if call.path.endswith("/Chat"):
                http.send_data(event.stream_id, EMPTY_MESSAGE * count)
        elif isinstance(event, h2.events.StreamEnded):
            call = calls[event.stream_id]
            if not call.path.endswith("/Chat"):
                http.send_data(event.stream_id, EMPTY_MESSAGE)
            http.send_headers(event.stream_id, TRAILERS, end_stream=True)


class OpenCensus(unittest.TestCase):
    def test_bytes_arrive_as_they_are(self):
        for interface in ("synchronous", "callback", "queue"):
            for flags in ("00", "01"):
                with self.subTest(interface=interface, flags=flags):
                    server = Server()
                    try:
                        subprocess.run(
                            [os.environ["GRPC_PEER"], "call", interface, "opencensus",
                             server.address, f"00-{TRACE_ID}-{SPAN_ID}-{flags}", "a=1", "k=v"],
                            check=True, stdout=subprocess.DEVNULL, timeout=60)
                    finally:
                        server.close()
                    sent = bytes.fromhex(f"0000{TRACE_ID}01{SPAN_ID}02{flags}")
                    got = [base64.b64decode(field + b"==") for field in server.fields]
                    self.assertEqual(got, [sent] * 4)


if __name__ == "__main__":
    unittest.main()
