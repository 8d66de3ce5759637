# SPDX-License-Identifier: Apache-2.0
"""Does with OpenTelemetry for Python what compare.py asks for."""

import pathlib
import sys

from opentelemetry import baggage, context, propagate


def read_rows(path):
    paragraphs = pathlib.Path(path).read_text("ascii").strip().split("\n\n")[1:]
    for paragraph in paragraphs:
        (operation, _), *fields = (line.split(": ", 1) for line in paragraph.splitlines())
        yield operation, dict(fields)


def run(operation, request, count):
    """Returns the fields that tell what was read."""
    propagator = propagate.get_global_textmap()
    none = context.Context()
    sent = {}
    if operation == "extract":
        for _ in range(count):
            propagator.extract(request, none)
        propagator.inject(sent, propagator.extract(request, none))
    elif operation == "read":
        for _ in range(count):
            for _value in baggage.get_all(propagator.extract(request, none)).values():
                pass
        propagator.inject(sent, propagator.extract(request, none))
    elif operation == "inject":
        extracted = propagator.extract(request, none)
        sent = dict(request)
        for _ in range(count):
            propagator.inject(sent, extracted)
    elif operation == "request":
        for _ in range(count):
            token = context.attach(propagate.extract(request, none))
            sent = {}
            propagate.inject(sent)
            context.detach(token)
    return sent


def main():
    rows = list(read_rows(sys.argv[1]))
    for line in sys.stdin:
        index, count = map(int, line.split())
        sent = run(*rows[index], count)
        print("\t".join(f"{name}: {value}" for name, value in sent.items()), flush=True)


if __name__ == "__main__":
    main()
