# SPDX-License-Identifier: Apache-2.0
"""A program with a default_global_chain of its own has only the formats that it names."""

import os
import re
import subprocess
import unittest


def propagators(program):
    symbols = subprocess.run([os.environ["NM"], "--demangle", program], check=True,
                             capture_output=True, text=True).stdout
    return set(re.findall(r"vtable for baton::(\w+)Propagator$", symbols, re.MULTILINE))


class LinkedFormatsTest(unittest.TestCase):
    def test_formats_that_are_not_named_are_not_linked(self):
        own = propagators(os.environ["OWN_DEFAULT_CHAIN"])

        self.assertEqual(own, {"TraceContext", "Baggage"})

    def test_another_program_has_all(self):
        self.assertGreater(len(propagators(os.environ["ANY_CHAIN"])), 8)

    def test_the_own_chain_is_global_until_another_is_set(self):
        printed = subprocess.run([os.environ["OWN_DEFAULT_CHAIN"]], check=True, text=True,
                                 stdout=subprocess.PIPE,
                                 env={**os.environ, "OTEL_PROPAGATORS": "b3"}).stdout

        self.assertEqual(printed, "tracecontext own error\nbaggage own error\n")


if __name__ == "__main__":
    unittest.main()
