# SPDX-License-Identifier: Apache-2.0
"""What README.md claims is what the pages say: figures, formats, how to install."""

import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")
PERFORMANCE = (ROOT / "docs" / "performance.md").read_text("utf-8")
INSTALL = (ROOT / "docs" / "install.md").read_text("utf-8")

ROWS = {
    "reading traceparent, tracestate and baggage": "extract: traceparent, tracestate (2), baggage (3)",
    "a request: read, make current, write": "request: extract, attach, inject into a new map",
}


def measured(row):
    """Our nanoseconds, and how often as long opentelemetry-cpp takes: with and without std::regex."""
    line = re.search(rf"^{re.escape(row)} +(.*)$", PERFORMANCE, re.MULTILINE)[1].split()
    return float(line[0]), float(line[4].rstrip("x")), float(line[5].rstrip("x"))


class Readme(unittest.TestCase):
    def test_has_the_figures_that_were_measured(self):
        for claim, row in ROWS.items():
            nanoseconds, peer, without_regex = measured(row)
            self.assertRegex(
                README,
                rf"\| {re.escape(claim)} \| {nanoseconds:.0f} ns[^|]*"
                rf"\| {peer:.1f} times as long; {without_regex:.1f} times without `std::regex` \|",
            )

    def test_has_the_first_screen(self):
        screen = "\n".join(README.splitlines()[:70])
        for part in ("It is neither a tracer", "## Why not opentelemetry-cpp", "## Install", "```cpp"):
            self.assertIn(part, screen)

    def test_installs_as_the_page_does(self):
        block = re.search(r"^```cmake\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)[1]
        for line in block.splitlines():
            self.assertIn(re.sub(" *#.*", "", line), INSTALL)
        named = re.search(r"`BATON_COMPONENTS` adds (.*?)\.\s", README, re.DOTALL)[1]
        components = re.findall(r"`(\w+)`", named)
        self.assertEqual({"baton", *components}, set(re.findall(r"`baton::(\w+)` \|", INSTALL)))

    def test_leads_to_every_page(self):
        for page in ROOT.glob("docs/*.md"):
            self.assertIn(f"(docs/{page.name}", README, page.name)


if __name__ == "__main__":
    unittest.main()
