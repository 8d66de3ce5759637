# SPDX-License-Identifier: Apache-2.0
"""The mistakes that the service can make, one at a time."""

import fnmatch

# What the service reads, and what it writes.
GROUPS = {
    "w3c": ("tracecontext,baggage", "tracecontext,baggage"),
    "b3": ("b3", "b3"),
    "b3multi": ("b3multi", "b3multi"),
    "b3-to-w3c": ("b3", "tracecontext"),
}

# By group: the name of a fault, and what the service does then.
FAULTS = {
    "w3c": {
        "reads-uppercase": "reads hexadecimal digits of traceparent in either case",
        "reads-letters-beyond-f": "takes g to z for hexadecimal digits",
        "reads-short-ids": "pads ids of traceparent that are too short",
        "reads-ids-by-int": "reads ids by int(), which skips signs, blanks and underscores",
        "reads-one-digit-of-flags": "reads a traceparent of 54 characters",
        "reads-any-separator": "takes any character for the hyphens of traceparent",
        "looks-for-no-end": "reads a traceparent with more digits behind it",
        "looks-for-no-begin": "finds a traceparent behind other characters",
        "reads-a-suffix-of-version-00": "reads version 00 with a suffix",
        "refuses-a-suffix": "refuses a suffix that a later version may have",
        "reads-version-ff": "reads version ff",
        "refuses-other-versions": "reads version 00 alone",
        "reads-a-trace-id-of-zeros": "continues the trace of zeros",
        "reads-a-parent-id-of-zeros": "continues below the parent of zeros",
        "refuses-unknown-flags": "refuses flags but 00 and 01",
        "sends-unknown-flags": "sends all bits of the flags that came",
        "always-samples": "sends the sampled flag, whatever came",
        "never-samples": "sends no sampled flag, whatever came",
        "loses-the-random-flag": "sends no random flag",
        "takes-the-first-traceparent": "continues the first of two traceparents",
        "takes-the-last-traceparent": "continues the last of two traceparents",
        "joins-fields": "joins fields of one name with a comma, and looks at the beginning",
        "trims-no-tabs": "trims spaces around a field, and no tabs",
        "trims-one-space": "removes one space before a field, and nothing else",
        "matches-names-with-case": "finds fields by lowercase names alone",
        "starts-a-trace-at-each-hop": "makes a trace id of its own for each request",
        "keeps-the-parent-id": "sends the span id that came, though it has a span",
        "has-one-span-id": "sends the same span id in every call of a request",
        "prints-ids-as-numbers": "prints ids without leading zeros",
        "writes-uppercase": "writes traceparent in uppercase",
        "adds-a-suffix": "writes a hyphen behind traceparent",
        "sends-traceparent-twice": "sends two traceparents",
        "sends-the-version-that-came": "sends the version of the traceparent that came",
        "forwards-a-bad-traceparent": "sends a traceparent that it could not read on as it came",
        "drops-tracestate": "sends no tracestate",
        "reads-the-first-tracestate": "reads the first of several tracestates",
        "reads-the-last-tracestate": "reads the last of several tracestates",
        "sorts-tracestate": "sends tracestate in the order of its keys",
        "reverses-tracestate": "sends tracestate from back to front",
        "trims-no-members": "drops a tracestate with blanks around members",
        "refuses-empty-members": "drops a tracestate with empty members",
        "counts-no-members": "sends more than 32 members of tracestate",
        "keeps-the-first-32-members": "sends the first 32 members of a longer tracestate",
        "limits-tracestate-to-256-bytes": "drops a tracestate beyond 256 bytes",
        "sends-duplicate-keys": "sends two members of one key",
        "refuses-keys-of-level-2": "reads keys of tracestate by the rules of Level 1",
        "restarts-for-a-bad-tracestate": "starts a trace if tracestate is malformed",
        "needs-tracestate": "starts a trace if no tracestate came",
        "forwards-any-tracestate": "sends tracestate as it came, good or bad",
        "drops-only-bad-members": "drops the bad members of a tracestate, and sends the others",
        "keeps-tracestate-without-traceparent": "sends tracestate on in a trace of its own",
        "cuts-long-members": "cuts members of tracestate at 128 bytes",
        "lowercases-tracestate": "sends tracestate in lowercase",
        "sends-one-member": "sends the first member of tracestate alone",
        "sends-an-empty-member": "sends a comma behind tracestate",
        "drops-baggage": "sends no baggage",
        "reads-the-first-baggage": "reads the first of several baggage fields",
        "reads-the-last-baggage": "reads the last of several baggage fields",
        "needs-a-trace-for-baggage": "drops baggage if no trace came",
        "sends-decoded-members": "sends values decoded, so that %2C begins a member",
        "sends-decoded-lines": "sends values decoded, so that %0D%0A begins a field",
        "takes-plus-for-a-space": "sends a plus in a value as %20",
        "encodes-percent-again": "sends %20 as %2520",
        "lowercases-escapes": "sends %C3 as %c3",
        "takes-utf-8-for-latin-1": "encodes UTF-8 twice",
        "drops-what-is-not-ascii": "drops bytes of values that are not ASCII",
        "cuts-values-at-equals": "cuts a value at an equals sign in it",
        "drops-empty-values": "drops members without a value",
        "drops-properties": "drops the properties of members",
        "encodes-properties": "sends properties as a part of the value",
        "encodes-blanks": "takes blanks around the equals sign for a part of the value",
        "lowercases-keys": "sends keys of baggage in lowercase",
        "sorts-baggage": "sends baggage in the order of its keys",
        "drops-baggage-for-a-bad-member": "drops all of baggage if one member is bad",
        "forwards-any-baggage": "sends members of baggage as they came, good or bad",
        "keeps-eight-members": "sends the first eight members of baggage",
        "cuts-baggage-at-1024-bytes": "cuts baggage at 1024 bytes, within a member",
        "drops-baggage-beyond-4096-bytes": "drops baggage beyond 4096 bytes",
        "sends-baggage-twice": "sends baggage twice",
        "keeps-the-last-trace": "continues the trace of the request before if none came",
        "keeps-the-last-baggage": "sends the baggage of the request before if none came",
        "fails-for-a-bad-traceparent": "answers 500 if traceparent is malformed",
        "fails-for-bytes-beyond-ascii": "answers 500 if a field has bytes beyond ASCII",
        "closes-for-bytes-beyond-ascii": "closes without an answer if a field has such bytes",
        "hangs-for-long-fields": "never answers if a field is longer than 8192 bytes",
        "never-calls": "answers without calling anybody",
        "calls-twice": "calls each URL twice",
    },
    "b3": {
        "b3-refuses-64-bit-ids": "refuses a trace id of 16 digits",
        "b3-sends-64-bit-ids": "sends the last 16 digits of a trace id",
        "b3-reads-uppercase": "reads ids in uppercase",
        "b3-needs-a-state": "refuses ids without a sampling state",
        "b3-refuses-a-parent": "refuses a parent id behind the state",
        "b3-defer-becomes-1": "samples what is to be decided later",
        "b3-defer-becomes-0": "drops what is to be decided later",
        "b3-debug-becomes-1": "sends debug as 1",
        "b3-sends-no-state": "sends no sampling state",
        "b3-ignores-a-decision-alone": "samples if 0 came alone",
        "b3-prefers-several-fields": "prefers x-b3-traceid and so on to b3",
        "b3-reads-one-field-only": "reads b3, and no x-b3-traceid and so on",
    },
    "b3multi": {
        "b3-refuses-empty-fields": "starts a trace if one of the x-b3 fields is empty",
        "b3-reads-no-true": "takes x-b3-sampled: true for 0",
        "b3-ignores-flags": "does not read x-b3-flags",
        "b3-sends-true": "sends true and false as x-b3-sampled",
    },
    "b3-to-w3c": {
        "b3-pads-behind": "pads ids of 64 bits behind",
    },
}

_current = None


def group_of(name):
    return next(group for group, faults in FAULTS.items() if name in faults)


def plant(name):
    global _current
    _current = name


def planted_of(names):
    return _current if _current in names else None


def planted(name):
    assert any(name in faults for faults in FAULTS.values()), name
    return name == _current


def listed(pattern="*"):
    for group, faults in FAULTS.items():
        for name, what in faults.items():
            if fnmatch.fnmatch(name, pattern):
                yield group, name, what
