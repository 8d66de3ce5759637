# SPDX-License-Identifier: Apache-2.0
"""B3 in one field and in several, written by hand."""

import re

from context import SAMPLED, Context
from faults import planted

SINGLE = rb"([0-9a-f]{32}|[0-9a-f]{16})-([0-9a-f]{16})(?:-([01d]))?(?:-([0-9a-f]{16}))?"
SAYS = {b"": None, b"1": b"1", b"0": b"0", b"true": b"1", b"false": b"0"}


def context_of(trace_id, span_id, decision, context):
    if not trace_id.strip(b"0") or not span_id.strip(b"0"):
        return None
    if len(trace_id) == 16:
        if planted("b3-refuses-64-bit-ids"):
            return None
        trace_id = trace_id.ljust(32, b"0") if planted("b3-pads-behind") else trace_id.rjust(32, b"0")
    flags = SAMPLED if decision in (b"1", b"d") else 0
    return Context(trace_id.lower(), span_id.lower(), flags, decision, baggage=context.baggage)


def read_single(fields, context):
    value = fields.get("b3", [b""])[0]
    if value in (b"0", b"1", b"d"):
        if planted("b3-ignores-a-decision-alone"):
            return None
        return Context(decision=value, baggage=context.baggage)
    ignore_case = re.IGNORECASE if planted("b3-reads-uppercase") else 0
    found = re.fullmatch(SINGLE, value, ignore_case)
    if found is None or (found[3] is None and planted("b3-needs-a-state")):
        return None
    if found[4] is not None and planted("b3-refuses-a-parent"):
        return None
    return context_of(found[1], found[2], found[3], context)


def read_decision(fields):
    """Whether it is well-formed, and the decision."""
    debug, sampled = fields.get("x-b3-flags"), fields.get("x-b3-sampled", b"").lower()
    if sampled not in SAYS:
        return False, None
    if planted("b3-reads-no-true") and sampled == b"true":
        return True, b"0"
    if debug == b"1" and not planted("b3-ignores-flags"):
        return True, b"d"
    return True, SAYS[sampled]


def read_multi(fields, context):
    fields = {name: values[0] for name, values in fields.items() if name.startswith("x-b3-")}
    if b"" in fields.values() and planted("b3-refuses-empty-fields"):
        return None
    fields = {name: value for name, value in fields.items() if value}
    is_valid, decision = read_decision(fields)
    ids = [fields.get("x-b3-" + name) for name in ("traceid", "spanid")]
    if not is_valid:
        return None
    if ids == [None, None]:
        if decision is None or planted("b3-ignores-a-decision-alone"):
            return None
        return Context(decision=decision, baggage=context.baggage)
    parent = fields.get("x-b3-parentspanid", b"0" * 16)
    if None in ids or not re.fullmatch(SINGLE, b"-".join([*ids, parent])):
        return None
    return context_of(*ids, decision, context)


def read(fields, context):
    ways = [read_single, read_multi]
    if planted("b3-prefers-several-fields"):
        ways.reverse()
    if planted("b3-reads-one-field-only"):
        ways = [read_single]
    for way in ways:
        found = way(fields, context)
        if found is not None:
            return found
    return context


def decision_of(span):
    if span.decision == b"d" and planted("b3-debug-becomes-1"):
        return b"1"
    return span.decision


def write(span, fields):
    decision = decision_of(span)
    if planted("b3-sends-no-state"):
        decision = None
    trace_id = span.trace_id
    if planted("b3-sends-64-bit-ids"):
        trace_id = trace_id[16:]
    parts = [trace_id, span.span_id] + ([decision] if decision else [])
    fields.append((b"b3", b"-".join(parts)))


def write_multi(span, fields):
    decision = decision_of(span)
    fields.append((b"x-b3-traceid", span.trace_id))
    fields.append((b"x-b3-spanid", span.span_id))
    if decision == b"d":
        fields.append((b"x-b3-flags", b"1"))
    elif decision:
        sampled = decision
        if planted("b3-sends-true"):
            sampled = b"true" if decision == b"1" else b"false"
        fields.append((b"x-b3-sampled", sampled))
