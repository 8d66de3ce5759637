"""The code in docs/http.md is code that is compiled and run."""

import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).parents[2]
PAGE = ROOT / "docs" / "http.md"
SOURCES = [*ROOT.glob("examples/*.cpp"), *ROOT.glob("tests/carriers/*.cpp")]


class Guide(unittest.TestCase):
    def test_code_is_taken_from_programs(self):
        blocks = re.findall(r"^```cpp\n(.*?)^```$", PAGE.read_text("utf-8"), re.M | re.S)
        self.assertEqual(len(blocks), 8)
        programs = [source.read_text("utf-8") for source in SOURCES]
        for block in blocks:
            self.assertTrue(any(block in program for program in programs), block)

    def test_links_lead_somewhere(self):
        for link in re.findall(r"\]\((\.\./[^)]*)\)", PAGE.read_text("utf-8")):
            self.assertTrue((PAGE.parent / link).exists(), link)


if __name__ == "__main__":
    unittest.main()
