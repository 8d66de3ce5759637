# SPDX-License-Identifier: Apache-2.0
"""The mistakes that the service can make, one at a time."""

# What the service reads, and what it writes.
GROUPS = {
    "w3c": ("tracecontext,baggage", "tracecontext,baggage"),
    "b3": ("b3", "b3"),
    "b3multi": ("b3multi", "b3multi"),
    "b3-to-w3c": ("b3", "tracecontext"),
}

# By group: the name of a fault; what the service does then; the mistake that the probe must see, and
# in which of its cases. Some cannot be seen in one hop.
FAULTS = {
    "w3c": {
        "reads-uppercase": (
            "reads hexadecimal digits of traceparent in either case",
            "trace-continued", "traceparent/uppercase-* traceparent/flags-uppercase"),
        "reads-letters-beyond-f": (
            "takes g to z for hexadecimal digits",
            "traceparent-malformed", "traceparent/trace-id-with-g"),
        "reads-short-ids": (
            "pads ids of traceparent that are too short",
            "trace-continued", "traceparent/trace-id-64-bits traceparent/parent-id-too-short"),
        "reads-ids-by-int": (
            "reads ids by int(), which skips signs, blanks and underscores",
            "trace-continued", "traceparent/trace-id-0x"),
        "reads-one-digit-of-flags": (
            "reads a traceparent of 54 characters",
            "trace-continued", "traceparent/flags-one-digit"),
        "reads-any-separator": (
            "takes any character for the hyphens of traceparent",
            "trace-continued", "traceparent/underscores traceparent/space-for-hyphen"),
        "looks-for-no-end": (
            "reads a traceparent with more digits behind it",
            "trace-continued", "traceparent/flags-three-digits traceparent/version-00-with-dot"),
        "looks-for-no-begin": (
            "finds a traceparent behind other characters",
            "trace-continued", "traceparent/version-three-digits"),
        "reads-a-suffix-of-version-00": (
            "reads version 00 with a suffix",
            "trace-continued", "traceparent/version-00-with-suffix"),
        "refuses-a-suffix": (
            "refuses a suffix that a later version may have",
            "trace-restarted", "traceparent/future-version-with-suffix"),
        "reads-version-ff": (
            "reads version ff",
            "trace-continued", "traceparent/version-ff"),
        "refuses-other-versions": (
            "reads version 00 alone",
            "trace-restarted", "traceparent/future-version"),
        "reads-a-trace-id-of-zeros": (
            "continues the trace of zeros",
            "traceparent-malformed", "traceparent/zero-trace-id"),
        "reads-a-parent-id-of-zeros": (
            "continues below the parent of zeros",
            "trace-continued", "traceparent/zero-parent-id"),
        "refuses-unknown-flags": (
            "refuses flags but 00 and 01",
            "trace-restarted", "traceparent/flags-unknown-bits"),
        "sends-unknown-flags": (
            "sends all bits of the flags that came",
            "traceparent-flags", "traceparent/flags-unknown-bits"),
        "always-samples": (
            "sends the sampled flag, whatever came",
            "sampling-changed", "traceparent/flags-not-sampled"),
        "never-samples": (
            "sends no sampled flag, whatever came",
            "sampling-changed", "traceparent/flags-sampled"),
        "loses-the-random-flag": (
            "sends no random flag",
            "random-flag-changed", "traceparent/level-2-random-flag"),
        "takes-the-first-traceparent": (
            "continues the first of two traceparents",
            "trace-continued", "traceparent/twice-different"),
        "takes-the-last-traceparent": (
            "continues the last of two traceparents",
            "trace-continued", "traceparent/twice-different"),
        "joins-fields": (
            "joins fields of one name with a comma, and looks at the beginning",
            "trace-continued", "traceparent/twice-in-one-line"),
        "trims-no-tabs": (
            "trims spaces around a field, and no tabs",
            "trace-restarted", "traceparent/tab-before"),
        "trims-one-space": (
            "removes one space before a field, and nothing else",
            "trace-restarted", "traceparent/spaces-around"),
        "matches-names-with-case": (
            "finds fields by lowercase names alone",
            "trace-restarted", "traceparent/name-*-case"),
        "starts-a-trace-at-each-hop": (
            "makes a trace id of its own for each request",
            "trace-restarted", "traceparent/plain"),
        "keeps-the-parent-id": (
            "sends the span id that came, though it has a span",
            "parent-id-not-new", "traceparent/plain"),
        "has-one-span-id": (
            "sends the same span id in every call of a request",
            "parent-id-repeated", "traceparent/two-calls"),
        "seeds-ids-by-the-clock": (
            "makes ids that can be guessed",
            None, ""),
        "prints-ids-as-numbers": (
            "prints ids without leading zeros",
            "traceparent-malformed", "traceparent/trace-id-leading-zeros"),
        "writes-uppercase": (
            "writes traceparent in uppercase",
            "traceparent-malformed", "traceparent/plain"),
        "adds-a-suffix": (
            "writes a hyphen behind traceparent",
            "traceparent-malformed", "traceparent/plain"),
        "sends-traceparent-twice": (
            "sends two traceparents",
            "traceparent-repeated", "traceparent/plain"),
        "sends-the-version-that-came": (
            "sends the version of the traceparent that came",
            "traceparent-version", "traceparent/future-version"),
        "forwards-a-bad-traceparent": (
            "sends a traceparent that it could not read on as it came",
            "traceparent-malformed", "traceparent/uppercase-trace-id"),
        "drops-tracestate": (
            "sends no tracestate",
            "tracestate-lost", "tracestate/one-member"),
        "reads-the-first-tracestate": (
            "reads the first of several tracestates",
            "tracestate-changed", "tracestate/two-fields"),
        "reads-the-last-tracestate": (
            "reads the last of several tracestates",
            "tracestate-changed", "tracestate/two-fields"),
        "sorts-tracestate": (
            "sends tracestate in the order of its keys",
            "tracestate-reordered", "tracestate/order"),
        "reverses-tracestate": (
            "sends tracestate from back to front",
            "tracestate-reordered", "tracestate/order"),
        "trims-no-members": (
            "drops a tracestate with blanks around members",
            "tracestate-lost", "tracestate/spaces-around-members"),
        "refuses-empty-members": (
            "drops a tracestate with empty members",
            "tracestate-lost", "tracestate/empty-member"),
        "counts-no-members": (
            "sends more than 32 members of tracestate",
            "tracestate-kept", "tracestate/33-members"),
        "keeps-the-first-32-members": (
            "sends the first 32 members of a longer tracestate",
            "tracestate-kept", "tracestate/33-members"),
        "limits-tracestate-to-256-bytes": (
            "drops a tracestate beyond 256 bytes",
            "tracestate-lost", "tracestate/512-characters"),
        "sends-duplicate-keys": (
            "sends two members of one key",
            "tracestate-repeats-key", "tracestate/duplicate-key"),
        "refuses-keys-of-level-2": (
            "reads keys of tracestate by the rules of Level 1",
            "tracestate-lost", "tracestate/level-2-*"),
        "restarts-for-a-bad-tracestate": (
            "starts a trace if tracestate is malformed",
            "trace-restarted", "tracestate/uppercase-key"),
        "needs-tracestate": (
            "starts a trace if no tracestate came",
            "trace-restarted", "traceparent/plain"),
        "forwards-any-tracestate": (
            "sends tracestate as it came, good or bad",
            "tracestate-malformed", "tracestate/uppercase-key"),
        "drops-only-bad-members": (
            "drops the bad members of a tracestate, and sends the others",
            "tracestate-kept", "tracestate/uppercase-key-behind-a-good-one"),
        "keeps-tracestate-without-traceparent": (
            "sends tracestate on in a trace of its own",
            "tracestate-kept", "tracestate/without-traceparent"),
        "cuts-long-members": (
            "cuts members of tracestate at 128 bytes",
            "tracestate-changed", "tracestate/value-of-256"),
        "lowercases-tracestate": (
            "sends tracestate in lowercase",
            "tracestate-changed", "tracestate/all-value-characters"),
        "sends-one-member": (
            "sends the first member of tracestate alone",
            "tracestate-changed", "tracestate/two-members"),
        "adds-a-member-behind": (
            "adds its own member behind those of tracestate",
            "tracestate-reordered", "tracestate/order"),
        "adds-a-member-to-32": (
            "adds its own member to 32 others",
            "tracestate-malformed", "tracestate/32-members"),
        "leaves-its-older-member": (
            "adds its own member to tracestate, and leaves an older one of the same key",
            None, ""),
        "drops-baggage": (
            "sends no baggage",
            "baggage-lost", "baggage/one-member"),
        "reads-the-first-baggage": (
            "reads the first of several baggage fields",
            "baggage-incomplete", "baggage/two-fields"),
        "reads-the-last-baggage": (
            "reads the last of several baggage fields",
            "baggage-incomplete", "baggage/two-fields"),
        "needs-a-trace-for-baggage": (
            "drops baggage if no trace came",
            "baggage-lost", "baggage/one-member"),
        "sends-decoded-members": (
            "sends values decoded, so that %2C begins a member",
            "member-smuggled", "baggage/smuggled-member"),
        "sends-decoded-lines": (
            "sends values decoded, so that %0D%0A begins a field",
            "field-smuggled", "baggage/smuggled-field"),
        "takes-plus-for-a-space": (
            "sends a plus in a value as %20",
            "baggage-changed", "baggage/plus-in-value"),
        "encodes-percent-again": (
            "sends %20 as %2520",
            "baggage-changed", "baggage/escaped-space"),
        "lowercases-escapes": (
            "sends %C3 as %c3",
            "baggage-recoded", "baggage/utf-8-escapes"),
        "takes-utf-8-for-latin-1": (
            "encodes UTF-8 twice",
            "baggage-changed", "baggage/utf-8-escapes"),
        "drops-what-is-not-ascii": (
            "drops bytes of values that are not ASCII",
            "baggage-changed", "baggage/utf-8-escapes"),
        "cuts-values-at-equals": (
            "cuts a value at an equals sign in it",
            "baggage-changed", "baggage/equals-in-value"),
        "drops-empty-values": (
            "drops members without a value",
            "baggage-incomplete", "baggage/empty-value"),
        "drops-properties": (
            "drops the properties of members",
            "baggage-changed", "baggage/property"),
        "encodes-properties": (
            "sends properties as a part of the value",
            "baggage-changed", "baggage/property"),
        "encodes-blanks": (
            "takes blanks around the equals sign for a part of the value",
            "baggage-changed", "baggage/spaces-around-equals"),
        "lowercases-keys": (
            "sends keys of baggage in lowercase",
            "baggage-lost", "baggage/key-case"),
        "sorts-baggage": (
            "sends baggage in the order of its keys",
            "baggage-reordered", "baggage/order"),
        "drops-baggage-for-a-bad-member": (
            "drops all of baggage if one member is bad",
            "baggage-lost", "baggage/key-with-space"),
        "forwards-any-baggage": (
            "sends members of baggage as they came, good or bad",
            "baggage-malformed", "baggage/key-with-space"),
        "keeps-eight-members": (
            "sends the first eight members of baggage",
            "baggage-incomplete", "baggage/64-members"),
        "cuts-baggage-at-1024-bytes": (
            "cuts baggage at 1024 bytes, within a member",
            "baggage-changed", "baggage/64-members-of-8000-bytes"),
        "drops-baggage-beyond-4096-bytes": (
            "drops baggage beyond 4096 bytes",
            "baggage-lost", "baggage/64-members-of-8000-bytes"),
        "sends-baggage-twice": (
            "sends baggage twice",
            "baggage-changed", "baggage/one-member"),
        "starts-one-trace-for-all": (
            "gives each request without a trace the same new trace id",
            "new-trace-repeated", "traceparent/version-ff"),
        "keeps-the-last-trace": (
            "continues the trace of the request before if none came",
            "context-leaked", "tracestate/without-traceparent"),
        "keeps-the-last-baggage": (
            "sends the baggage of the request before if none came",
            "context-leaked", "http/nothing-sent"),
        "fails-for-a-bad-traceparent": (
            "answers 500 if traceparent is malformed",
            "server-error", "traceparent/words"),
        "fails-for-bytes-beyond-ascii": (
            "answers 500 if a field has bytes beyond ASCII",
            "server-error", "http/binary-*"),
        "closes-for-bytes-beyond-ascii": (
            "closes without an answer if a field has such bytes",
            "connection-dropped", "http/binary-*"),
        "hangs-for-long-fields": (
            "never answers if a field is longer than 8192 bytes",
            "no-answer", "http/*-of-64-kib"),
        "never-calls": (
            "answers without calling anybody",
            "not-called", "first/plain-request"),
        "calls-twice": (
            "calls each URL twice",
            "called-twice", "traceparent/plain"),
    },
    "b3": {
        "b3-refuses-64-bit-ids": (
            "refuses a trace id of 16 digits",
            "trace-restarted", "b3/64-bit-trace-id"),
        "b3-sends-64-bit-ids": (
            "sends the last 16 digits of a trace id",
            "trace-restarted", "b3/accept"),
        "b3-reads-uppercase": (
            "reads ids in uppercase",
            "trace-continued", "b3/uppercase-trace-id"),
        "b3-needs-a-state": (
            "refuses ids without a sampling state",
            "trace-restarted", "b3/defer"),
        "b3-refuses-a-parent": (
            "refuses a parent id behind the state",
            "trace-restarted", "b3/with-parent"),
        "b3-debug-becomes-1": (
            "sends debug as 1",
            "sampling-changed", "b3/debug"),
        "b3-sends-no-state": (
            "sends no sampling state",
            "sampling-changed", "b3/deny"),
        "b3-ignores-a-decision-alone": (
            "samples if 0 came alone",
            "sampling-changed", "b3/deny-alone"),
        "b3-prefers-several-fields": (
            "prefers x-b3-traceid and so on to b3",
            "trace-restarted", "b3/single-wins"),
        "b3-reads-one-field-only": (
            "reads b3, and no x-b3-traceid and so on",
            "trace-restarted", "b3/multi-fallback"),
    },
    "b3multi": {
        "b3-refuses-empty-fields": (
            "starts a trace if one of the x-b3 fields is empty",
            "trace-restarted", "b3multi/empty-parent"),
        "b3-reads-no-true": (
            "takes x-b3-sampled: true for 0",
            "sampling-changed", "b3multi/true"),
        "b3-ignores-flags": (
            "does not read x-b3-flags",
            "sampling-changed", "b3multi/debug"),
        "b3-sends-true": (
            "sends true and false as x-b3-sampled",
            "field-malformed", "b3multi/accept"),
    },
    "b3-to-w3c": {
        "b3-pads-behind": (
            "pads ids of 64 bits behind",
            "trace-restarted", "b3/64-bit-trace-id"),
    },
}

_current = None


def group_of(name):
    return next((group for group, faults in FAULTS.items() if name in faults), None)


def plant(name):
    global _current
    _current = name


def planted_of(names):
    return _current if _current in names else None


def planted(name):
    assert any(name in faults for faults in FAULTS.values()), name
    return name == _current


def listed():
    """Of each the group, the name, and what the table says."""
    for group, faults in FAULTS.items():
        for name, row in faults.items():
            yield group, name, *row
