# SPDX-License-Identifier: Apache-2.0
"""A call that would lose a context or an executor does not compile, and the error says why.

usage: test_refused.py CASE... -- COMPILER...
"""

import pathlib
import subprocess
import sys
import unittest

FOLDER = pathlib.Path(__file__).parent
INCLUDE = FOLDER.parents[2] / "include"
COROUTINE = "a coroutine outlives the scope of its context"
REASONS = {"BIND_HANDLER": "Asio would not see the executor"}

separator = sys.argv.index("--")
CASES, COMPILER = sys.argv[1:separator], sys.argv[separator + 1:]
del sys.argv[1:]


def compile_cases(*definitions):
    command = [*COMPILER, "-std=c++20", "-c", "-o", "/dev/null", f"-I{INCLUDE}",
               *(f"-D{each}" for each in definitions), FOLDER / "cases.cpp"]
    return subprocess.run(command, text=True, capture_output=True)


class Refused(unittest.TestCase):
    def test_plain_handlers_are_taken(self):
        taken = compile_cases(*CASES)
        self.assertEqual(taken.returncode, 0, taken.stderr)

    def test_others_are_refused(self):
        for case in CASES:
            with self.subTest(case):
                refused = compile_cases(case, "REFUSED")
                self.assertNotEqual(refused.returncode, 0, "it compiles")
                self.assertIn(REASONS.get(case, COROUTINE), refused.stderr)


if __name__ == "__main__":
    unittest.main()
