# SPDX-License-Identifier: Apache-2.0
"""Holds docs/adding-a-format.md to the tree: its table has what every format has, and no less."""

import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PAGE = (ROOT / "docs" / "adding-a-format.md").read_text(encoding="utf-8")
FILES = re.findall(r"^\| `([\w/.-]+)` \|", PAGE, re.MULTILINE)

# Each source of a format, and the formats in it.
BUILD = (ROOT / "translators" / "meson.build").read_text(encoding="utf-8")
SOURCES = {
    source: re.findall(r"'([\w-]+)'", formats)
    for source, formats in re.findall(r"'(\w+)': (\[.*\])", BUILD)
}

# They name all formats without being lists of them: what was measured or is shown, and tests that
# choose formats for what these can say.
NO_LISTS = {
    "docs/performance.md",
    "docs/security.md",
    "tests/bindings/nginx/test_configuration.py",
    "tests/bindings/nginx/test_memory.py",
    "tests/bindings/nginx/test_vectors.py",
    "tests/carriers/environment/environment_test.cpp",
    "tests/core/allocation_test.cpp",
    "tests/tools/test_hostile.py",
    "tests/vectors/chain.json",
}


class AddingAFormat(unittest.TestCase):
    def test_every_format_has_every_file(self):
        self.assertGreater(len(FILES), 8)
        self.assertGreater(len(SOURCES), 6)
        for file in FILES:
            for source, formats in SOURCES.items():
                names = formats if "vectors" in file else [source]
                for name in names:
                    path = ROOT / file.replace("NAME", name)
                    self.assertTrue(path.is_file(), path)

    def test_every_file_of_a_format_is_listed(self):
        for source in set(SOURCES) - {"b3", "datadog"}:  # these have files of their own beside
            found = {
                str(path.relative_to(ROOT)).replace(source, "NAME")
                for path in self.files()
                if path.stem == source
            }
            self.assertEqual(found, {file for file in FILES if "NAME" in file}, source)

    def test_every_list_of_formats_is_listed(self):
        lists = set()
        for path in self.files():
            text = path.read_bytes().decode(errors="replace").lower()
            if all(re.search(rf"(?:\b|_){source}", text) for source in SOURCES):
                lists.add(str(path.relative_to(ROOT)))
        self.assertEqual(lists - NO_LISTS, {file for file in FILES if "NAME" not in file})

    def test_shows_the_traits_as_they_are(self):
        block = re.search(r"```cpp\n(constinit.*?)```", PAGE, re.DOTALL).group(1)
        self.assertIn(block, (ROOT / "translators" / "gcp.cpp").read_text(encoding="utf-8"))

    @staticmethod
    def files():
        for folder in ("docs", "fuzz", "include", "src", "testing", "tests", "tools", "translators"):
            for path in (ROOT / folder).rglob("*.*"):
                if path.is_file() and "corpus" not in path.parts and "__pycache__" not in path.parts:
                    yield path


if __name__ == "__main__":
    unittest.main()
