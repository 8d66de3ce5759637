# SPDX-License-Identifier: Apache-2.0
import json
import unittest

from support import baton, main


def table(*arguments):
    """The letters of each pair of formats, and their meaning."""
    out = baton("losses", *arguments).out.decode()
    rows, legend = out.split("\n\n")
    columns, *lines = rows.splitlines()
    cells = {}
    for line in lines:
        name, *letters = line.split()
        for column, cell in zip(columns.split(), letters, strict=True):
            cells[name, column] = set(cell.strip("-"))
    return cells, dict(line.split(maxsplit=1) for line in legend.splitlines()[1:])


class Losses(unittest.TestCase):
    def test_no_format_loses_what_it_said_itself(self):
        cells, legend = table()
        formats = {name for name, _ in cells}
        self.assertGreaterEqual(len(formats), 10)
        self.assertEqual(len(cells), len(formats) ** 2)
        for (one, other), letters in cells.items():
            self.assertLessEqual(letters, legend.keys())
            if one == other:
                self.assertEqual(letters, set(), one)

    def test_what_only_some_can_say(self):
        cells, _ = table()
        for pair, letters in {
            ("tracecontext", "b3"): "rtx",
            ("tracecontext", "datadog"): "rt",
            ("datadog", "tracecontext"): "fa",
            ("b3", "tracecontext"): "fgdD",
            ("xray", "tracecontext"): "fa",
            ("xray", "gcp"): "",
            ("b3", "b3multi"): "",
            ("b3", "jaeger"): "fd",
            ("jaeger", "b3"): "bu",
            ("jaeger", "tracecontext"): "gDbu",
            ("tracecontext", "ottrace"): "hrtx",
            ("jaeger", "ottrace"): "hgDu",
            ("baggage", "jaeger"): "p",
            ("baggage", "tracecontext"): "bpu",
        }.items():
            self.assertEqual(cells[pair], set(letters), pair)

    def test_json_says_the_same(self):
        cells, _ = table()
        document = json.loads(baton("losses", "--json").out)
        for (one, other), letters in cells.items():
            self.assertEqual(len(document[one][other]), len(letters), (one, other))
        self.assertEqual(document["tracecontext"]["b3"], ["random", "tracestate", "datadog"])

    def test_some_formats_alone(self):
        cells, _ = table("--propagators=b3,tracecontext")
        self.assertEqual({name for name, _ in cells}, {"b3", "tracecontext"})


if __name__ == "__main__":
    main()
