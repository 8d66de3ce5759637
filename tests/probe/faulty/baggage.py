# SPDX-License-Identifier: Apache-2.0
"""Baggage, written by hand: what is valid goes on as it came."""

import re
import urllib.parse

from faults import planted

MAX_MEMBERS, MAX_BYTES = 180, 8192
TOKEN = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
VALUE = rb"[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*"
PROPERTY = rb"%s(?:[ \t]*=[ \t]*%s)?" % (TOKEN, VALUE)
MEMBER = re.compile(rb"(%s)([ \t]*=[ \t]*)(%s)((?:[ \t]*;[ \t]*%s)*)" % (TOKEN, VALUE, PROPERTY))


def decoded(value):
    return urllib.parse.unquote_to_bytes(value)


def encoded(value):
    return urllib.parse.quote(value, safe="!#$&'()*+-./:<=>?@[]^_`{|}~").encode()


def changed(value):
    """What the faults make of a value."""
    if planted("sends-decoded-members"):
        return re.sub(rb"[\r\n]", b"", decoded(value))
    if planted("sends-decoded-lines"):
        return decoded(value)
    if planted("takes-plus-for-a-space"):
        return encoded(decoded(value.replace(b"+", b"%20")))
    if planted("encodes-percent-again"):
        return value.replace(b"%", b"%25")
    if planted("lowercases-escapes"):
        return re.sub(rb"%..", lambda found: found[0].lower(), value)
    if planted("takes-utf-8-for-latin-1"):
        return encoded(decoded(value).decode("latin-1").encode())
    if planted("drops-what-is-not-ascii"):
        return re.sub(rb"(?i)%[89a-f].", b"", value)
    if planted("cuts-values-at-equals"):
        return value.partition(b"=")[0]
    return value


def read_member(member):
    """The member to send on; None if it is not valid."""
    if planted("forwards-any-baggage"):
        return member
    found = MEMBER.fullmatch(member)
    if found is None:
        return None
    key, equals, value, properties = found.groups()
    if not value and planted("drops-empty-values"):
        return None
    if planted("lowercases-keys"):
        key = key.lower()
    if planted("drops-properties"):
        properties = b""
    if planted("encodes-properties"):
        properties = properties.replace(b";", b"%3B").replace(b"=", b"%3D")
    if planted("encodes-blanks"):
        return key + b"=" + equals.partition(b"=")[2].replace(b" ", b"%20") + value + properties
    return key + equals + changed(value) + properties


def members_within_limits(text):
    """Those that fit, whole; blanks and commas count."""
    members, end = [], -1
    for member in text.split(b","):
        end += 1 + len(member)
        if len(members) == MAX_MEMBERS or end > MAX_BYTES:
            break
        if member.strip(b" \t"):
            members.append(member.strip(b" \t"))
    return members


def read(fields, context):
    values = fields.get("baggage", [])
    if planted("reads-the-first-baggage"):
        values = values[:1]
    if planted("reads-the-last-baggage"):
        values = values[-1:]
    if planted("needs-a-trace-for-baggage") and not context.trace_id:
        return context
    kept = [read_member(member) for member in members_within_limits(b",".join(values))]
    if None in kept and planted("drops-baggage-for-a-bad-member"):
        return context
    context.baggage = [member for member in kept if member is not None]
    return context


def write(span, fields):
    members = span.baggage
    if planted("drops-baggage"):
        members = []
    if planted("keeps-eight-members"):
        members = members[:8]
    if planted("sorts-baggage"):
        members = sorted(members)
    value = b",".join(members)
    if planted("cuts-baggage-at-1024-bytes"):
        value = value[:1024]
    if planted("drops-baggage-beyond-4096-bytes") and len(value) > 4096:
        value = b""
    if value:
        fields.append((b"baggage", value))
        if planted("sends-baggage-twice"):
            fields.append((b"baggage", value))
