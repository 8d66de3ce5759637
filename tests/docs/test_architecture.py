# SPDX-License-Identifier: Apache-2.0
"""Compares docs/architecture.md to the tree: its files exist, and contain what it names."""

import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")


class Architecture(unittest.TestCase):
    def test_names_files_that_exist(self):
        paths = re.findall(r"`((?:include|src|carriers|translators|tests)/[\w/.]+)`", PAGE)
        self.assertGreater(len(paths), 20)
        for path in paths:
            self.assertTrue((ROOT / path).exists(), path)

    def test_a_function_is_in_the_file_named_behind_it(self):
        pairs = re.findall(r"`([\w:]+)`\s+\(`([\w/.]+)`[,)]", PAGE)
        self.assertGreater(len(pairs), 10)
        for function, path in pairs:
            name = function.split("::")[-1]
            self.assertRegex((ROOT / path).read_text(), rf"\b{name}\b", f"{function} in {path}")

    def test_has_a_row_for_each_folder(self):
        build = (ROOT / "meson.build").read_text(encoding="utf-8")
        folders = set(re.findall(r"^subdir\('(\w+)", build, re.MULTILINE)) | {"include"}
        self.assertGreater(len(folders), 8)
        for folder in folders:
            self.assertIn(f"`{folder}/", PAGE, folder)


if __name__ == "__main__":
    unittest.main()
