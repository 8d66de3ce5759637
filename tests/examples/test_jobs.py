# SPDX-License-Identifier: Apache-2.0
"""The example for environment variables: each command is in the trace of the process."""

import os
import pathlib
import re
import subprocess
import sys
import unittest

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from plain_environment import plain_environment

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
PARENT = f"00-{TRACE}-{SPAN}-01"
SHOW = "echo $TRACEPARENT $BAGGAGE"


def run(*arguments, **variables):
    return subprocess.run([os.environ["JOBS"], *arguments], capture_output=True, text=True, timeout=60,
                          env=plain_environment(**variables))  # fmt: skip


class Jobs(unittest.TestCase):
    def test_forwards_the_context_of_its_environment(self):
        done = run(SHOW, SHOW, TRACEPARENT=PARENT, BAGGAGE="user=1")
        self.assertEqual(done.stdout.splitlines(), [f"{PARENT} user=1"] * 2)
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_starts_nothing_by_itself(self):
        self.assertEqual(run(SHOW).stdout, "\n")

    def test_each_command_has_a_span(self):
        done = run("--spans", SHOW, SHOW, TRACEPARENT=PARENT)
        spans = [re.fullmatch(rf"00-{TRACE}-(\w{{16}})-01 ?", line)[1] for line in done.stdout.splitlines()]
        self.assertEqual(len({SPAN, *spans}), 3)

    def test_tells_which_failed(self):
        done = run("exit 3", "true", "kill -9 $$")
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stderr, "jobs: exit 3: status 3\njobs: kill -9 $$: status 137\n")

    def test_usage(self):
        for bad in ([], ["--what", "true"]):
            done = run(*bad)
            self.assertEqual(done.returncode, 2, bad)
            self.assertRegex(done.stderr, r"^jobs: .+; see jobs --help\n$")


if __name__ == "__main__":
    unittest.main()
