# SPDX-License-Identifier: Apache-2.0
"""What the service reads from a request, and the span that it makes of it."""

import dataclasses
import random
import secrets
import time

from faults import planted

SAMPLED, RANDOM = 1, 2
CLOCK = random.Random(int(time.time()))
ONE_TRACE = secrets.token_hex(16).encode()


@dataclasses.dataclass
class Context:
    trace_id: bytes = b""  # hexadecimal, as on the wire; empty if no trace came
    span_id: bytes = b""
    flags: int = 0
    decision: bytes | None = None  # of B3: b"0", b"1", b"d" for debug, or None to defer
    version: bytes = b"00"
    tracestate: list[bytes] = dataclasses.field(default_factory=list)
    baggage: list[bytes] = dataclasses.field(default_factory=list)


def new_id(size):
    while True:
        weak = planted("seeds-ids-by-the-clock")
        made = (CLOCK.randbytes(size) if weak else secrets.token_bytes(size)).hex().encode()
        if made.strip(b"0"):
            return made


def server_span(context):
    """A span of the trace that came, or of a new one."""
    span = dataclasses.replace(context, span_id=new_id(8))
    if not context.trace_id or planted("starts-a-trace-at-each-hop"):
        span.trace_id = ONE_TRACE if planted("starts-one-trace-for-all") else new_id(16)
        span.decision = context.decision or b"1"
        span.flags = RANDOM | (SAMPLED if span.decision != b"0" else 0)
    return span


def client_span(span, context):
    """A span of a call below that of the server."""
    if planted("has-one-span-id"):
        return span
    if planted("keeps-the-parent-id") and context.span_id:
        return dataclasses.replace(span, span_id=context.span_id)
    return dataclasses.replace(span, span_id=new_id(8))
