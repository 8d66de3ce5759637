# SPDX-License-Identifier: Apache-2.0
"""The library in two files, as ./dev amalgamate writes them, compiles and passes the vectors."""

import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
TESTS = ROOT / "tests"
FOLDER = pathlib.Path(os.environ["TEST_FOLDER"])
DIST = FOLDER / "dist"
COMPILER = [*os.environ["COMPILER"].split("\n"), "-std=c++20"]
WARNINGS = ["-Wall", "-Wextra", "-Werror"]
# Of what users include, as in the tests of public headers.
ALL_WARNINGS = [*WARNINGS, "-Wpedantic", "-Wconversion", "-Wshadow"]
RUNNER = [TESTS / "vectors" / "runner.cpp", *sorted((ROOT / "testing").glob("vector*.cpp"))]


def run(*command, cwd=FOLDER):
    done = subprocess.run(command, cwd=cwd, timeout=280, capture_output=True, text=True, check=False)
    if done.returncode:
        raise AssertionError(f"{command}:\n{done.stdout}{done.stderr}")
    return done.stdout


def compile_file(path, *options):
    run(*COMPILER, *options, "-c", path, "-o", FOLDER / f"{path.stem}.o")


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


class Amalgamation(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        run(sys.executable, "-B", ROOT / "packaging" / "amalgamate.py", DIST, cwd=ROOT)
        # The headers that the runner includes are all this one: no other is in its path.
        for header in (ROOT / "include").rglob("*.hpp"):
            name = header.relative_to(ROOT)
            is_of_the_kit = "testing" in name.parts
            write(FOLDER / name, f'#include "{header if is_of_the_kit else DIST / "baton.hpp"}"\n')

    def test_includes_nothing_of_the_tree(self):
        for name in ("baton.hpp", "baton.cpp"):
            own = re.findall(r'#include "(.+)"', (DIST / name).read_text("utf-8"))
            self.assertEqual(own, [] if name == "baton.hpp" else ["baton.hpp"])

    def test_header_compiles_alone_without_warnings(self):
        alone = FOLDER / "alone.cpp"
        write(alone, '#include "dist/baton.hpp"\n')
        for compiler in (COMPILER, ["g++", "-std=c++20"], ["clang++-19", "-std=c++20"]):
            run(*compiler, *ALL_WARNINGS, "-fsyntax-only", alone)

    def test_passes_the_vectors(self):
        options = ["-O0", f"-I{FOLDER / 'include'}", f"-I{TESTS}", f"-I{ROOT}"]
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            library = pool.submit(compile_file, DIST / "baton.cpp", "-O0", *WARNINGS)
            for job in [library, *(pool.submit(compile_file, path, *options) for path in RUNNER)]:
                job.result()
        objects = [FOLDER / f"{path.stem}.o" for path in [DIST / "baton.cpp", *RUNNER]]
        run(*COMPILER, *objects, "-lgtest", "-lboost_json", "-pthread", "-o", "vectors")
        formats = json.loads((TESTS / "vectors" / "manifest.json").read_text("utf-8"))
        output = run(FOLDER / "vectors", TESTS / "vectors", *formats)
        print(output[-300:])  # for the summary
        self.assertGreater(int(re.search(r"^vectors: (\d+)", output, re.MULTILINE)[1]), 1000)


if __name__ == "__main__":
    unittest.main()
