# SPDX-License-Identifier: Apache-2.0
"""No library makes a static variable of a function when it is first used: if another thread makes
it during a fork, the child waits forever. Those of a thread may be made so."""

import os
import re
import subprocess
import unittest


def guards(library):
    """The variables, with the kind of their guards: TLS or OBJECT."""
    symbols = subprocess.run([os.environ["READELF"], "--symbols", "--demangle", "--wide", library],
                             check=True, capture_output=True, text=True).stdout
    return re.findall(r" (\w+) +\w+ +\w+ +\w+ guard variable for (baton::.+)$", symbols, re.MULTILINE)


class MadeOnceTest(unittest.TestCase):
    def test_none_is_of_the_process(self):
        for library in os.environ["LIBRARIES"].split(":"):
            with self.subTest(library):
                self.assertEqual([name for kind, name in guards(library) if kind != "TLS"], [])

    def test_those_of_threads_are_found(self):
        found = [name for library in os.environ["LIBRARIES"].split(":") for _, name in guards(library)]
        self.assertIn("baton::detail::ExtractionCounter::acquire()::owner", found)


if __name__ == "__main__":
    unittest.main()
