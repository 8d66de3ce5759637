# SPDX-License-Identifier: Apache-2.0
"""What the summary of a whole run counts."""

import json
import pathlib
import tempfile
import unittest

import summary


class Summary(unittest.TestCase):
    def count(self, *tests):
        """Of a build directory with the log of these tests: result and output."""
        with tempfile.TemporaryDirectory() as folder:
            logs = pathlib.Path(folder, "meson-logs")
            logs.mkdir()
            lines = [json.dumps({"name": f"baton:core / {number}", "result": result, "stdout": text})
                     for number, (result, text) in enumerate(tests)]
            (logs / "testlog.json").write_text("\n".join(lines))
            return summary.count([folder])

    def test_cases_of_each_kind_of_program(self):
        whole = self.count(("OK", "[  PASSED  ] 3 tests.\n"), ("OK", "Ran 4 tests in 0.1s\n\nOK\n"),
                           ("OK", "nothing that is known\n"))
        self.assertEqual((whole["passed"], whole["failed"], whole["skipped"]), (8, [], []))

    def test_what_was_skipped_has_not_passed(self):
        whole = self.count(("OK", "[  PASSED  ] 0 tests.\n[  SKIPPED ] 2 tests, listed below:\n"),
                           ("OK", "Ran 4 tests in 0.1s\n\nOK (skipped=3)\n"),
                           ("SKIP", "SKIPPED: no server\n"))
        self.assertEqual(whole["passed"], 1)
        self.assertEqual([line.split(": ", 1)[1] for line in whole["skipped"]],
                         ["0: 2 of its tests", "1: 3 of its tests", "2: no server"])

    def test_a_failure_is_shown_with_its_end(self):
        whole = self.count(("FAIL", "first\n" + "more\n" * 30 + "why\n"))
        self.assertEqual(whole["passed"], 0)
        (failure,) = whole["failed"]
        self.assertEqual(whole["ends"][failure][-1], "why")
        self.assertEqual(len(whole["ends"][failure]), 20)

    def test_a_run_without_tests_has_failed(self):
        self.assertIn("nothing was run", self.count()["failed"][0])


if __name__ == "__main__":
    unittest.main()
