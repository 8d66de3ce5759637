# SPDX-License-Identifier: Apache-2.0
"""Which counts of instructions can be compared with those of the file."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "bench"))

import instructions

RECORDED = {"optimization": "3", instructions.LIBRARY: 329}


class DifferingTest(unittest.TestCase):
    def differing(self, **conditions):
        return instructions.differing(RECORDED, conditions)

    def test_the_same_conditions(self):
        self.assertEqual(self.differing(**RECORDED), [])

    def test_each_other_one_counts(self):
        self.assertEqual(self.differing(**RECORDED | {"optimization": "2"}), ["optimization"])
        self.assertEqual(self.differing(**RECORDED, compiler="12"), ["compiler"])
        self.assertEqual(self.differing(**RECORDED | {instructions.LIBRARY: 333}), [instructions.LIBRARY])

    def test_where_the_librarys_is_not_counted_the_others_count(self):
        self.assertEqual(self.differing(optimization="3"), [])
        self.assertEqual(self.differing(optimization="2"), ["optimization"])


if __name__ == "__main__":
    unittest.main()
