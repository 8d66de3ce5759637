# SPDX-License-Identifier: Apache-2.0
"""The code in the guides of the transports is compiled and run by the tests."""

import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).parents[2]
# The number of code blocks of each.
PAGES = {
    ROOT / "docs" / name: count
    for name, count in {
        "celery.md": 8, "curl.md": 4, "grpc.md": 6, "http.md": 11, "kafka.md": 6,
        "messaging.md": 11, "recipes.md": 11, "testing.md": 6,
    }.items()
}
FOLDERS = ["examples", "tests/asio", "tests/carriers"]
SOURCES = [source for folder in FOLDERS for source in (ROOT / folder).rglob("*.cpp")]


class Guide(unittest.TestCase):
    def test_code_is_taken_from_programs(self):
        programs = [source.read_text("utf-8") for source in SOURCES]
        for page, count in PAGES.items():
            blocks = re.findall(r"^```cpp\n(.*?)^```$", page.read_text("utf-8"), re.M | re.S)
            self.assertEqual(len(blocks), count, page)
            for block in blocks:
                self.assertTrue(any(block in program for program in programs), block)


if __name__ == "__main__":
    unittest.main()
