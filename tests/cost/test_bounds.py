# SPDX-License-Identifier: Apache-2.0
"""What one extraction by all formats costs and allocates at most, whatever the message is: up to
one mebibyte in a field, or 10,000 fields."""

import collections
import os
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
import callgrind

ALWAYS = 50_000  # instructions
PER_BYTE = 64
PER_FIELD = 2_000  # a name is compared with those of all formats
# A family has at most as many members as baggage, each of which may be looked up among all fields.
MEMBERS, PER_LOOKUP = 180, 25

# The longest baggage, and the longest tracestate: 32 times key=value, and the commas.
LISTS = 8_192 + 32 * (256 + 1 + 256) + 31
BLOCK_HEADERS = 2 * 16

# Their engine keeps all members of the object, and finds them by their names.
JSON = {"Celery's envelope", "SQS"}
JSON_PER_FIELD = 320  # bytes, with those of smaller tables before

Extraction = collections.namedtuple("Extraction", "carrier title instructions size fields allocations bytes")


def extractions():
    counted, _ = callgrind.counts(os.environ["VALGRIND"], os.environ["INPUTS"], "large")
    for name, instructions in counted.items():
        name, *numbers = name.rsplit("/", 4)
        carrier, _, title = name.partition(": ")
        yield Extraction(carrier, title, instructions, *map(int, numbers))


def names_a_family(extraction):
    return "uberctx-" in extraction.title or "ot-baggage-" in extraction.title


class BoundsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.all = list(extractions())

    def each(self):
        for extraction in self.all:
            with self.subTest(extraction.carrier, title=extraction.title):
                yield extraction

    def test_all_carriers_and_fields_are_there(self):
        carriers = collections.Counter(extraction.carrier for extraction in self.all)
        self.assertEqual(set(carriers), set(os.environ["CARRIERS"].split(";")))
        self.assertGreater(min(carriers.values()), 20)
        self.assertGreater(max(carriers.values()), 200)

    def test_instructions(self):
        for extraction in self.each():
            per_field = PER_FIELD + (MEMBERS * PER_LOOKUP if names_a_family(extraction) else 0)
            bound = ALWAYS + PER_BYTE * extraction.size + per_field * extraction.fields
            self.assertLessEqual(extraction.instructions, bound)

    def test_memory(self):
        for extraction in self.each():
            bound = LISTS + BLOCK_HEADERS
            if extraction.carrier in JSON:
                bound += JSON_PER_FIELD * extraction.fields
            self.assertLessEqual(extraction.bytes, bound)

    def test_allocations(self):
        for extraction in self.each():
            bound = 2
            if names_a_family(extraction):
                bound += 3  # buffers of names and values grow
            if extraction.carrier == "MapCarrier":
                bound += 8  # names that a map of strings is asked for
            if extraction.carrier in JSON:
                bound += 24  # tables grow
            self.assertLessEqual(extraction.allocations, bound)

    def test_the_bounds_are_near_what_there_is(self):
        """Bounds far beyond would see nothing."""
        self.assertGreater(max(e.instructions / (e.size + 1) for e in self.all if e.fields == 1), PER_BYTE / 2)
        self.assertGreater(max(e.bytes for e in self.all if e.carrier not in JSON), LISTS / 2)


if __name__ == "__main__":
    if "SHOW" in os.environ:
        for extraction in sorted(extractions(), key=lambda e: e.instructions / (e.size + 1)):
            print(*extraction, sep="  ")
    else:
        unittest.main()
