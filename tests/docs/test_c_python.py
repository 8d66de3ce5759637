# SPDX-License-Identifier: Apache-2.0
"""The Python of docs/c.md prints what stands below it. Environment: LIBRARY."""

import os
import pathlib
import re
import subprocess
import sys
import unittest

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "c.md"


class Python(unittest.TestCase):
    def test_prints_what_the_page_says(self):
        code, shown = re.search(r"```python\n(.*?)```.*?```text\n(.*?)```", PAGE.read_text("utf-8"),
                                re.S).groups()
        folder = pathlib.Path(os.environ["LIBRARY"]).parent
        printed = subprocess.run([sys.executable, "-X", "utf8", "-c", code], stdout=subprocess.PIPE,
                                 env={**os.environ, "LD_LIBRARY_PATH": str(folder)}, timeout=60,
                                 check=True).stdout.decode()
        self.assertEqual(printed, shown)


if __name__ == "__main__":
    unittest.main()
