# SPDX-License-Identifier: Apache-2.0
"""The page of evidence, from results made up here."""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest
from unittest import mock

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import report  # noqa: E402
import sections  # noqa: E402

FOUND = {
    "test": {
        "passed": 7, "failed": [], "skipped": ["build: a broker"], "vectors": 3, "laws": 2, "tries": 200,
        "executions": 1000, "shown": ["| a row"], "runs": {"build": {"programs": 2, "tests": 7}},
        "suites": {"core": 7}, "steps": [["0", "building"], ["75", "testing"]],
    },
    "mutation": {
        "folders": {"src/core": {"mutants": 12, "run": 10, "killed": 8, "by_time": 1, "by_waiting": 2,
                                 "by_memory": 1, "argued": 1, "survived": 1, "percent": 88.9, "goal": 95}},
        "survivors": [
            {"path": "src/core/ids.cpp", "line": 4, "function": "f", "change": "a → b", "argued": None},
            {"path": "src/core/ids.cpp", "line": 5, "function": "f", "change": "c → d", "argued": "the same"},
        ],
        "problems": [],
        "left_out": ["bindings/opentelemetry"],
        "sample": None,
    },
    "coverage": {
        "folders": {"src/core": {part: {"all": 11, "covered": 9, "argued": 1, "percent": 90.0, "goal": 98}
                                 for part in ("lines", "branches")}},
        "missing": [{"path": "src/core/ids.cpp", "line": 9, "kind": "true", "text": "a < b"}],
        "argued": [{"path": "src/core/ids.cpp", "line": 7, "kind": "line", "text": "f();", "reason": "no call"}],
        "problems": [],
        "left_out": ["bindings/opentelemetry"],
    },
    "fuzz": {
        "targets": [{"target": "hex", "executions": 1234567, "per_processor_second": 20000, "edges": 5, "features": 6,
                     "corpus_before": {"files": 2, "bytes": 30}, "corpus_after": {"files": 3, "bytes": 40},
                     "failed": False, "artifacts": []}],
        "executions": 1234567, "executions_of_all_runs": 7654321, "seconds_each": 60,
    },
    "lint": {
        "tidy": {"clang-tidy": "19.1", "checks": 300, "folders": ["src"], "sources": 90, "failed": 0},
        "c": {"gcc": "12.2", "cppcheck": "2.10", "sources": 9, "failed": 1},
    },
}  # fmt: skip
FOUND |= {name: FOUND["test"] for name in ("machines", "compilers")}


class PageTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        for name, found in FOUND.items():
            self.write(name, found)

    def write(self, name, found, **changed):
        stamp = {"commit": "abc", "ended": "2026-01-02 03:04", "seconds": 61, "status": 0} | changed
        (self.folder / f"{name}.json").write_text(json.dumps(found))
        (self.folder / f"{name}.stamp").write_text(json.dumps(stamp))

    def page(self, commit="abc"):
        recorded = {section.name: report.read(self.folder, section.name) for section in sections.SECTIONS}
        return report.page(recorded, commit, "Evidence")

    def test_a_whole_page(self):
        text, wrong = self.page()
        self.assertEqual(wrong, [])
        self.assertNotIn("not complete", text)
        for line in (
            "| Tests | 7 passed, 0 failed, 1 skipped | abc | 1 min 1 s |",
            "| build | 2 | 7 |",
            "- build: a broker",
            "| testing | 1 min 15 s |",
            "a row",
            "| Mutation | 8 of 9 mutants killed (88.9 %) | abc | 1 min 1 s |",
            "| src/core | 12 | 10 | 8 | 4 | 1 | 1 | 88.9 % | 95 % |",
            "- src/core/ids.cpp:4 `a → b`",
            "- the same: src/core/ids.cpp:5 `c → d`",
            "| Coverage | 90.0 % of lines, 90.0 % of branches | abc | 1 min 1 s |",
            "- src/core/ids.cpp:9 never true `a < b`",
            "- no call: src/core/ids.cpp:7 `f();`",
            "Not built here, so not mutated: bindings/opentelemetry.",
            "Not built here, so not measured: bindings/opentelemetry.",
            "| Fuzzing | 1 targets, 1,234,567 runs, 7,654,321 in all | abc | 1 min 1 s |",
            "| hex | 1,234,567 | 20,000 | 5 | 6 | 2 | 30 | 3 | 40 | 0 |",
            "| Other machines | 7 passed, 0 failed, 1 skipped | abc | 1 min 1 s |",
            "| Static analysis | 99 sources, 1 with findings | abc | 1 min 1 s |",
            "| clang-tidy, 300 checks, of src | 19.1 | 90 | 0 |",
        ):
            self.assertIn(line, text.splitlines())

    def test_what_is_missing(self):
        (self.folder / "coverage.stamp").unlink()
        text, wrong = self.page()
        self.assertEqual(wrong, ["./dev coverage has no result"])
        self.assertIn("- ./dev coverage has no result", text.splitlines())
        self.assertIn("| Coverage | not measured |  |  |", text.splitlines())

    def test_a_result_of_another_commit(self):
        self.write("test", FOUND["test"], commit="def")
        self.assertEqual(self.page()[1], ["./dev test was run on commit def"])

    def page_after(self, changed):
        with mock.patch.object(report, "changed_between", return_value=changed):
            return self.page("def")[1]

    def test_a_result_before_changes_that_matter(self):
        before = "was run on commit abc, before changes of"
        self.assertEqual(self.page_after({"docs/kafka.md"}), [f"./dev test {before} docs"])
        wrong = self.page_after({"bench/chain.cpp", "README.md"})
        self.assertIn(f"./dev mutate {before} bench", wrong)
        self.assertFalse([line for line in wrong if line.startswith("./dev fuzz")])
        for path in ("src/core/ids.cpp", "tests/laws/hex_test.cpp", "docs.py"):
            self.assertIn(f"./dev fuzz {before} {path.partition('/')[0]}", self.page_after({path}))

    def test_a_result_before_new_arguments(self):
        for name, command in (("argued", "mutate"), ("argued_coverage", "coverage")):
            wrong = self.page_after({f"tests/mutation/{name}.txt"})
            self.assertEqual([line.split(" was ")[0] for line in wrong], ["./dev test", f"./dev {command}"])

    def test_what_changed_between_commits(self):
        with tempfile.TemporaryDirectory() as folder, mock.patch.object(report, "ROOT", folder):
            def git(*words):
                command = ["git", "-C", folder, "-c", "user.name=a", "-c", "user.email=a@example.org", *words]
                return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

            def commit(name):
                place = pathlib.Path(folder, name)
                place.parent.mkdir(exist_ok=True)
                place.touch()
                git("add", name)
                git("commit", "-q", "-m", name)
                return git("rev-parse", "HEAD")

            git("init", "-q")
            first, _, last = commit("README.md"), commit("src/core.cpp"), commit("dev")
            self.assertEqual(report.changed_between(first, last), {"src/core.cpp", "dev"})
            pathlib.Path(folder, "docs").mkdir()
            git("mv", "src/core.cpp", "docs/core.cpp")
            git("commit", "-q", "-m", "move")
            self.assertEqual(report.changed_between(last, git("rev-parse", "HEAD")), {"src/core.cpp", "docs/core.cpp"})
            self.assertIsNone(report.changed_between(first, "0123456789abcdef"))

    def test_changed_sources(self):
        for name, found in FOUND.items():
            self.write(name, found, commit="abc-dirty")
        self.assertEqual(self.page("abc-dirty")[1], ["commit abc-dirty does not say which sources these are"])

    def test_problems_of_arguments(self):
        self.write("mutation", FOUND["mutation"] | {"problems": ["argued.txt:3: no such mutant"]})
        self.assertIn("- argued.txt:3: no such mutant", self.page()[0].splitlines())

    def test_a_sample_of_mutants(self):
        self.write("mutation", FOUND["mutation"] | {"sample": 1500})
        text, wrong = self.page()
        self.assertIn("| Mutation | 8 of a sample of 9 mutants killed (88.9 %) |", text)
        self.assertEqual(wrong, [])

    def test_a_part_is_not_the_whole(self):
        self.write("mutation", FOUND["mutation"] | {"sample": 1499})
        self.write("fuzz", FOUND["fuzz"] | {"seconds_each": 59})
        self.assertEqual(self.page()[1], ["./dev mutate has run a sample of 1499 mutants only",
                                          "./dev fuzz has run each target for 59 s only"])

    def test_a_command_that_failed(self):
        self.write("mutation", FOUND["mutation"], status=1)
        self.assertEqual(self.page()[1], ["./dev mutate ended with status 1"])

    def test_the_exit_status(self):
        asked = [sys.executable, "-B", HERE / "report.py", self.folder, "--commit"]
        whole = subprocess.run([*asked, "abc"], capture_output=True, text=True, check=False)
        self.assertEqual((whole.returncode, whole.stderr), (0, ""))
        other = subprocess.run([*asked, "def"], capture_output=True, text=True, check=False)
        self.assertEqual(other.returncode, 1)
        self.assertIn("report: ./dev test was run on commit abc", other.stderr.splitlines())

    def test_what_must_run_first(self):
        (self.folder / "lint.json").unlink()
        every = [section.command + section.options for section in sections.SECTIONS]
        self.assertIn("./dev mutate --sample 1500", every)
        for commit, commands in [("abc", ["./dev lint"]), ("def", every), ("abc-dirty", every)]:
            asked = [sys.executable, "-B", HERE / "report.py", self.folder, "--commit", commit, "--outdated"]
            said = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
            self.assertEqual(said.splitlines(), commands)

    def test_bars_do_not_split_cells(self):
        self.assertIn("| a \\|\\| b |", report.table(["change"], [["a || b"]]))

    def test_long_times(self):
        self.assertEqual(report.duration(59), "0 min 59 s")
        self.assertEqual(report.duration(7380), "2 h 3 min")


if __name__ == "__main__":
    unittest.main()
