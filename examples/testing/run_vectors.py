# SPDX-License-Identifier: Apache-2.0
"""Runs vectors of Baton through OpenTelemetry for Python.

usage: run_vectors.py FOLDER NAME...
"""

import json
import pathlib
import sys

from opentelemetry.context import Context
from opentelemetry.trace import get_current_span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator


def expand(text):
    """The bytes of a text."""
    if isinstance(text, str):
        return text.encode()
    if isinstance(text, list):
        return b"".join(map(expand, text))
    if "hex" in text:
        return bytes.fromhex(text["hex"])
    first = text.get("from", 0)
    return expand(text.get("join", "")).join(
        expand(text["repeat"]).replace(b"{n}", str(n).encode())
        for n in range(first, first + text["times"]))


def pairs(listed):
    """The pairs of a list, with those that one pattern stands for."""
    for each in listed:
        if isinstance(each, dict):
            first = each.get("from", 0)
            for n in range(first, first + each["times"]):
                yield [expand(part).replace(b"{n}", str(n).encode()) for part in each["repeat"]]
        else:
            yield [expand(part) for part in each]


def wanted(context):
    if "span_id" not in context:
        return None
    state = [tuple(pair) for pair in pairs(context.get("tracestate", []))]
    return context["trace_id"], context["span_id"], context["flags"], state


# What is yours: reads the fields of a request, lists of values by name in lowercase.
def read(fields):
    span = get_current_span(TraceContextTextMapPropagator().extract(fields, Context())).get_span_context()
    if not span.is_valid:
        return None
    state = [(key.encode(), value.encode()) for key, value in span.trace_state.items()]
    return f"{span.trace_id:032x}", f"{span.span_id:016x}", f"{span.trace_flags:02x}", state


for name in sys.argv[2:]:
    vectors = json.loads(pathlib.Path(sys.argv[1], name + ".json").read_text())["vectors"]
    vectors = [v for v in vectors if "fields" in v and "given" not in v and "options" not in v]
    failed = []
    for vector in vectors:
        fields = {}
        for field, value in pairs(vector["fields"]):
            fields.setdefault(field.decode().lower(), []).append(value.decode("latin-1"))
        if (got := read(fields)) != wanted(vector["context"]):
            failed.append(f"  {vector['name']} ({vector['clause']}): {got}")
    print(f"{name}: {len(vectors) - len(failed)} of {len(vectors)} vectors pass; not these:", *failed, sep="\n")
