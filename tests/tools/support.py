# SPDX-License-Identifier: Apache-2.0
"""Runs the tool as a script would: bytes as input, bytes and an exit status as output."""

import json
import os
import subprocess
import sys

BATON = os.environ["BATON"]

TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"
SPAN_ID = "00f067aa0ba902b7"
TRACEPARENT = f"00-{TRACE_ID}-{SPAN_ID}-01"
B3_TRACE_ID = "80f198ee56343ba864fe8b2a57d3eff7"
B3_SPAN_ID = "e457b5a2e4d86bd1"


def environment(**changes):
    """The test sets all variables that the tool reads, for any user that runs the tests."""
    result = {k: v for k, v in os.environ.items()
              if k not in ("OTEL_PROPAGATORS", "NO_COLOR", "TRACEPARENT", "TRACESTATE", "BAGGAGE")
              and not k.startswith("BATON_")}
    result["TERM"] = "xterm"
    result.update(changes)
    return result


class Result:
    def __init__(self, process):
        self.status = process.returncode
        self.out = process.stdout
        self.err = process.stderr

    @property
    def lines(self):
        return self.out.decode().splitlines()

    @property
    def fields(self):
        """The output read as lines `key: value`."""
        return [tuple(line.split(": ", 1)) for line in self.lines]

    @property
    def json(self):
        assert self.out.endswith(b"\n") and self.out.count(b"\n") == 1, self.out
        return json.loads(self.out.decode("utf-8", "strict"), object_pairs_hook=no_twins)


def no_twins(pairs):
    result = dict(pairs)
    assert len(result) == len(pairs), f"a key is repeated: {pairs}"
    return result


def baton(*arguments, given=b"", **changes):
    given = given.encode() if isinstance(given, str) else given
    process = subprocess.run(
        [BATON, *arguments],
        input=given,
        capture_output=True,
        env=environment(**changes),
        timeout=300,  # 256 MiB of fields take over a minute, with sanitizers on a busy machine
    )
    return Result(process)


def main():
    """Runs the tests of the calling file; a file without tests fails."""
    import unittest

    program = unittest.main(module="__main__", exit=False, verbosity=1)
    sys.exit(not program.result.wasSuccessful() or program.result.testsRun == 0)
