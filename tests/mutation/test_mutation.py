# SPDX-License-Identifier: Apache-2.0
"""Tests of the mutation tool itself, on a source of a few lines."""

import dataclasses
import pathlib
import signal
import subprocess
import sys
import tempfile
import types
import unittest
import unittest.mock

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from needed_modules import run_again_or_skip

try:
    import mutants
except ImportError as error:
    run_again_or_skip("python3-clang-19", error)

import argued
import coverage
import folders
import programs
import rewrite
import runs
import tree

HERE = pathlib.Path(__file__).resolve().parent

SOURCE = """\
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>
#define TWICE(x) ((x) + (x))
static_assert(sizeof(int) > 2);
constexpr int limit = 3 + 4;
static int calls = 0;
static void called() { ++calls; }
struct Error { int code = 0; };
static Error check(int a) {
  if (a < limit) return {1};
  return {2};
}
template <typename T>
constexpr bool both(T a, T b) { return a && !b; }
static int run(int a, int b) {
  std::vector<int> list;
  list.reserve(4);
  if (a > b)
    called();
  else
    calls += 5;
  for (int i = 0; i != 2; ++i) { list.push_back(i * b); }  // a comment
#ifndef NDEBUG
  calls = 0;
#endif
  return TWICE(list[1]) + static_cast<int>(list.size()) + calls + check(a).code + both(a == 1, b == 2);
}
int main(int, char** words) {
  std::printf("%d\\n", run(std::atoi(words[1]), std::atoi(words[2])));
}
"""


def found(text):
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "source.cpp").write_text(text)
        (pathlib.Path(folder) / "beside.h").write_text("static inline int beside(void) { return 3 * 4; }\n")
        its, errors = mutants.find(pathlib.Path(folder), "source.cpp", ["-std=c++20"])
    assert not errors, errors
    for number, mutant in enumerate(its, start=1):
        mutant.number = number
    return its


class FinderTest(unittest.TestCase):
    def setUp(self):
        self.found = found(SOURCE)
        self.changes = [mutant.change for mutant in self.found]

    def test_what_is_included_has_no_mutants(self):
        self.assertEqual(found('extern "C" {\n#include "beside.h"\n}\n'), [])

    def test_each_kind_of_change_is_found(self):
        for change in [
            "a > b → a >= b",
            "a > b → a <= b",
            "a < limit → a <= limit",
            "i != 2 → i == 2",
            "a && !b → a",
            "a && !b → !b",
            "!b → b",
            "i * b → i / b",
            "++i → --i",
            "called() → (removed)",
            "calls += 5 → calls -= 5",
            "calls += 5 → (removed)",
            "list.push_back(i * b) → (removed)",
            "return {1} → return {}",
            "5 → 5 + 1",
            "5 → 5 - 1",
        ]:
            self.assertIn(change, self.changes)

    def test_what_cannot_be_found_is_left_out(self):
        for part in ["sizeof", "reserve", "limit = ", "3 + 4", "(x)", "calls = 0", "static_assert"]:
            self.assertFalse([change for change in self.changes if part in change.partition("→")[0]], part)

    def test_each_key_is_unique(self):
        keys = [mutant.key for mutant in self.found]
        self.assertEqual(len(set(keys)), len(keys))
        self.assertEqual({mutant.function for mutant in found("struct A { bool b(int x) { return x == 1; } };")}, {"A::b"})


class RewriteTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.found = found(SOURCE)
        cls.written = rewrite.rewrite(SOURCE, cls.found)
        cls.folder = tempfile.TemporaryDirectory()
        source = pathlib.Path(cls.folder.name) / "source.cpp"
        source.write_text(cls.written)
        cls.program = pathlib.Path(cls.folder.name) / "program"
        command = ["clang++-19", "-std=c++20", "-w", "-DNDEBUG", "-include", HERE / "mutant.hpp", source, "-o", cls.program]
        subprocess.run(command, check=True)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def run_with(self, change, a, b):
        number = next((mutant.number for mutant in self.found if mutant.change == change), 0)
        self.assertEqual(number == 0, change == "")
        environment = {"BATON_MUTANT": str(number)} if number else {}
        done = subprocess.run([self.program, str(a), str(b)], env=environment, capture_output=True, check=True, timeout=10)
        return int(done.stdout)

    def test_no_line_is_added(self):
        self.assertEqual(self.written.count("\n"), SOURCE.count("\n"))

    def test_without_a_mutant_nothing_changes(self):
        self.assertEqual(self.run_with("", 4, 3), 3 + 3 + 2 + 1 + 1)

    def test_each_change_is_made(self):
        self.assertEqual(self.run_with("a > b → a <= b", 4, 3), 10 + 4)
        self.assertEqual(self.run_with("called() → (removed)", 4, 3), 10 - 1)
        self.assertEqual(self.run_with("calls += 5 → calls -= 5", 1, 3), 6 + 2 - 5 + 1 + 1)
        self.assertEqual(self.run_with("5 → 5 + 1", 1, 3), 6 + 2 + 6 + 1 + 1)
        self.assertEqual(self.run_with("return {1} → return {}", 4, 3), 10 - 1)
        self.assertEqual(self.run_with("a < limit → a <= limit", 7, 3), 6 + 2 + 1 + 1)

    def test_else_belongs_to_its_if(self):
        self.assertEqual(self.run_with("called() → (removed)", 1, 3), 6 + 2 + 5 + 1 + 1)


class TreeTest(unittest.TestCase):
    def test_a_source_without_mutants_is_that_of_the_project(self):
        path = "src/core/random.hpp"
        with tempfile.TemporaryDirectory() as folder:
            its = tree.Tree(pathlib.Path(folder))
            its.write(path, b"with mutants of an older text")
            its.instrument([path], [])
            self.assertEqual((its.copy / path).read_bytes(), (folders.ROOT / path).read_bytes())

    def test_a_program_that_a_script_gets_as_a_variable_counts(self):
        with tempfile.TemporaryDirectory() as folder:
            its = tree.Tree(pathlib.Path(folder))
            program = pathlib.Path(folder) / "program"
            program.write_text("one")
            script = runs.Test("script", ["/usr/bin/python3", "script.py"], {"PROGRAM": str(program)}, folder, [])
            before = runs.digests_of(its, [script])
            self.assertEqual(runs.digests_of(its, [script]), before)
            program.write_text("other")
            self.assertNotEqual(runs.digests_of(its, [script]), before)


class RunTest(unittest.TestCase):
    def made(self, script="true", seen=(7,), suite="core"):
        return runs.Test("a test", ["sh", "-c", script], {}, "/", [suite], seen=frozenset(seen))

    mutant = mutants.Mutant("src/core/a.cpp", 1, 1, "f", 0, 1, "value", "a", "b", 7)

    def kill(self, *tests, known=None):
        return runs.Killer(tests, known or {}).fate(self.mutant)

    def test_a_failing_test_kills(self):
        self.assertEqual(self.kill(self.made('test "$BATON_MUTANT" != 7')), "a test")
        self.assertEqual(self.kill(self.made("true"), self.made("kill -SEGV $$")), "a test")

    @unittest.mock.patch.object(programs, "WAITING", 1)
    def test_a_test_that_sleeps_without_an_end_kills(self):
        self.assertEqual(self.kill(self.made("sleep 60")), "a test (waiting)")

    def test_no_test_sleeps_for_long(self):
        with unittest.mock.patch.object(programs, "LONGEST", 1):
            self.assertEqual(self.kill(self.made("sleep 60")), "a test (waiting)")

    def test_a_test_that_works_without_an_end_kills(self):
        self.assertEqual(self.kill(self.made("while :; do :; done")), "a test (time)")

    def test_what_killed_the_last_time_is_tried_before_what_is_not_much_quicker(self):
        quick, slow = self.made("false"), self.made("false")
        slow.name, slow.seconds = "slow", 5
        for seconds, first in ((1, "a test"), (2, "slow")):
            quick.seconds = seconds
            self.assertEqual(self.kill(slow, quick), "a test")
            self.assertEqual(self.kill(slow, quick, known={"src/core/a.cpp|f|a → b": "slow"}), first)

    def test_the_nearest_cases_of_a_program_run_first_and_apart(self):
        def case(name, others, seconds=0):
            return dataclasses.replace(self.made(seen=range(7, 8 + others)), case=name, seconds=seconds)

        near = [case(f"A.{others}", others) for others in range(runs.NEAREST)]
        slow = [case(f"A.{seconds}s", 0, seconds) for seconds in (runs.LOAD + 1, 2, 1)]
        killer = runs.Killer([*slow, case("A.far", runs.NEAREST, seconds=0.01), *near], {})
        passed = programs.Outcome("exit", 0, 0)
        with unittest.mock.patch.object(killer, "run", return_value=passed) as run:
            self.assertEqual(killer.fate(self.mutant), "")
        ran = [[part.case for part in call.args[0]] for call in run.call_args_list]
        self.assertEqual(ran, [[part.case for part in near], ["A.far"], ["A.1s"], ["A.2s"]])

    def test_fates_are_recalled_until_something_changes(self):
        killed, waited, survived = ({"fate": fate, "state": "same"} for fate in ("core", "core (waiting)", ""))
        self.assertTrue(runs.is_settled(killed, "other"))
        self.assertFalse(runs.is_settled(waited, "same"))
        self.assertTrue(runs.is_settled(survived, "same"))
        self.assertFalse(runs.is_settled(survived, "other"))

    def test_a_passing_test_does_not(self):
        self.assertEqual(self.kill(self.made('test "$BATON_MUTANT" = 7')), "")

    def test_only_tests_that_come_there_run(self):
        self.assertIsNone(self.kill(self.made("false", seen=(8,))))

    def test_only_tests_about_its_folder_kill(self):
        self.assertIsNone(self.kill(self.made("false", suite="kafka")))


SERVED = """\
#include <cstdlib>
#include <cstring>
#include <vector>
#include <unistd.h>
int main() {
  if (std::strcmp(getenv("GTEST_FILTER"), "A.b:C.d") != 0) return 99;
  if (baton_mutation::on<8>()) return 3;
  if (baton_mutation::on<9>()) abort();
  if (baton_mutation::on<10>()) for (;;) {}
  if (baton_mutation::on<11>()) sleep(60);
  if (baton_mutation::on<12>()) {
    for (int i = 0; i < 100; ++i) std::memset(malloc(1 << 20), 1, 1 << 20);
    for (;;) {}
  }
}
"""


class ServerTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        source = pathlib.Path(cls.folder.name) / "served.cpp"
        source.write_text(SERVED)
        program = pathlib.Path(cls.folder.name) / "served"
        subprocess.run(["clang++-19", "-std=c++20", "-include", HERE / "mutant.hpp", source, "-o", program], check=True)
        cls.test = runs.Test("a test", [program], {}, "/", ["core"])

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def setUp(self):
        self.server = programs.Server(self.test)
        self.addCleanup(self.server.close)

    def outcome(self, number, seconds=1):
        outcome = self.server.run(number, ["A.b", "C.d"], seconds)
        return outcome.how, outcome.code

    def test_it_says_how_each_child_ended(self):
        self.assertEqual(self.outcome(7), ("exit", 0))
        self.assertEqual(self.outcome(8), ("exit", 3))
        self.assertEqual(self.outcome(9), ("signal", signal.SIGABRT))
        self.assertEqual(self.outcome(7), ("exit", 0))

    def test_no_child_works_without_an_end(self):
        self.assertEqual(self.outcome(10)[0], "time")

    @unittest.mock.patch.object(programs, "MEGABYTES", 50)
    def test_no_child_grows_without_an_end(self):
        self.assertEqual(self.outcome(12, 5)[0], "memory")

    @unittest.mock.patch.object(programs, "WAITING", 1)
    def test_no_child_sleeps_without_an_end(self):
        self.assertEqual(self.outcome(11)[0], "waiting")

    def test_it_notes_which_places_a_child_came_to(self):
        with tempfile.NamedTemporaryFile() as file:
            file.truncate(runs.MAX_MUTANTS)
            server = programs.Server(self.test, file.name)
            server.run(10, ["A.b", "C.d"], 1)
            server.close()
            seen = pathlib.Path(file.name).read_bytes()
        self.assertEqual([number for number, byte in enumerate(seen) if byte], [8, 9, 10])


COVERED = """\
static int never() {
  return 7;
}
int main(int count, char**) {
  if (count > 9)
    return never();
  return count > 2 ? 77 : 0;
}
"""


class CoverageTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.build = types.SimpleNamespace(objects=pathlib.Path(cls.folder.name))
        source = cls.build.objects / "source.cpp"
        source.write_text(COVERED)
        cls.program = str(cls.build.objects / "program")
        subprocess.run(["clang++-19", *coverage.FLAGS.split(), source, "-o", cls.program], check=True)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def profile_of(self, *commands):
        return coverage.run_tests(self.build, [runs.Test("a test", command, {}, "/", ["core"]) for command in commands], 2)

    def test_what_all_tests_come_to_together_is_covered(self):
        profile = self.profile_of([self.program], [self.program, "1", "2"])
        lines = {line: count > 0 for (_, line), count in coverage.read_lines(profile, [self.program]).items()}
        self.assertEqual([line for line, is_covered in lines.items() if not is_covered], [1, 2, 3, 6])
        branches = {key[1]: sides for key, sides in coverage.read_branches(profile, [self.program]).items()}
        self.assertEqual(branches, {5: (False, True), 7: (True, True)})

    def test_what_one_program_uses_and_another_does_not_is_covered(self):
        source = self.build.objects / "shared.cpp"
        source.write_text("inline int twice(int x) {\n  return x ? 2 * x : 0;\n}\nint main() { return RESULT; }\n")
        programs = []
        for result in ("0", "twice(0)"):
            programs.append(str(self.build.objects / f"program of {result}"))
            command = ["clang++-19", *coverage.FLAGS.split(), f"-DRESULT={result}", source, "-o", programs[-1]]
            subprocess.run(command, check=True)
        profile = self.profile_of(*([program] for program in programs))
        self.assertNotIn(0, coverage.read_lines(profile, programs).values())
        self.assertEqual(list(coverage.read_branches(profile, programs).values()), [(False, True)])

    def test_a_test_that_fails_gives_no_result(self):
        for failing in ([self.program, *"123456789"], ["sh", "-c", "kill -SEGV $$"]):
            with self.assertRaises(folders.Broken):
                self.profile_of([self.program], failing)

    def test_folders_of_which_nothing_is_compiled_are_named(self):
        places = [("src/core/ids.cpp", 9, "line", "f();", False)]
        paths = {"src/core/ids.cpp", "src/core/log.cpp", "include/baton/bindings/opentelemetry/tracer.hpp"}
        self.assertEqual(coverage.left_out_of(places, paths), ["include/baton/bindings/opentelemetry"])

    def test_what_is_argued_has_its_reason(self):
        places = [("a.cpp", 9, "true", "x", False), ("a.cpp", 9, "false", "x", False), ("a.cpp", 9, "line", "x", True)]
        entries = {("a.cpp", kind, "x"): argued.Entry("argued.txt:1", "", "why") for kind in ("true", "line")}
        wanted = {"path": "a.cpp", "line": 9, "kind": "true", "text": "x", "reason": "why"}
        self.assertEqual(coverage.argued_of(places, entries), [wanted])


class ArguedTest(unittest.TestCase):
    def read(self, text):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "argued.txt"
            file.write_text(text)
            return argued.read(file)

    def test_an_entry_has_a_reason(self):
        entries, problems = self.read("# a comment\n\na.cpp | f | x || y → x | why\n")
        self.assertEqual(list(entries), [("a.cpp", "f", "x || y → x")])
        self.assertEqual(problems, [])
        self.assertEqual(len(self.read("a.cpp | f | x → y\n")[1]), 1)

    def test_an_entry_that_is_listed_twice_is_an_error(self):
        self.assertEqual(len(self.read("a.cpp | f | x → y | why\na.cpp | f | x → y | again\n")[1]), 1)

    def test_the_list_cannot_rot(self):
        entries, _ = self.read("a.cpp | f | x → y | why\n")
        key = ("a.cpp", "f", "x → y")
        self.assertEqual(argued.check(entries, {key}, set()), [])
        self.assertEqual(len(argued.check(entries, {key}, {key})), 1)
        self.assertEqual(len(argued.check(entries, set(), set())), 1)


if __name__ == "__main__":
    unittest.main()
