# SPDX-License-Identifier: Apache-2.0
"""A service with hand-written propagation, in which one mistake can be planted.

    service.py [--fault NAME | --lenient] [--propagators LIST] [--written LIST] [--list]

`POST /test` has a list `[{"url": …, "arguments": …}]`; the service posts the arguments to each URL.
"""

import argparse
import asyncio
import contextlib
import dataclasses
import json
import re
import urllib.parse

import b3
import baggage
import lenient
import w3c
from context import Context, client_span, server_span
from faults import GROUPS, group_of, listed, plant, planted

PATIENCE = 5  # seconds that a call may take
MAX_HEAD, MAX_BODY = 2**20, 2**20
PROPAGATED = (b"traceparent", b"tracestate", b"baggage")
NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
READERS = {"tracecontext": w3c.read, "baggage": baggage.read, "b3": b3.read, "b3multi": b3.read}
WRITERS = {"tracecontext": w3c.write, "baggage": baggage.write, "b3": b3.write,
           "b3multi": b3.write_multi}


class Refused(Exception):
    """A request that gets this status."""

    def __init__(self, status):
        super().__init__()
        self.status = status


class Lost(Exception):
    """The connection is to be closed without an answer."""


def trimmed(value):
    if planted("trims-one-space"):
        return value.removeprefix(b" ")
    return value.strip(b" " if planted("trims-no-tabs") else b" \t")


def fields_of(lines):
    """Lists of values, by names in lowercase."""
    fields = {}
    for line in lines:
        name, colon, value = line.partition(b":")
        if not colon or not NAME.fullmatch(name) or re.search(rb"[\0\r\n]", value):
            raise Refused(400)
        if not planted("matches-names-with-case") or name.lower() not in PROPAGATED:
            name = name.lower()
        fields.setdefault(name.decode(), []).append(trimmed(value))
    if planted("joins-fields"):
        return {name: [b",".join(values)] for name, values in fields.items()}
    return fields


async def body_of(fields, reader):
    length = fields.get("content-length", [b"0"])
    if "transfer-encoding" in fields:
        raise Refused(501)
    if len(length) != 1 or not re.fullmatch(rb"[0-9]{1,9}", length[0]):
        raise Refused(400)
    if int(length[0]) > MAX_BODY:
        raise Refused(413)
    return await reader.readexactly(int(length[0]))


def calls_of(body):
    try:
        return [(urllib.parse.urlsplit(call["url"]), json.dumps(call["arguments"]).encode())
                for call in json.loads(body)]
    except (ValueError, TypeError, KeyError):
        raise Refused(400) from None


async def post(url, arguments, fields):
    """Posts, and waits for the status."""
    reader, writer = await asyncio.open_connection(url.hostname, url.port or 80)
    target = urllib.parse.urlunsplit(("", "", url.path or "/", url.query, "")).encode()
    lines = [b"POST %s HTTP/1.1" % target, b"Host: " + url.netloc.encode(), b"Connection: close",
             b"Content-Type: application/json", b"Content-Length: %d" % len(arguments),
             *(b"%s: %s" % field for field in fields), b"", arguments]
    writer.write(b"\r\n".join(lines))
    with contextlib.closing(writer):
        await reader.readuntil(b"\r\n\r\n")


class Service:
    def __init__(self, read, written, is_lenient):
        readers = {**READERS, **lenient.READERS} if is_lenient else READERS
        self.readers = [readers[name] for name in read.split(",")]
        self.writers = [WRITERS[name] for name in written.split(",")]
        self.last = Context()

    def context_of(self, fields):
        context = Context()
        for reader in self.readers:
            context = reader(fields, context)
        if planted("keeps-the-last-trace") and "traceparent" not in fields:
            context = dataclasses.replace(self.last, baggage=context.baggage)
        if planted("keeps-the-last-baggage") and "baggage" not in fields:
            context.baggage = self.last.baggage
        self.last = dataclasses.replace(context)
        return context

    def fields_for(self, span, came, context):
        sent = []
        for writer in self.writers:
            writer(span, sent)
        if planted("forwards-a-bad-traceparent") and "traceparent" in came and not context.trace_id:
            sent[0] = (b"traceparent", came["traceparent"][0])
        return sent

    async def call(self, calls, context, came):
        span = server_span(context)
        for url, arguments in calls * 2 if planted("calls-twice") else calls:
            sent = self.fields_for(client_span(span, context), came, context)
            await asyncio.wait_for(post(url, arguments, sent), PATIENCE)

    async def answer(self, method, target, fields, body):
        """The status, after the calls."""
        if target != b"/test":
            return 404
        if method != b"POST":
            return 405
        calls = calls_of(body)
        values = [value for values in fields.values() for value in values]
        if planted("hangs-for-long-fields") and max(map(len, values)) > 8192:
            await asyncio.sleep(3600)
        if any(re.search(rb"[\x80-\xff]", value) for value in values):
            if planted("fails-for-bytes-beyond-ascii"):
                return 500
            if planted("closes-for-bytes-beyond-ascii"):
                raise Lost
        context = self.context_of(fields)
        if planted("fails-for-a-bad-traceparent") and "traceparent" in fields and not context.trace_id:
            return 500
        if not planted("never-calls"):
            try:
                await self.call(calls, context, fields)
            except (OSError, EOFError, asyncio.TimeoutError, asyncio.LimitOverrunError):
                return 502
        return 200

    async def request(self, reader):
        """Reads and handles one; the status, and whether the connection remains."""
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            line, *lines = head[:-4].split(b"\r\n")
            parts = line.split(b" ")
            if len(parts) != 3 or not re.fullmatch(rb"HTTP/1\.[01]", parts[2]):
                raise Refused(400)
            fields = fields_of(lines)
            body = await body_of(fields, reader)
            status = await self.answer(parts[0], parts[1], fields, body)
        except asyncio.LimitOverrunError:
            return 431, False
        except Refused as refused:
            return refused.status, False
        wishes = b",".join(fields.get("connection", [])).lower()
        return status, parts[2] == b"HTTP/1.1" and b"close" not in wishes

    async def serve(self, reader, writer):
        remains = True
        with contextlib.closing(writer), contextlib.suppress(OSError, EOFError, Lost):
            while remains:
                status, remains = await self.request(reader)
                connection = b"" if remains else b"Connection: close\r\n"
                writer.write(b"HTTP/1.1 %d x\r\nContent-Type: application/json\r\n%s"
                             b"Content-Length: 2\r\n\r\n[]" % (status, connection))
                await writer.drain()


async def main(options):
    service = Service(options.propagators, options.written, options.lenient)
    server = await asyncio.start_server(service.serve, "127.0.0.1", 0, limit=MAX_HEAD)
    print(f"listening on http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


def parse():
    parser = argparse.ArgumentParser()
    parser.add_argument("--fault", metavar="NAME", help="the mistake to make")
    parser.add_argument("--lenient", action="store_true",
                        help="make none, and take each liberty that W3C's specifications leave")
    parser.add_argument("--propagators", metavar="LIST", help="the formats to read")
    parser.add_argument("--written", metavar="LIST", help="the formats to write")
    parser.add_argument("--list", action="store_true", help="print the mistakes")
    options = parser.parse_args()
    group = group_of(options.fault) if options.fault else "w3c"
    if group is None:
        parser.error(f"no fault is called {options.fault}, see --list")
    read, written = GROUPS[group]
    options.propagators = options.propagators or read
    options.written = options.written or written
    return options


if __name__ == "__main__":
    chosen = parse()
    if chosen.list:
        for _, name, what, *_ in listed():
            print(f"{name:38} {what}")
    else:
        plant(chosen.fault)
        asyncio.run(main(chosen))
