# SPDX-License-Identifier: Apache-2.0
"""Sends what no gRPC client would send, as HTTP/2 frames made by hand: the server must survive."""

import os
import re
import socket
import struct
import subprocess
import unittest

DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, WINDOW_UPDATE = 0, 1, 3, 4, 6, 7, 8
END_STREAM, END_HEADERS, ACK = 1, 4, 1
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
TRACE_ID = "0af7651916cd43dd8448eb211c80319c"
PARENT = f"00-{TRACE_ID}-b7ad6b7169203331-01".encode()


def integer(value, prefix_bits):
    """RFC 7541, 5.1, with no bits set before the prefix."""
    limit = (1 << prefix_bits) - 1
    if value < limit:
        return bytes([value])
    out = [limit]
    value -= limit
    while value >= 128:
        out.append(value % 128 + 128)
        value //= 128
    return bytes(out + [value])


def literal(text):
    return integer(len(text), 7) + text


def block(fields):
    """Literal fields without indexing and without Huffman, RFC 7541, 6.2.2."""
    return b"".join(b"\0" + literal(name) + literal(value) for name, value in fields)


def frame(kind, flags, stream, payload):
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def submessage(message, wanted):
    """The bytes of that field of a protobuf message; all fields before it must have a length."""
    at = 0
    while at < len(message):
        number, size, at = message[at] >> 3, message[at + 1], at + 2
        if size >= 128:
            size, at = size % 128 + message[at] * 128, at + 1
        if number == wanted:
            return message[at : at + size]
        at += size
    raise AssertionError("no such field")


class Connection:
    """One connection, one call at a time."""

    def __init__(self, address):
        host, port = address.rsplit(":", 1)
        self.socket = socket.create_connection((host, int(port)), timeout=20)
        self.socket.sendall(PREFACE + frame(SETTINGS, 0, 0, b""))
        self.stream = -1
        self.buffer = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def take(self, size):
        while len(self.buffer) < size:
            received = self.socket.recv(65536)
            if not received:
                raise ConnectionError("closed")
            self.buffer += received
        taken, self.buffer = self.buffer[:size], self.buffer[size:]
        return taken

    def next_frame(self):
        head = self.take(9)
        kind, flags, stream = struct.unpack(">BBI", head[3:])
        return kind, flags, stream & 0x7FFFFFFF, self.take(int.from_bytes(head[:3], "big"))

    def call(self, fields):
        """A unary call with these fields besides gRPC's own. Returns the bytes of the handler's
        message Found, or None if the server refused the call or the connection."""
        self.stream += 2
        own = [
            (b":method", b"POST"),
            (b":scheme", b"http"),
            (b":path", b"/baton.test.Relay/Unary"),
            (b":authority", b"localhost"),
            (b"content-type", b"application/grpc"),
            (b"te", b"trailers"),
        ]
        try:
            self.socket.sendall(frame(HEADERS, END_HEADERS, self.stream, block(own + fields)))
            self.socket.sendall(frame(DATA, END_STREAM, self.stream, bytes(5)))
            return self.answer()
        except ConnectionError:
            return None

    def answer(self):
        data = b""
        while True:
            kind, flags, stream, payload = self.next_frame()
            if kind == SETTINGS and not flags & ACK:
                self.socket.sendall(frame(SETTINGS, ACK, 0, b""))
            elif kind == PING and not flags & ACK:
                self.socket.sendall(frame(PING, ACK, 0, payload))
            elif kind == GOAWAY:
                return None
            elif stream == self.stream:
                if kind == RST_STREAM:
                    return None
                if kind == DATA:
                    data += payload
                if flags & END_STREAM:
                    return submessage(data[5:], 2) if data else None


class Hostile(unittest.TestCase):
    def setUp(self):
        self.servers = []

    def tearDown(self):
        for process, _ in self.servers:
            process.communicate(timeout=30)  # the end of its input ends it
            self.assertEqual(process.returncode, 0)

    def start(self):
        """Every API in turn; yields (process, address)."""
        for interface in ("synchronous", "callback", "queue"):
            process = subprocess.Popen(
                [os.environ["GRPC_PEER"], "serve", interface, "tracecontext,baggage,b3"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            self.servers.append((process, process.stdout.readline().strip()))
        return self.servers

    def check_serves(self, process, address):
        self.assertIsNone(process.poll(), "the server has died")
        with Connection(address) as connection:
            answer = connection.call([(b"traceparent", PARENT), (b"baggage", b"user=alice")])
            self.assertIn(TRACE_ID.encode(), answer)
            self.assertIn(b"user=alice", answer)

    def test_bytes_in_values(self):
        """For every byte in a value, gRPC refuses the call, or the call continues without it."""
        for process, address in self.start():
            refused = 0
            for byte in range(256):
                value = PARENT[:20] + bytes([byte]) + PARENT[21:]
                with Connection(address) as connection:
                    answer = connection.call([(b"traceparent", value), (b"b3", bytes([byte]))])
                if answer is None:
                    refused += 1
                else:
                    # Another hex digit makes another id; any other byte makes none.
                    self.assertEqual(
                        re.fullmatch(rb"[0-9a-f]", bytes([byte])) is not None,
                        value[3:35] in answer,
                        byte,
                    )
            self.assertLess(refused, 256 - 95)
            self.check_serves(process, address)

    def test_the_valid_part_stays(self):
        for process, address in self.start():
            with Connection(address) as connection:
                for bad in (b"\xff\xfe", b"a\tb", b"%zz,=,;", b"", b" " * 500, b"," * 2000):
                    answer = connection.call(
                        [
                            (b"tracestate", bad),
                            (b"traceparent", PARENT),
                            (b"baggage", b"k=v," + bad),
                            (b"baggage", b"l=w"),
                        ]
                    )
                    self.assertIsNotNone(answer, bad)
                    self.assertIn(TRACE_ID.encode(), answer, bad)
                    self.assertIn(b"l=w", answer, bad)
            self.check_serves(process, address)

    def test_garbage_in_binary_fields(self):
        for process, address in self.start():
            for value in (b"", b"\0\xff", b"!!!!", b"QUJ", b"QQ==", b"=", b"a,b", b"A" * 3001):
                for name in (b"grpc-trace-bin", b"k-bin", b"traceparent-bin"):
                    with Connection(address) as connection:
                        answer = connection.call([(name, value), (b"traceparent", PARENT)])
                        if answer is not None:
                            self.assertIn(TRACE_ID.encode(), answer, (name, value))
                    self.assertIsNone(process.poll(), (name, value))
            self.check_serves(process, address)

    def test_names_that_are_none(self):
        for process, address in self.start():
            for name in (b"TraceParent", b"BAGGAGE", b"", b"a b", b"a\0b", b":baggage", b"\xff", b"x" * 3000):
                with Connection(address) as connection:
                    answer = connection.call([(name, PARENT), (b"baggage", b"k=v")])
                    if answer is not None:
                        self.assertIn(b"k=v", answer, name)
            self.check_serves(process, address)

    def test_hundreds_of_entries(self):
        for process, address in self.start():
            for fields in (
                [(b"b%d" % i, b"") for i in range(200)],
                [(b"baggage", b"k%d=v" % i) for i in range(150)],
                [(b"baton-context", b"forged")] * 100,
                [(b"traceparent", PARENT)] * 50,
                [(b"k%d" % i, b"v" * 100) for i in range(1000)],  # more than a server accepts
            ):
                with Connection(address) as connection:
                    connection.call(fields + [(b"b3", b"0")])
                self.check_serves(process, address)


if __name__ == "__main__":
    unittest.main()
