# SPDX-License-Identifier: Apache-2.0
"""The reader of docs/testing.md, with the implementation that it is shown with: OpenTelemetry for
Python."""

import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
READER = ROOT / "examples" / "testing" / "run_vectors.py"
VECTORS = ROOT / "tests" / "vectors"
PYTHON = os.environ["TEST_PYTHON"]


def run(reader, *names):
    done = subprocess.run([PYTHON, "-B", reader, VECTORS, *names], capture_output=True, text=True,
                          timeout=60, check=True)  # fmt: skip
    return done.stdout


def figures(output):
    return [(name, int(passed), int(all_of_them))
            for name, passed, all_of_them in re.findall(r"^(\w+): (\d+) of (\d+) ", output, re.MULTILINE)]


class Reader(unittest.TestCase):
    def test_finds_what_the_page_shows(self):
        output = run(READER, "traceparent", "tracestate")
        print("".join(f"{line}\n" for line in output.splitlines() if " of " in line), file=sys.stderr)
        page = (ROOT / "docs" / "testing.md").read_text("utf-8")
        shown = [line for line in output.splitlines() if re.match(r"\w+: \d+ of", line)]
        self.assertEqual(len(shown), 2)
        for line in shown:
            self.assertIn(f"    {line}\n", page)
        names = set(re.findall(r"^  ([\w-]+) \(", output, re.MULTILINE))
        for example in ("flags-08-are-none", "two-equal-fields", "duplicate-key-the-first-stays"):
            self.assertIn(example, names)
            self.assertIn(f"`{example}`", page)

    def test_finds_a_planted_fault(self):
        text = READER.read_text("utf-8")
        (_, sound, count), = figures(run(READER, "traceparent"))
        for right, wrong in (("{span.trace_flags:02x}", "00"), ("if not span.is_valid", "if True"),
                             ("extract(fields,", "extract({},")):
            with self.subTest(fault=wrong), tempfile.TemporaryDirectory() as folder:
                self.assertIn(right, text)
                faulty = pathlib.Path(folder, "reader.py")
                faulty.write_text(text.replace(right, wrong), "utf-8")
                (_, passed, same_count), = figures(run(faulty, "traceparent"))
                self.assertEqual(same_count, count)
                self.assertLess(passed, sound - 5)


if __name__ == "__main__":
    if not os.path.exists(PYTHON):
        print("SKIPPED: OpenTelemetry for Python is not there: ./dev setup installs it", file=sys.stderr)
        sys.exit(1 if os.environ.get("CI") else 77)
    unittest.main()
