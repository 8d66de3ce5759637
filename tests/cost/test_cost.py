# SPDX-License-Identifier: Apache-2.0
"""Costs in instructions: equal on every run of a program, under any load of the machine."""

import os
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
import callgrind


WORST = pathlib.Path(__file__).with_name("worst.txt")  # search.py finds more

def costs():
    """Instructions by the name and the size of an action."""
    found = {}
    for program, *options in (("COST",), ("INPUTS", WORST)):
        counted, _ = callgrind.counts(os.environ["VALGRIND"], os.environ[program], *options)
        for title, total in counted.items():
            name, _, size = title.rpartition("/")
            found.setdefault(name, {})[int(size)] = total
    return found


class CostTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.costs = costs()

    def test_twice_as_much_costs_about_twice_as_much(self):
        """Quadratic work would cost four times as much."""
        compared = 0
        for name, by_size in self.costs.items():
            for size, cost in by_size.items():
                if 2 * size in by_size:
                    compared += 1
                    with self.subTest(name, size=size):
                        self.assertLessEqual(by_size[2 * size], 2.7 * cost)

        self.assertGreaterEqual(compared, 50)

    def test_no_bad_input_costs_more_than_twice_the_dearest_good_one(self):
        good, bad = {}, {}
        for name, by_size in self.costs.items():
            kind, _, rest = name.partition(": ")
            if rest:
                inputs = good if rest.startswith("good") else bad
                inputs.setdefault(kind, []).append((max(by_size.values()), rest))
        self.assertGreaterEqual(len(good), 40)
        self.assertEqual(good.keys(), bad.keys())
        for kind in good:
            (most, dearest), (limit, of) = max(bad[kind]), max(good[kind])
            with self.subTest(kind, input=dearest, good=of):
                self.assertLessEqual(most, 2 * limit)


if __name__ == "__main__":
    if "SHOW" in os.environ:
        for name, by_size in costs().items():
            print(f"{name:40}", *(f"{size}: {by_size[size]}" for size in sorted(by_size)), sep="  ")
    else:
        unittest.main()
