# SPDX-License-Identifier: Apache-2.0
"""traceparent and tracestate, written by hand."""

import re

from context import RANDOM, SAMPLED, Context
from faults import planted, planted_of

FORM = rb"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?"
OTHER_FORMS = {
    "reads-uppercase": b"(?i)" + FORM,
    "reads-letters-beyond-f": FORM.replace(b"a-f", b"a-z"),
    "reads-short-ids": FORM.replace(b"{32}", b"{1,32}").replace(b"{16}", b"{1,16}"),
    "reads-one-digit-of-flags": FORM.replace(b"([0-9a-f]{2})(", b"([0-9a-f]{1,2})("),
    "reads-any-separator": FORM.replace(b")-(", b").("),
    "looks-for-no-end": FORM + b".*",
    "looks-for-no-begin": b".*?" + FORM,
    "refuses-a-suffix": FORM.replace(b"(-.*)?", b"()"),
}
KEY = rb"[a-z0-9][a-z0-9_*/@-]{0,255}"
LEVEL_1_KEY = rb"[a-z][a-z0-9_*/-]{0,255}|[a-z0-9][a-z0-9_*/-]{0,240}@[a-z][a-z0-9_*/-]{0,13}"
VALUE = rb"[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]"


def read_by_int(value):
    """What int() reads as hexadecimal: also with blanks, signs, underscores."""
    parts = value.split(b"-")
    try:
        return (parts[0], b"%032x" % abs(int(parts[1], 16)), b"%016x" % abs(int(parts[2], 16)),
                b"%02x" % int(parts[3], 16), b"")
    except (ValueError, IndexError):
        return None


def parts_of(value):
    if planted("reads-ids-by-int"):
        return read_by_int(value)
    form = OTHER_FORMS.get(planted_of(OTHER_FORMS), FORM)
    found = re.fullmatch(form, value, re.DOTALL)
    return found and [part or b"" for part in found.groups()]


def read_traceparent(values):
    """The parts that count; None restarts the trace."""
    if planted("takes-the-first-traceparent"):
        values = values[:1]
    if planted("takes-the-last-traceparent"):
        values = values[-1:]
    if planted("joins-fields"):
        values = [value.partition(b",")[0] for value in values]
    if len(values) != 1:
        return None
    parts = parts_of(values[0])
    if parts is None:
        return None
    version, trace_id, span_id, flags, rest = parts
    if version.lower() == b"ff" and not planted("reads-version-ff"):
        return None
    if version != b"00" and planted("refuses-other-versions"):
        return None
    if version == b"00" and rest and not planted("reads-a-suffix-of-version-00"):
        return None
    if not trace_id.strip(b"0") and not planted("reads-a-trace-id-of-zeros"):
        return None
    if not span_id.strip(b"0") and not planted("reads-a-parent-id-of-zeros"):
        return None
    flags = int(flags, 16)
    if flags & ~SAMPLED and planted("refuses-unknown-flags"):
        return None
    return version, trace_id.rjust(32, b"0"), span_id.rjust(16, b"0"), flags


def is_member(member):
    key, _, value = member.partition(b"=")
    form = LEVEL_1_KEY if planted("refuses-keys-of-level-2") else KEY
    return re.fullmatch(form, key) and re.fullmatch(VALUE, value)


def without_duplicates(members):
    seen = {}
    for member in members:
        seen.setdefault(member.partition(b"=")[0], member)
    return list(seen.values())


def read_tracestate(values):
    """The members; None if they are to be dropped."""
    if planted("reads-the-first-tracestate"):
        values = values[:1]
    if planted("reads-the-last-tracestate"):
        values = values[-1:]
    members = b",".join(values).split(b",")
    if planted("forwards-any-tracestate"):
        return [b",".join(values)] if any(values) else []
    if not planted("trims-no-members"):
        members = [member.strip(b" \t") for member in members]
    if not planted("refuses-empty-members") or members == [b""]:
        members = [member for member in members if member]
    if planted("drops-only-bad-members"):
        members = [member for member in members if is_member(member)]
    if not all(map(is_member, members)):
        return None
    if planted("keeps-the-first-32-members"):
        members = members[:32]
    if len(members) > 32 and not planted("counts-no-members"):
        return None
    if sum(map(len, members)) > 256 and planted("limits-tracestate-to-256-bytes"):
        return None
    return members if planted("sends-duplicate-keys") else without_duplicates(members)


def changed(members):
    """What the faults make of the members."""
    if planted("drops-tracestate"):
        return []
    if planted("sorts-tracestate"):
        return sorted(members)
    if planted("reverses-tracestate"):
        return members[::-1]
    if planted("cuts-long-members"):
        return [member[:128] for member in members]
    if planted("lowercases-tracestate"):
        return [member.lower() for member in members]
    if planted("sends-one-member"):
        return members[:1]
    if planted("adds-a-member-behind"):
        return [*members, b"own=1"][-32:]
    if planted("leaves-its-older-member"):
        return [b"own=1", *members[:31]]
    if planted("adds-a-member-to-32"):
        return [b"own=1", *members]
    return members


def read(fields, context):
    values = fields.get("tracestate", [])
    parts = read_traceparent(fields.get("traceparent", []))
    if parts is None:
        if planted("keeps-tracestate-without-traceparent"):
            context.tracestate = read_tracestate(values) or []
        return context
    members = read_tracestate(values)
    if members is None and planted("restarts-for-a-bad-tracestate"):
        return context
    if not values and planted("needs-tracestate"):
        return context
    version, trace_id, span_id, flags = parts
    return Context(trace_id, span_id, flags, b"1" if flags & SAMPLED else b"0", version,
                   members or [], context.baggage)


def flags_of(span):
    flags = span.flags if planted("sends-unknown-flags") else span.flags & (SAMPLED | RANDOM)
    if planted("always-samples"):
        return flags | SAMPLED
    if planted("never-samples"):
        return flags & ~SAMPLED
    if planted("loses-the-random-flag"):
        return flags & ~RANDOM
    return flags


def write(span, fields):
    ids = (span.trace_id, span.span_id)
    if planted("prints-ids-as-numbers"):
        ids = [b"%x" % int(each, 16) for each in ids]
    version = span.version if planted("sends-the-version-that-came") else b"00"
    traceparent = b"%s-%s-%s-%02x" % (version, *ids, flags_of(span))
    if planted("writes-uppercase"):
        traceparent = traceparent.upper()
    if planted("adds-a-suffix"):
        traceparent += b"-"
    fields.append((b"traceparent", traceparent))
    if planted("sends-traceparent-twice"):
        fields.append((b"traceparent", traceparent))
    members = changed(span.tracestate)
    if members:
        fields.append((b"tracestate", b",".join(members)))
