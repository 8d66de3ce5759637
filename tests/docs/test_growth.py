# SPDX-License-Identifier: Apache-2.0
"""The plots in docs/ are those that bench/plot.py draws, and small."""

import pathlib
import sys
import unittest
import xml.etree.ElementTree as xml

ROOT = pathlib.Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "bench"))
import plot

FILE = ROOT / "docs" / "growth.svg"


class GrowthTest(unittest.TestCase):
    def test_every_plot_is_drawn(self):
        drawn = {element.text for element in xml.parse(FILE).iter()}

        for title, axis in plot.PLOTS.values():
            self.assertLessEqual({title, axis}, drawn)

    def test_the_file_is_small(self):
        self.assertLess(FILE.stat().st_size, 15_000)


if __name__ == "__main__":
    unittest.main()
