# SPDX-License-Identifier: Apache-2.0
"""What counts as one tree."""

import unittest

from tree import Span, Tree


def tree(*ids):
    """Of pairs of a span's id and its parent's, in the order of their starts."""
    return Tree(Span("t", span_id, parent_id, "s", "client", span_id, start, 1)
                for start, (span_id, parent_id) in enumerate(ids))


class OneTree(unittest.TestCase):
    def test_has_all_spans_below_one_root(self):
        found = tree(("a", ""), ("b", "a"), ("c", "b"), ("d", "a"))
        self.assertTrue(found.is_whole)
        self.assertFalse(found.is_below_a_caller)
        self.assertEqual(str(found), "s client a\n  s client b\n    s client c\n  s client d")
        self.assertEqual(found.summary(), "one tree: 4 spans of 1 services, 1 root, 0 orphans")

    def test_may_be_below_a_caller_that_exports_nothing(self):
        found = tree(("a", "x"), ("b", "a"))
        self.assertFalse(found.is_whole)
        self.assertTrue(found.is_below_a_caller)
        self.assertEqual(str(found), "without its parent: s client a\n  s client b")

    def test_is_nothing_else(self):
        other_trace = Span("u", "b", "a", "s", "client", "b", 1, 1)
        for name, found in {
            "nothing": tree(),
            "an orphan": tree(("a", ""), ("b", "x"), ("c", "b")),
            "two roots": tree(("a", ""), ("b", "")),
            "two orphans": tree(("a", "x"), ("b", "x")),
            "a span twice": tree(("a", ""), ("b", "a"), ("b", "a")),
            "a cycle": tree(("a", "b"), ("b", "a")),
            "a cycle beside a root": tree(("a", ""), ("b", "c"), ("c", "b")),
            "a cycle beside an orphan": tree(("a", "x"), ("b", "c"), ("c", "b")),
            "two traces": Tree([*tree(("a", "")).spans, other_trace]),
        }.items():
            with self.subTest(name):
                self.assertFalse(found.is_whole)
                self.assertFalse(found.is_below_a_caller)
                self.assertIn("NOT one tree", found.summary())


if __name__ == "__main__":
    unittest.main()
