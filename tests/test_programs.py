# SPDX-License-Identifier: Apache-2.0
"""Which tests of which build run, and what is built for them: no test is forgotten."""

import json
import pathlib
import tempfile
import unittest

import programs


def made(folder, tests, others=()):
    """A build directory with tests, a program for each, and other targets."""
    place = pathlib.Path(folder).resolve()
    targets = [
        {"id": name, "filename": [f"{place}/{name}"], "type": kind, "build_by_default": True, "installed": False}
        for name, kind in [*((name, "executable") for name in tests), *others]
    ]
    known = [
        {
            "name": name,
            "suite": [f"baton:{suite}" for suite in suites],
            "depends": [name, *(other for other, _ in others)],
            "cmd": [f"{place}/{name}"],
        }
        for name, suites in tests.items()
    ]
    (place / "meson-info").mkdir()
    for what, value in {"targets": targets, "tests": known}.items():
        (place / "meson-info" / f"intro-{what}.json").write_text(json.dumps(value))
    return programs.Build(place)


class TestChoice(unittest.TestCase):
    def setUp(self):
        folders = [tempfile.TemporaryDirectory() for _ in range(2)]
        for folder in folders:
            self.addCleanup(folder.cleanup)
        tests = {
            "scope": ["core"],
            "vectors of b3": ["translators", "optimizer"],
            "allocation": ["core", "counts"],
            "kafka-broker": ["broker"],
        }
        others = [("libbaton.a", "static library")]
        self.plain = made(folders[0].name, tests | {"plain": ["core"]}, others)
        self.other_place = folders[1].name
        self.other = made(self.other_place, tests | {"mutants": ["core"]}, others)

    def test_sanitizers_run_what_they_can_change(self):
        self.assertEqual(list(programs.sanitized(self.other)), ["scope", "vectors of b3", "mutants"])

    def test_the_optimized_build_runs_all_else_and_some_again(self):
        self.assertEqual(
            list(programs.optimized(self.plain, self.other_place)),
            ["vectors of b3", "allocation", "kafka-broker", "plain"],
        )

    def test_a_test_that_would_run_nowhere_is_an_error(self):
        del self.plain.tests["allocation"]
        with self.assertRaisesRegex(SystemExit, "nowhere: allocation$"):
            programs.optimized(self.plain, self.other_place)

    def test_only_programs_of_tests_that_do_not_run_are_left_out(self):
        self.assertEqual(programs.targets(self.plain, "scope"), ["libbaton.a", "scope"])
        self.assertEqual(
            programs.all_targets(self.plain, "allocation", "plain"), ["allocation", "libbaton.a", "plain"]
        )

    def test_what_is_installed_or_needed_is_built(self):
        self.plain.targets["scope"]["installed"] = True
        self.plain.targets["plain"]["build_by_default"] = False
        self.assertEqual(programs.all_targets(self.plain, "plain"), ["libbaton.a", "plain", "scope"])

    def test_what_must_be_there_is(self):
        self.assertIn("allocation", programs.portable(self.plain, "scope"))
        for choose, name in (programs.portable, "celery"), (programs.targets, "celery"):
            with self.assertRaises(SystemExit):
                choose(self.plain, name)


if __name__ == "__main__":
    unittest.main()
