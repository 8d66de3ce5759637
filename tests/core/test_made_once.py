# SPDX-License-Identifier: Apache-2.0
"""No library makes a static variable of a function when it is first used: if another thread makes
it during a fork, the child waits forever. Nor has a thread a variable with a destructor: registering
it needs memory, and ends the process without."""

import os
import re
import subprocess
import unittest


def made_late(file):
    """The guards of such variables, and what registers such destructors."""
    symbols = subprocess.run([os.environ["READELF"], "--symbols", "--demangle", "--wide", file],
                             check=True, capture_output=True, text=True).stdout
    return re.findall(r" (guard variable for baton::.+|__cxa_thread_atexit)(?:@.+)?$", symbols, re.MULTILINE)


class MadeOnceTest(unittest.TestCase):
    def test_nothing_is_made_late(self):
        for library in os.environ["LIBRARIES"].split(":"):
            with self.subTest(library):
                self.assertEqual(made_late(library), [])

    def test_both_are_found(self):
        """In a test that has a variable of both kinds."""
        found = made_late(os.environ["PROGRAM"])
        self.assertIn("__cxa_thread_atexit", found)
        self.assertTrue(any("::late" in name for name in found), found)


if __name__ == "__main__":
    unittest.main()
