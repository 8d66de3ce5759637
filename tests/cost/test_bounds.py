# SPDX-License-Identifier: Apache-2.0
"""What one extraction by all formats costs and allocates at most, whatever the message is: the table
of docs/performance.md. Messages have up to one mebibyte in a field, or 10,000 fields."""

import collections
import itertools
import os
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
import callgrind

PAGE = pathlib.Path(__file__).parents[2] / "docs" / "performance.md"
HEADING = "| carrier | byte | field | field of a family | allocations | bytes allocated |"

# Instructions for what the limits allow: 180 members of baggage, which a family may look up, and 32
# of tracestate.
ALWAYS = 600_000
# The largest that is no more than noise beside a sum of others.
FEW = 20_000

Bounds = collections.namedtuple("Bounds", "byte field family allocations memory")
Extraction = collections.namedtuple(
    "Extraction", "carrier title instructions size fields allocations memory")


def table():
    """The bounds of each carrier. A last column of "N a byte" is by the bytes of the message."""
    _, rows = PAGE.read_text("utf-8").split(HEADING + "\n")
    found = {}
    for row in rows.splitlines()[1:]:
        if not row.startswith("|"):
            break
        carrier, *figures = (cell.strip() for cell in row.strip("|").split("|"))
        found[carrier] = Bounds(*(int(figure.replace(",", "").removesuffix(" a byte"))
                                  for figure in figures))
    return found


def extractions():
    counted, _ = callgrind.counts(os.environ["VALGRIND"], os.environ["INPUTS"], "large")
    for name, instructions in counted.items():
        name, *numbers = name.rsplit("/", 4)
        carrier, _, title = name.partition(": ")
        yield Extraction(carrier, title, instructions, *map(int, numbers))


def kind(extraction):
    """What the cost of a message grows with."""
    if extraction.fields < 100:
        return "byte"
    is_family = any(name in extraction.title.lower() for name in ("uberctx-", "ot-baggage-"))
    return "family" if is_family else "field"


def number(extraction):
    return extraction.size if kind(extraction) == "byte" else extraction.fields


def pairs(all_of_them):
    """A message, and a larger one of the same title."""
    by_title = collections.defaultdict(list)
    for extraction in all_of_them:
        by_title[extraction.carrier, extraction.title].append(extraction)
    for same in by_title.values():
        yield from itertools.pairwise(sorted(same, key=number))


def dearest(all_of_them):
    """By carrier and kind, the most instructions for one byte or field."""
    most = collections.defaultdict(float)
    for each in all_of_them:
        key = each.carrier, kind(each)
        most[key] = max(most[key], (each.instructions - ALWAYS) / number(each))
    for small, large in pairs(all_of_them):
        key = small.carrier, kind(small)
        slope = (large.instructions - small.instructions) / (number(large) - number(small))
        most[key] = max(most[key], slope)
    return most


def is_by_bytes(carrier):
    """Their engine keeps all members of an object, and what it decodes."""
    return carrier.startswith(("Celery's envelope", "SQS"))


def memory(extraction):
    if is_by_bytes(extraction.carrier):
        return extraction.memory / extraction.size
    return extraction.memory


class BoundsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.all = list(extractions())
        cls.bounds = table()

    def check_each(self, check):
        for extraction in self.all:
            with self.subTest(extraction.carrier, title=extraction.title, fields=extraction.fields):
                check(extraction, self.bounds[extraction.carrier])

    def test_all_carriers_and_fields_are_there(self):
        carriers = collections.Counter(extraction.carrier for extraction in self.all)
        self.assertEqual(set(carriers), set(os.environ["CARRIERS"].split("|")))
        self.assertGreaterEqual(min(carriers.values()), 20)
        self.assertGreater(max(carriers.values()), 400)
        self.assertLessEqual(set(carriers), set(self.bounds))
        self.assertGreaterEqual(max(extraction.fields for extraction in self.all), 10_000)
        self.assertGreaterEqual(max(extraction.size for extraction in self.all), 2**20)

    def test_instructions(self):
        def check(extraction, bounds):
            per_one = getattr(bounds, kind(extraction))
            self.assertLessEqual(extraction.instructions, ALWAYS + per_one * number(extraction))

        self.check_each(check)

    def test_twice_as_much_costs_twice_as_much(self):
        compared = 0
        for small, large in pairs(self.all):
            compared += 1
            with self.subTest(small.carrier, title=small.title, number=number(small)):
                ratio = number(large) / number(small)
                self.assertLessEqual(large.instructions, 1.2 * ratio * small.instructions + FEW)
        self.assertGreater(compared, 300)

    def test_allocations(self):
        def check(extraction, bounds):
            self.assertLessEqual(extraction.allocations, bounds.allocations)

        self.check_each(check)

    def test_two_allocations_keep_what_w3c_says(self):
        def check(extraction, _):
            allocates = is_by_bytes(extraction.carrier) or extraction.carrier == "MapCarrier"
            if not allocates and kind(extraction) != "family" and "other formats" not in extraction.title:
                self.assertLessEqual(extraction.allocations, 2)

        self.check_each(check)

    def test_memory(self):
        def check(extraction, bounds):
            self.assertLessEqual(memory(extraction), bounds.memory)

        self.check_each(check)

    def test_bounds_are_at_most_twice_what_there_is(self):
        """Bounds far beyond would see nothing."""
        by_kind = dearest(self.all)
        for carrier in {extraction.carrier for extraction in self.all}:
            of_it = [each for each in self.all if each.carrier == carrier]
            bounds = self.bounds[carrier]
            with self.subTest(carrier):
                for name in ("byte", "field", "family"):
                    self.assertLessEqual(getattr(bounds, name), 2 * by_kind[carrier, name] + 1, name)
                self.assertEqual(bounds.allocations, max(each.allocations for each in of_it))
                self.assertLessEqual(bounds.memory, 2 * max(memory(each) for each in of_it) + 1)


def show():
    """What the table would have without a margin."""
    found = list(extractions())
    by_kind = dearest(found)
    for carrier in dict.fromkeys(extraction.carrier for extraction in found):
        of_it = [each for each in found if each.carrier == carrier]
        print(carrier, *(f"{by_kind[carrier, name]:.1f}" for name in ("byte", "field", "family")),
              max(each.allocations for each in of_it), f"{max(memory(each) for each in of_it):.1f}",
              sep=" | ")
        for each in sorted(of_it, key=lambda each: -each.instructions / number(each))[:3]:
            print("   ", *each[1:], sep="  ")


if __name__ == "__main__":
    if "SHOW" in os.environ:
        show()
    else:
        unittest.main()
