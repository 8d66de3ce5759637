# SPDX-License-Identifier: Apache-2.0
"""In which order clang-tidy reads sources, and what it leaves if it has no time."""

import os
import pathlib
import tempfile
import unittest
from unittest import mock

import tidy


def path(name):
    return tidy.ROOT / name


class TidyTest(unittest.TestCase):
    def ordered(self, changes, headers):
        with mock.patch.object(tidy, "changes", return_value=changes):
            sources = {path(name): {path(each) for each in its} for name, its in headers.items()}
            return [str(each.relative_to(tidy.ROOT)) for each in tidy.last_changed_first(sources, sources)]

    def test_what_changed_last_comes_first(self):
        changes = ["b.cpp", "a.hpp", "c.cpp", "b.cpp"]
        headers = {"unknown.cpp": [], "c.cpp": [], "a.cpp": ["a.hpp", "unknown.hpp"], "b.cpp": ["a.hpp"]}
        self.assertEqual(self.ordered(changes, headers), ["b.cpp", "a.cpp", "c.cpp", "unknown.cpp"])

    def test_what_is_not_committed_comes_before_what_is(self):
        answers = [mock.Mock(returncode=0, stdout=" M src/a.cpp\n?? src/b.cpp\n"),
                   mock.Mock(returncode=0, stdout="src/c.cpp\nsrc/a.cpp\n")]
        with mock.patch.object(tidy.subprocess, "run", side_effect=answers):
            self.assertEqual(list(tidy.changes()), ["src/a.cpp", "src/b.cpp", "src/c.cpp", "src/a.cpp"])

    def test_an_object_is_asked_only_if_it_is_newer_than_its_files(self):
        with tempfile.TemporaryDirectory() as folder:
            source, header, made = (pathlib.Path(folder, name) for name in ("a.cpp", "a.hpp", "a.o"))
            self.assertFalse(tidy.is_newer(made, {source}))
            for time, file in enumerate((source, header, made)):
                file.touch()
                os.utime(file, (time, time))
            self.assertTrue(tidy.is_newer(made, {source, header}))
            os.utime(header, (9, 9))
            self.assertFalse(tidy.is_newer(made, {source, header}))
            header.unlink()
            self.assertFalse(tidy.is_newer(made, {source, header}))

    def test_after_the_deadline_nothing_is_begun(self):
        with mock.patch.object(tidy.subprocess, "run", side_effect=AssertionError):
            self.assertIsNone(tidy.check(pathlib.Path("build"), path("a.cpp"), deadline=0))


if __name__ == "__main__":
    unittest.main()
