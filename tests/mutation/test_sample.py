# SPDX-License-Identifier: Apache-2.0
"""Tests of the sample: what it links, and which results are good."""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest
import unittest.mock

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from needed_modules import run_again_or_skip

try:
    import mutants
except ImportError as error:
    run_again_or_skip("python3-clang-19", error)

import mutate
import sample
import tree

COMPILED = "clang++-19 -DVALUE=1 -MD -MQ one.o -MF one.o.d -o one.o -c ../one.cpp"
RULES = f"""\
rule run
  command = $command
build one.o: run ../one.cpp
  command = {COMPILED}
build main.o: run ../main.cpp
  command = clang++-19 -o main.o -c ../main.cpp
build libone.a: run one.o
  command = ar csr libone.a one.o
build main: run main.o libone.a
  command = clang++-19 -o main main.o libone.a
"""


class RelinkedTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        root = pathlib.Path(folder.name) / "a root"
        self.objects = root / "build"
        self.objects.mkdir(parents=True)
        (root / "one.cpp").write_text("int one() { return VALUE; }")
        (root / "main.cpp").write_text("int one(); int main() { return one(); }")
        (self.objects / "build.ninja").write_text(RULES)
        command = {"directory": str(self.objects), "file": "../one.cpp", "command": f"{COMPILED} -include-pch one.pch"}
        (self.objects / "compile_commands.json").write_text(json.dumps([command]))
        subprocess.run(["ninja", "-C", self.objects], stdout=subprocess.DEVNULL, check=True)
        for module in (sample, tree):
            patch = unittest.mock.patch.object(module, "ROOT", root)
            patch.start()
            self.addCleanup(patch.stop)
        self.build = sample.Relinked(self.objects, self.objects / "sample", ["one.cpp"])

    def make(self, text):
        self.build.write("one.cpp", text.encode())
        return self.build.make(["main"], 1)

    def status(self, program):
        return subprocess.run([program], check=False).returncode

    def test_a_program_has_what_is_instrumented_and_the_other_one_has_not(self):
        self.assertEqual(self.make("int one() { return VALUE + 1; }").returncode, 0)
        self.assertEqual(self.status(self.build.program("main")), 2)
        self.assertEqual(self.make("int one() { return VALUE + 2; }").returncode, 0)
        self.assertEqual(self.status(self.build.program("main")), 3)
        self.assertEqual(self.status(self.objects / "main"), 1)

    def test_the_build_directory_remains_as_it_is(self):
        def state():
            paths = (path for path in self.objects.rglob("*") if path.is_file() and self.build.kept not in path.parents)
            return {path: path.stat().st_mtime_ns for path in paths}

        before = state()
        self.make("int one() { return VALUE + 1; }")
        self.assertEqual(state(), before)

    def test_errors_are_about_the_original(self):
        done = self.make("int one() {\nreturn nothing; }")
        mutant = mutants.Mutant("one.cpp", 2, 2, "one", 0, 1, "value", "VALUE", "nothing", 7)
        other = mutants.Mutant("one.cpp", 1, 1, "one", 0, 1, "value", "VALUE", "nothing", 8)
        self.assertEqual(tree.refused_by(done.stdout, [mutant, other], self.build.path_of), {7})


class JudgeTest(unittest.TestCase):
    """Of one mutant among others that die, which an entry may argue."""

    def is_good(self, fate, argued=""):
        its = [mutants.Mutant("translators/gcp.cpp", 1, 1, name, 0, 1, "value", "a", "b", number)
               for number, name in enumerate(["f", *"g" * 99])]  # fmt: skip
        fates = dict.fromkeys(range(100), "core") | {0: fate}
        with tempfile.NamedTemporaryFile("w+", suffix=".txt") as file:
            file.write(argued)
            file.flush()
            with unittest.mock.patch.object(mutate, "ARGUED", pathlib.Path(file.name)):
                return mutate.is_good(mutate.judge((its, its, its, its, fates), ["translators/gcp.cpp"]))

    def test_what_dies_or_is_argued_is_good(self):
        self.assertTrue(self.is_good("core"))
        self.assertTrue(self.is_good("", "translators/gcp.cpp | f | a → b | nobody sees it"))

    def test_what_survives_is_not(self):
        self.assertFalse(self.is_good(""))
        self.assertFalse(self.is_good(None))

    def test_what_is_argued_must_exist_and_survive(self):
        self.assertFalse(self.is_good("core", "translators/gcp.cpp | f | a → b | nobody sees it"))
        self.assertFalse(self.is_good("core", "translators/gcp.cpp | f | a → c | nobody sees it"))


if __name__ == "__main__":
    unittest.main()
