# SPDX-License-Identifier: Apache-2.0
"""Each promise of docs/security.md names tests, and each of these tests is there and built."""

import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text("utf-8")
MODEL = PAGE.partition("\n## The threat model\n")[2].partition("\n## ")[0]
BOUNDARIES = dict(part.split("\n", 1) for part in MODEL.split("\n### ")[1:])
ROW = re.compile(r"^\| (?!promise \||---)(.*) \| (.*) \|$", re.MULTILINE)
CASE = re.compile(r"^(?:TEST|TEST_F|TEST_P|TYPED_TEST|RC_GTEST_PROP)\((\w+), (\w+)", re.MULTILINE)

# What takes part in the locale, or has more than linear work.
REFUSED = re.compile(
    r"\b(?:std::(?:regex|locale|isalpha|tolower|toupper|stoi|stol|stoul|stod|strto\w+)|setlocale|"
    r"strcasecmp|strncasecmp|sscanf|strtol|strtoul|strtod|atoi|strcoll|istringstream|ostringstream|"
    r"stringstream)\b"
)
FOLDERS = ("src", "translators", "carriers", "bindings", "include/baton")


def is_built(path):
    """Whether a file of meson.build names the source, also without `_test.cpp` or `test_….py`."""
    name = re.sub("^test_|_test$", "", path.stem)
    for folder in path.parents:
        build = folder / "meson.build"
        if build.is_file():
            return re.search(rf"\b(?:test_)?{name}(?:_test)?\b", build.read_text("utf-8")) is not None
    return False


def known_tests():
    """The names of all tests, as the page names them."""
    known = set()
    for path in filter(is_built, (ROOT / "tests").rglob("*_test.cpp")):
        known |= {f"{suite}.{case}" for suite, case in CASE.findall(path.read_text("utf-8"))}
    for path in filter(is_built, (ROOT / "tests").rglob("test_*.py")):
        cases = re.findall(r"^    def (test_\w+)\(", path.read_text("utf-8"), re.MULTILINE)
        known |= {f"{path.stem}.{case}" for case in cases}
    known |= {f"fuzz_{path.stem}" for path in (ROOT / "fuzz").glob("*.dict")}
    for path in (ROOT / "tests").rglob("meson.build"):
        known |= set(re.findall(r"^ *test\(\n? *'([\w -]+)'", path.read_text("utf-8"), re.MULTILINE))
    for path in (ROOT / "tests" / "vectors").glob("*.json"):
        known |= set(re.findall(r'"name": "([\w-]+)"', path.read_text("utf-8")))
    return known


class Promises(unittest.TestCase):
    def test_name_tests_that_exist(self):
        known = known_tests()
        self.assertGreater(len(known), 1500)
        named = set()
        for boundary, text in BOUNDARIES.items():
            for promise, tests in ROW.findall(text):
                names = re.findall("`([^`]+)`", tests)
                with self.subTest(boundary, promise=promise):
                    self.assertEqual(tests, ", ".join(f"`{name}`" for name in names))
                    self.assertEqual([name for name in names if name not in known], [])
                    self.assertNotEqual(names, [])
                named.update(names)
        self.assertGreater(len(named), 120)

    def test_are_made_at_each_boundary(self):
        self.assertGreater(len(BOUNDARIES), 10)
        for boundary, text in BOUNDARIES.items():
            with self.subTest(boundary):
                self.assertTrue(text.startswith("\n*Other side:* "))
                self.assertIn("\n| promise | shown by |\n|---|---|\n| ", text)
                # No promise is outside of a table that is checked.
                self.assertEqual(len(ROW.findall(text)), text.count("\n|") - 2)

    def test_that_no_locale_and_no_regular_expression_takes_part(self):
        read = 0
        for folder in FOLDERS:
            for path in (ROOT / folder).rglob("*.[ch]pp"):
                if "testing" in path.parts:
                    continue
                read += 1
                self.assertEqual(REFUSED.findall(path.read_text("utf-8")), [], path)
        self.assertGreater(read, 200)


if __name__ == "__main__":
    unittest.main()
