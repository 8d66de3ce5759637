# SPDX-License-Identifier: Apache-2.0
"""Runs examples/c. Environment: EXAMPLE."""

import os
import subprocess
import unittest


def forward(request, *formats):
    done = subprocess.run([os.environ["EXAMPLE"], *formats], input=request, capture_output=True,
                          text=True, timeout=20, check=False)
    return done.returncode, done.stdout, done.stderr


class Example(unittest.TestCase):
    def test_translates(self):
        request = ("Accept: text/html\r\nX-B3-Flags: 1\n"
                   "B3: 80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-1\nno field\n")
        self.assertEqual(forward(request, "tracecontext,baggage,b3", "tracecontext,baggage"), (
            0, "Accept: text/html\n"
            "traceparent: 00-80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-01\n", ""))

    def test_says_what_is_wrong(self):
        code, out, errors = forward("traceparent: 00-XY\nbaggage: a=1,b\n")
        self.assertEqual((code, out), (0, "baggage: a=1\n"))
        self.assertIn("traceparent: not a lowercase hexadecimal digit at byte 4\n", errors)
        self.assertIn("baggage: ", errors)
        code, out, errors = forward("", "b4")
        self.assertEqual((code, out), (2, ""))
        self.assertIn("unknown propagator 'b4'", errors)


if __name__ == "__main__":
    unittest.main()
