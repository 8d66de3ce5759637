# SPDX-License-Identifier: Apache-2.0
"""bench/peers/compare.py, with programs that pretend to propagate."""

import os
import pathlib
import re
import sys
import tempfile
import unittest
import unittest.mock

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
ROWS = ROOT / "bench" / "peers" / "rows.txt"
PAGE = (ROOT / "docs" / "performance.md").read_text("utf-8")
sys.path.insert(0, str(ROWS.parent))

import compare  # noqa: E402

# Answers with the fields of the request; a change of them may be added.
PROGRAM = """
import sys
rows = [paragraph.splitlines()[1:] for paragraph in open(sys.argv[1]).read().split("\\n\\n")[1:]]
for line in sys.stdin:
    row, count = map(int, line.split())
    for _ in range(count):
        sum(range(1000))
    fields = dict(field.split(": ", 1) for field in rows[row])
    {change}
    print("\\t".join(": ".join(field) for field in fields.items()), flush=True)
"""


def program(change="pass"):
    return [sys.executable, "-c", PROGRAM.format(change=change)]


@unittest.mock.patch.object(compare, "BATCH", 1e6)
class Compare(unittest.TestCase):
    def compare(self, **changes):
        commands = {"Baton": program()}
        commands.update((name, program(change)) for name, change in changes.items())
        return compare.compare(commands, ROWS, rounds=1)

    def test_measures_each_operation_of_each_program(self):
        results = self.compare(other="pass")
        titles = [title for title, _ in compare.read_rows(ROWS)]
        self.assertEqual([title for title, _ in results], titles)
        for title, times in results:
            self.assertEqual(list(times), ["Baton", "other"], title)
            self.assertGreater(min(times.values()), 0, title)

    def test_refuses_a_program_that_reads_less(self):
        for change in ["fields.pop('baggage', None)",
                       "fields['traceparent'] = fields.get('traceparent', '').upper()",
                       "fields['tracestate'] = fields.get('tracestate', '').split(',')[0]",
                       "fields['baggage'] = fields.get('baggage', '').replace('alice', 'bob')"]:
            with self.subTest(change):
                with self.assertRaisesRegex(compare.Wrong, "extract: .*: other says"):
                    self.compare(other=change)

    def test_refuses_baton_as_well(self):
        with self.assertRaisesRegex(compare.Wrong, "Baton says"):
            compare.compare({"Baton": program("fields.clear()")}, ROWS, rounds=1)

    def test_accepts_baggage_in_any_order_and_a_plus_for_a_space(self):
        self.compare(other="fields['baggage'] = ','.join(reversed(fields.get('baggage', '')"
                           ".replace('%20', '+').split(',')))")

    def test_a_program_need_not_do_everything(self):
        results = self.compare(other="if row == 1: print('-', flush=True); continue")
        self.assertEqual([list(times) for _, times in results].count(["Baton"]), 1)
        line = list(compare.table(["Baton", "other"], results))[2]
        self.assertRegex(line, r"^extract: traceparent alone .* -$")

    def test_a_program_that_ends_is_an_error(self):
        with self.assertRaisesRegex(compare.Wrong, "other ends in row 3"):
            self.compare(other="if row == 3: sys.exit()")


class Results(unittest.TestCase):
    RESULTS = [("one", {"Baton": 100.0, "Go": 250.0}), ("two", {"Baton": 40.0})]

    def test_the_fastest_round_counts(self):
        other = compare.Program.__new__(compare.Program)
        other.counts, other.least = {0: 10}, {}
        other.time = unittest.mock.Mock(side_effect=[300, 100, 200])
        for _ in range(3):
            other.measure(0)
        self.assertEqual(other.least, {0: 10.0})

    def test_a_ratio_is_the_time_beside_that_of_baton(self):
        _, one, two = compare.table(["Baton", "Go"], self.RESULTS)
        self.assertEqual(one.split(), ["one", "100.0", "2.50x"])
        self.assertEqual(two.split(), ["two", "40.0", "-"])

    def test_the_document_says_the_same(self):
        document = compare.document({"Baton": "", "Go": "1.2"}, {"Rust": "why"}, self.RESULTS)
        self.assertEqual(document["versions"]["Go"], "1.2")
        self.assertEqual(document["skipped"], {"Rust": "why"})
        self.assertEqual(document["rows"][0]["ratios"], {"Baton": 1.0, "Go": 2.5})
        self.assertEqual(document["rows"][1]["nanoseconds"], {"Baton": 40.0})


class Toolchains(unittest.TestCase):
    """A peer that cannot be built is skipped, and it is said why."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        path = unittest.mock.patch.dict(os.environ, {"PATH": f"{folder.name}:/bin"})
        path.start()
        self.addCleanup(path.stop)

    def install(self, tool, script):
        (self.folder / tool).write_text(f"#!/bin/sh\n{script}\n", "ascii")
        (self.folder / tool).chmod(0o755)

    def why(self, peer):
        with self.assertRaises(compare.Skipped) as raised:
            peer()
        return str(raised.exception)

    def test_there_is_none(self):
        with unittest.mock.patch("shutil.which", return_value=None):
            self.assertRegex(self.why(compare.go), r"^needs go >= 1\.\d+\.\d+, and finds none$")
            self.assertRegex(self.why(compare.rust), r"^needs cargo >= 1\.\d+, and finds none$")

    def test_it_is_too_old(self):
        self.install("go", "echo go version go1.19.8 linux/amd64")
        self.assertRegex(self.why(compare.go), r"^needs go >= .*finds: go version go1\.19\.8")
        self.install("cargo", "echo cargo 1.65.0")
        self.assertRegex(self.why(compare.rust), r"^needs cargo >= .*finds: cargo 1\.65\.0")

    def test_it_cannot_build(self):
        self.install("go", """case $1 in
            version) echo go version go9.9.9 ;;
            *) echo no net >&2; exit 1 ;;
          esac""")
        self.assertEqual(self.why(compare.go), "does not build: no net")

    def test_the_page_names_the_versions(self):
        self.install("go", "echo go version go9.9.9")
        self.install("cargo", "echo cargo 9.9.9")
        for name, peer in (("Go", compare.go), ("Rust", compare.rust)):
            _, version = peer()
            self.assertIn(f"{name} ({version})", PAGE)

    def test_python_is_that_of_the_tests(self):
        with unittest.mock.patch.object(compare, "BUILD", self.folder):
            self.assertIn("./dev", self.why(compare.python))
            (self.folder / "python" / "bin").mkdir(parents=True)
            (self.folder / "python" / "bin" / "python").touch()
            _, version = compare.python()
        requirements = (ROOT / "tests" / "requirements.txt").read_text("utf-8")
        self.assertIn(f"opentelemetry-api=={version}\n", requirements)
        self.assertIn(f"Python ({version})", PAGE)


class Rows(unittest.TestCase):
    def test_have_what_their_titles_say(self):
        rows = {title.split(": ", 1)[1]: said for title, said in compare.read_rows(ROWS)}
        full = rows["traceparent, tracestate (2), baggage (3)"]
        self.assertEqual((full["tracestate"].count("="), len(full["baggage"])), (2, 3))
        self.assertEqual(rows["the first three, over themselves"], full)
        self.assertEqual(rows["extract, attach, inject into a new map"], full)
        self.assertEqual(rows["traceparent alone"], {**full, "tracestate": "", "baggage": {}})
        self.assertFalse(any(rows["nothing there"].values()))
        self.assertEqual(rows["traceparent, tracestate (32)"]["tracestate"].count("="), 32)
        self.assertEqual(len(rows["baggage (64)"]["baggage"]), 64)
        self.assertEqual(rows["baggage (64), and each value"], rows["baggage (64)"])

    def test_are_those_of_the_page(self):
        section = PAGE.split("## Beside others", 1)[1].split("## ", 1)[0]
        titles = re.findall(r"^(\w+: .*?)  ", section, re.MULTILINE)
        self.assertEqual(titles, [title for title, _ in compare.read_rows(ROWS)])


if __name__ == "__main__":
    unittest.main()
