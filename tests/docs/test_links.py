# SPDX-License-Identifier: Apache-2.0
"""Every link of a page to a file of the tree, or to a heading, has a target."""

import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("tests/**/*.md")]


def prose_of(page):
    return re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.M | re.S)


def anchors_of(page):
    headings = re.findall(r"^#+ (.*)$", prose_of(page), re.M)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


class Links(unittest.TestCase):
    def test_lead_somewhere(self):
        count = 0
        for page in PAGES:
            for path, anchor in re.findall(r"\]\(([\w./-]*)(?:#([\w-]+))?\)", prose_of(page)):
                target = page.parent / path if path else page
                self.assertTrue(target.exists(), f"{page}: {path}")
                if anchor:
                    self.assertIn(anchor, anchors_of(target), f"{page}: {path}#{anchor}")
                count += 1
        self.assertGreater(count, 60)


if __name__ == "__main__":
    unittest.main()
