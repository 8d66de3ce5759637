# SPDX-License-Identifier: Apache-2.0
"""What the summary of a whole run counts, from logs made up here."""

import contextlib
import io
import json
import pathlib
import tempfile
import unittest
from unittest import mock

import summary


class Summary(unittest.TestCase):
    def count(self, *tests):
        with tempfile.TemporaryDirectory() as folder:
            logs = pathlib.Path(folder, "meson-logs")
            logs.mkdir()
            (logs / "testlog.json").write_text("".join(json.dumps(test) + "\n" for test in tests))
            return summary.count([folder])

    def test_counts(self):
        whole = self.count(
            {"name": "baton:core+laws / ids", "result": "OK",
             "stdout": "[       OK ] IdLaws.Hold\n[  PASSED  ] 3 tests.\nmax_success=100\nvectors: 5\n| shown\n"},
            {"name": "baton:tool / tool", "result": "OK", "stderr": "Ran 2 tests in 1 s\n"},
            {"name": "consumer", "result": "OK"},
        )  # fmt: skip
        self.assertEqual((whole["passed"], whole["failed"], whole["skipped"]), (6, [], []))
        self.assertEqual((whole["vectors"], whole["laws"], whole["tries"]), (5, 1, 100))
        self.assertEqual(whole["shown"], ["| shown"])
        self.assertEqual(whole["suites"]["core+laws"], 3)
        self.assertEqual(whole["suites"]["tool"], 2)

    def test_failures_and_skips(self):
        whole = self.count(
            {"name": "baton:core / ids", "result": "TIMEOUT", "stdout": "[  PASSED  ] 3 tests."},
            {"name": "baton:core / broker", "result": "SKIP", "stdout": "SKIPPED: no broker\n"},
        )
        self.assertEqual(whole["passed"], 0)
        self.assertEqual([failure.split(": ")[1] for failure in whole["failed"]], ["ids (TIMEOUT)"])
        self.assertEqual([skip.split(": ")[1:] for skip in whole["skipped"]], [["broker", "no broker"]])

    def test_the_end_of_a_failure(self):
        text = "[ RUN      ] Ids.A\n[       OK ] Ids.A (1 ms)\n[ RUN      ] Ids.B\n"
        whole = self.count(
            {"name": "baton:core / ids", "result": "FAIL", "stdout": text + "terminate\n", "stderr": "what():  it\n"},
            {"name": "baton:core / long", "result": "FAIL", "stdout": "".join(f"{line}\n" for line in range(30))},
            {"name": "baton:core / good", "result": "OK", "stdout": "[  PASSED  ] 1 test."},
        )
        ids, long = whole["failed"]
        self.assertEqual(whole["ends"].keys(), {ids, long})
        self.assertEqual(whole["ends"][ids], ["terminate", "what():  it"])
        self.assertEqual(whole["ends"][long], [str(line) for line in range(10, 30)])

    def test_nothing_was_run(self):
        whole = summary.count(["/nowhere"])
        self.assertEqual(whole["failed"], ["/nowhere: nothing was run"])

    def test_what_was_skipped_has_not_passed(self):
        whole = self.count(
            {"name": "baton:core / none", "result": "OK",
             "stdout": "[  PASSED  ] 0 tests.\n[  SKIPPED ] 2 tests, listed below:\n"},
            {"name": "baton:tool / some", "result": "OK", "stderr": "Ran 4 tests in 1 s\n\nOK (skipped=3)\n"},
        )  # fmt: skip
        self.assertEqual(whole["passed"], 1)
        self.assertEqual([line.split(": ", 1)[1] for line in whole["skipped"]],
                         ["none: 2 of its tests", "some: 3 of its tests"])

    def test_what_was_not_run_at_all_is_named(self):
        printed = io.StringIO()
        words = ["summary.py", "--skipped", "tests of a machine: no libraries", "/nowhere", "/nor-here"]
        with mock.patch("sys.argv", words), contextlib.redirect_stdout(printed):
            self.assertEqual(summary.main(), 1)
        self.assertIn("SKIPPED  tests of a machine: no libraries\n", printed.getvalue())
        self.assertTrue(printed.getvalue().endswith("0 passed, 2 failed, 1 skipped\n"))


if __name__ == "__main__":
    unittest.main()
