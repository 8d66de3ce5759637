# SPDX-License-Identifier: Apache-2.0
"""A shared libbaton-export is linked so that it remains loaded, by Meson and by CMake."""

import json
import pathlib
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]


def run(*command):
    done = subprocess.run(command, timeout=200, check=False, capture_output=True, text=True)
    if done.returncode:
        raise AssertionError(done.stdout[-3000:] + done.stderr)
    return done.stdout


class RemainsLoadedTest(unittest.TestCase):
    def test_by_meson(self):
        with tempfile.TemporaryDirectory() as folder:
            run("meson", "setup", folder, ROOT, "-Dauto_features=disabled", "-Dexport=enabled",
                "-Ddefault_library=shared")  # fmt: skip
            targets = json.loads(run("meson", "introspect", "--targets", folder))
            [library] = [file for target in targets if target["name"] == "baton_export" for file in target["filename"]]
            library = pathlib.Path(library).relative_to(pathlib.Path(folder).resolve())
            command = run("ninja", "-C", folder, "-t", "commands", "-s", library)
        self.assertIn("-Wl,-z,nodelete", command)

    def test_by_cmake(self):
        if not shutil.which("cmake"):
            self.skipTest("cmake is not there")
        with tempfile.TemporaryDirectory() as folder:
            run("cmake", "-S", ROOT, "-B", folder, "-G", "Unix Makefiles", "-DBATON_COMPONENTS=export",
                "-DBUILD_SHARED_LIBS=ON")  # fmt: skip
            command = pathlib.Path(folder, "CMakeFiles/baton_export.dir/link.txt").read_text("utf-8")
        self.assertIn("-Wl,-z,nodelete", command)


if __name__ == "__main__":
    unittest.main()
