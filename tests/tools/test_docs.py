# SPDX-License-Identifier: Apache-2.0
"""The examples of docs/tool.md print what the page says."""

import os
import pathlib
import re
import subprocess
import unittest

from support import BATON, environment, main

PAGE = pathlib.Path(__file__).parents[2] / "docs" / "tool.md"


def examples():
    for block in re.findall(r"^```console\n(.*?)^```$", PAGE.read_text("utf-8"), re.M | re.S):
        for example in re.split(r"^\$ ", block, flags=re.M)[1:]:
            yield example.split("\n", 1)


def without_ids(text):
    return re.sub(r"[0-9a-f]{32}|[0-9a-f]{16}", "ID", text)


class Examples(unittest.TestCase):
    maxDiff = None

    def test_print_what_the_page_says(self):
        path = os.path.dirname(BATON) + os.pathsep + os.environ["PATH"]
        commands = set()
        for command, expected in examples():
            with self.subTest(command=command):
                out = subprocess.run(["sh", "-c", command], stdin=subprocess.DEVNULL, timeout=60,
                                     env=environment(PATH=path), capture_output=True).stdout.decode()
                is_random = command.startswith(("baton new", "baton exec"))
                self.assertEqual(*(without_ids(t) if is_random else t for t in (out, expected)))
                commands.add(re.search(r"baton (\w+)", command)[1])
        self.assertEqual(commands, {"extract", "translate", "inspect", "new", "losses", "exec",
                                    "hostile", "probe"})


if __name__ == "__main__":
    main()
