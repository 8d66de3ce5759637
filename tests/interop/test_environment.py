# SPDX-License-Identifier: Apache-2.0
"""Passes contexts to OpenTelemetry for Python and back, in the environment of processes."""

import json
import os
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from needed_modules import run_again_or_skip  # noqa: E402

try:
    from opentelemetry import baggage, trace
    from opentelemetry.baggage.propagation import W3CBaggagePropagator
    from opentelemetry.propagators._envcarrier import EnvironmentGetter, EnvironmentSetter
    from opentelemetry.propagators.b3 import B3MultiFormat, B3SingleFormat
    from opentelemetry.propagators.composite import CompositePropagator
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
except ImportError as error:
    run_again_or_skip("OpenTelemetry for Python", error)

BATON = os.environ["BATON"]
TRACE_ID = 0x4BF92F3577B34DA6A3CE929D0E0E4736
SPAN_ID = 0x00F067AA0BA902B7
FORMATS = {
    "tracecontext,baggage": CompositePropagator(
        [TraceContextTextMapPropagator(), W3CBaggagePropagator()]),
    "b3": B3SingleFormat(),
    "b3multi": B3MultiFormat(),
}


def variables_of_a_process(propagators, variables, *options):
    """The variables of a process that `baton exec` starts with these variables."""
    show = "import json, os; print(json.dumps(dict(os.environ)))"
    out = subprocess.run(
        [BATON, "exec", f"--propagators={propagators}", "--strict", *options, "--", sys.executable, "-c", show],
        env=variables, capture_output=True, check=True, timeout=60).stdout
    return json.loads(out)


class Environment(unittest.TestCase):
    def test_there_and_back(self):
        span = trace.SpanContext(TRACE_ID, SPAN_ID, False, trace.TraceFlags(1),
                                 trace.TraceState([("rojo", "1"), ("congo", "t61")]))
        theirs = trace.set_span_in_context(trace.NonRecordingSpan(span))
        theirs = baggage.set_baggage("user", "Amélie", theirs)
        for names, read in FORMATS.items():
            for other, write in FORMATS.items():
                with self.subTest(read=names, written=other):
                    variables = {}
                    read.inject(variables, theirs, setter=EnvironmentSetter())
                    seen = variables_of_a_process(f"{names},{other}", variables)
                    got = write.extract(seen, getter=EnvironmentGetter())
                    arrived = trace.get_current_span(got).get_span_context()
                    self.assertEqual((arrived.trace_id, arrived.span_id), (TRACE_ID, SPAN_ID))
                    self.assertEqual(arrived.trace_flags, 1)
                    if names == other == "tracecontext,baggage":
                        self.assertEqual(dict(arrived.trace_state), {"rojo": "1", "congo": "t61"})
                        self.assertEqual(baggage.get_all(got), {"user": "Amélie"})

    def test_our_trace_is_theirs(self):
        for names, read in FORMATS.items():
            with self.subTest(names):
                seen = variables_of_a_process(names, {"TRACEPARENT_": "other", "lower": "1"}, "--new")
                arrived = trace.get_current_span(read.extract(seen, getter=EnvironmentGetter()))
                self.assertTrue(arrived.get_span_context().is_valid)
                self.assertEqual((seen["TRACEPARENT_"], seen["lower"]), ("other", "1"))


if __name__ == "__main__":
    unittest.main()
