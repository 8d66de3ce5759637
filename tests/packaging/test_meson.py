# SPDX-License-Identifier: Apache-2.0
"""What Meson builds without the kit for tests, or without what the kit needs; and when it makes data
for fuzzers again."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ["BUILD"])
LEAN = ["-Dauto_features=disabled", "-Dtests=enabled"]

# Runs a script, and prints which files of the tree it opens.
WATCHED = """
import runpy, sys
opened = set()
sys.addaudithook(lambda event, values: opened.add(str(values[0])) if event == "open" else None)
script, *sys.argv = sys.argv[1:]
sys.argv.insert(0, script)
runpy.run_path(script, run_name="__main__")
print("\\n".join(opened))
"""


def configure(folder, *options, **environment):
    done = subprocess.run(["meson", "setup", folder, ROOT, *options], timeout=200, check=False, text=True,
                          capture_output=True, env={**os.environ, **environment})  # fmt: skip
    if done.returncode:
        raise AssertionError(done.stdout[-3000:] + done.stderr)
    return done.stdout


def introspect(folder, what):
    done = subprocess.run(["meson", "introspect", what, folder], timeout=60, check=True, capture_output=True)
    return json.loads(done.stdout)


class Meson(unittest.TestCase):
    def test_has_the_tests_without_the_kit(self):
        """It is not installed then, and the tests use it."""
        with tempfile.TemporaryDirectory() as folder:
            configure(folder, *LEAN, "-Dtesting=disabled")
            names = {test["name"] for test in introspect(folder, "--tests")}
            self.assertLessEqual({"vectors of core", "vectors of gcp", "schema of the vectors", "laws_chain",
                                  "testing-vectors", "testing-matchers", "testing-libfuzzer"}, names)  # fmt: skip
            installed = introspect(folder, "--installed").values()
            self.assertEqual([file for file in installed if "testing." in file or "share/baton" in file], [])
            self.assertNotEqual([file for file in installed if "libbaton" in file], [])

    def test_fuzzes_without_boost_json(self):
        if not shutil.which("clang++-19"):
            self.skipTest("clang++-19 is not there")
        with tempfile.TemporaryDirectory() as folder:
            output = configure(
                folder, "-Dfuzz=enabled", "-Db_sanitize=address", "-Db_lundef=false", "-Dgrpc=disabled",
                "-Dkafka=disabled", "-Damqp=disabled", "-Dexport=disabled", "-Dbench=disabled",
                "-Dexamples=disabled", "-Dopentelemetry=disabled",
                CC="clang-19", CXX="clang++-19", BOOST_ROOT=f"{folder}/nowhere")  # fmt: skip
            self.assertIn("There are no tests without GoogleTest, GoogleMock and Boost.JSON", output)
            names = {test["name"] for test in introspect(folder, "--tests")}
        self.assertLessEqual({"fuzz_traceparent", "fuzz_chain", "fuzz_gcp"}, names)
        self.assertFalse([name for name in names if not name.startswith("fuzz_")])

    def test_makes_fuzz_data_again_if_what_it_reads_has_changed(self):
        options = {option["name"]: option["value"] for option in introspect(BUILD, "--buildoptions")}
        if options["testing"] == "disabled":
            self.skipTest("this build has no kit")
        script = ROOT / "testing" / "fuzz_data.py"
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run(
                [sys.executable, "-B", "-c", WATCHED, script, ROOT / "tests" / "vectors", ROOT / "fuzz", folder],
                timeout=60, check=True, capture_output=True, text=True)  # fmt: skip
        read = {pathlib.Path(line) for line in done.stdout.splitlines() if line.startswith(f"{ROOT}/")}
        read = {file for file in read if file.suffix != ".pyc"}
        self.assertGreater(len(read), 20)
        listed = subprocess.run(["ninja", "-C", BUILD, "-t", "inputs", "testing/fuzz"], timeout=60, check=True,
                                capture_output=True, text=True).stdout.splitlines()  # fmt: skip
        self.assertEqual(read - {BUILD.joinpath(line).resolve() for line in listed}, set())


if __name__ == "__main__":
    unittest.main()
