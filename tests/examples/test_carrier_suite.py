# SPDX-License-Identifier: Apache-2.0
"""A carrier of a stranger passes the conformance suite, its first draft does not, and docs/testing.md
shows what the suite said."""

import os
import pathlib
import re
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "testing.md").read_text("utf-8")
CHAPTERS = {chapter.split("\n", 1)[0]: chapter for chapter in re.split(r"^## ", PAGE, flags=re.MULTILINE)}
OURS = ["Write a carrier and check it", "Check what is sent"]

# What the draft breaks: it compares names with case, adds without replacing, and checks nothing.
BROKEN = {
    "ReadsAnyCase", "FoldsLettersAlone", "SpellingsAreOneField", "FieldsAgreeWithTheRest",
    "AChainReadsTheSameByFields", "EraseTakesAnyCase", "EraseTakesAllSpellings",
    "SetAddsAndReplaces", "SetTakesItsOwnViews", "SetAndEraseLeaveOthersAlone", "SetReplacesAll",
    "SetTakesAViewOfALaterInstance", "SetReplacesAnyCaseAndWritesLowercase", "SetReplacesAllSpellings",
    "RefusesBadValuesAndDropsTheOldOne", "RefusesBadNames", "ACarelessPropagatorBreaksNothing",
}  # fmt: skip


def run(program):
    return subprocess.run([os.environ[program]], capture_output=True, text=True, timeout=60, check=False)


def passed(output):
    return int(re.search(r"^\[  PASSED  \] (\d+) test", output, re.MULTILINE)[1])


class CarrierSuite(unittest.TestCase):
    def test_the_carrier_passes(self):
        done = run("CARRIER")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertGreater(passed(done.stdout), 40)

    def test_the_draft_fails_at_what_is_wrong_and_at_nothing_else(self):
        done = run("DRAFT")
        self.assertEqual(done.returncode, 1, done.stdout)
        failed = re.findall(r"^\[  FAILED  \] Letter/Carrier\.(\w+) \(", done.stdout, re.MULTILINE)
        self.assertEqual(set(failed), BROKEN)
        total = int(re.search(r"^\[=+\] (\d+) tests .* ran", done.stdout, re.MULTILINE)[1])
        self.assertEqual(passed(done.stdout), total - len(BROKEN))
        self.assertIn("[       OK ] Answer.", done.stdout)
        print(f"a stranger's carrier: {passed(run('CARRIER').stdout)} pass; "
              f"its draft: {len(failed)} of {total} fail", file=sys.stderr)  # fmt: skip

    def test_the_page_shows_what_the_suite_says(self):
        output = run("DRAFT").stdout
        shown = re.findall(r"^```\n(Letter/.*?)^```", CHAPTERS[OURS[0]], re.MULTILINE | re.DOTALL)
        self.assertEqual(len(shown), 1)
        reports = shown[0].strip("\n").split("\n\n")
        self.assertEqual(len(reports), 3)
        for report in reports:
            name, text = report.split("\n", 1)
            of_that_test = output.split(f"[ RUN      ] {name}\n")[1].split(f"[  FAILED  ] {name} ")[0]
            self.assertIn(f"Failed\n{text}\n", of_that_test)

    def test_the_code_of_the_page_is_code_of_the_tree(self):
        programs = [path.read_text("utf-8") for folder in ("examples/testing", "tests/testing")
                    for path in (ROOT / folder).glob("*.cpp")]  # fmt: skip
        blocks = [block for chapter in OURS
                  for block in re.findall(r"^```cpp\n(.*?)^```$", CHAPTERS[chapter], re.MULTILINE | re.DOTALL)]
        self.assertEqual(len(blocks), 4)
        for block in blocks:
            parts = block.split("\n\nBATON_TEST_CARRIER")  # helpers may stand between
            self.assertTrue(any(parts[0] in program for program in programs), block)
        tree = re.search(r"^```\n(GET .*?)^```$", CHAPTERS[OURS[1]], re.MULTILINE | re.DOTALL)[1]
        drawn = (ROOT / "tests/testing/spans_test.cpp").read_text("utf-8").replace('\\"', '"')
        for line in tree.splitlines():
            self.assertIn(f'"{line}\\n"', drawn)

    def test_the_reader_of_the_page_is_that_of_the_tree(self):
        code = (ROOT / "examples" / "testing" / "run_vectors.py").read_text("utf-8")
        block, = re.findall(r"^```python\n(.*?)^```$", CHAPTERS["Run the vectors in your language"],
                            re.MULTILINE | re.DOTALL)  # fmt: skip
        self.assertEqual(block, code.split("\n", 1)[1])


if __name__ == "__main__":
    unittest.main()
