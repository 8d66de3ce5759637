# SPDX-License-Identifier: Apache-2.0
"""W3C's formats in the other way that the specifications allow: tracestate is not validated, later
versions are not read, malformed baggage is dropped whole, and what is well-formed is encoded anew,
without duplicates, in another order and without Baton's limits."""

import dataclasses
import re
import urllib.parse

import baggage
import w3c
from context import SAMPLED, Context

BLANKS = b" \t"
SENDABLE = rb"[\t\x20-\x7e\x80-\xff]{0,16384}"  # what HTTP allows, and a size that servers take


def read_trace(fields, context):
    """Continues the first of several traceparents; the flags of all versions are those of 00."""
    parts = w3c.read_traceparent(fields.get("traceparent", [])[:1])
    if parts is None or parts[0] != b"00":
        return context
    _, trace_id, span_id, flags = parts
    state = b",".join(fields.get("tracestate", []))
    members = [state] if state.strip(BLANKS + b",") and re.fullmatch(SENDABLE, state) else []
    return Context(trace_id, span_id, flags, b"1" if flags & SAMPLED else b"0",
                   tracestate=members, baggage=context.baggage)


def encoded(value):
    text = urllib.parse.unquote_to_bytes(value).decode("utf-8", "replace")
    return urllib.parse.quote(text, safe="").encode()


def parts_of(member):
    """The key and the value, and each property."""
    for part in member.split(b";"):
        name, equals, value = part.partition(b"=")
        yield name.strip(BLANKS) + equals + encoded(value.strip(BLANKS))


def read_baggage(fields, context):
    members = [member.strip(BLANKS) for member in b",".join(fields.get("baggage", [])).split(b",")]
    if not all(map(baggage.MEMBER.fullmatch, members)):
        return dataclasses.replace(context, baggage=[])
    last = {re.split(rb"[ \t]*=", member)[0]: b";".join(parts_of(member)) for member in members}
    return dataclasses.replace(context, baggage=sorted(last.values()))


READERS = {"tracecontext": read_trace, "baggage": read_baggage}
