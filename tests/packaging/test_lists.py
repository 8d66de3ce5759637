# SPDX-License-Identifier: Apache-2.0
"""Lists that several files have are the same: components, versions, packages, commands."""

import json
import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]


def read(*names):
    return ROOT.joinpath(*names).read_text("utf-8")


def known_components():
    cmake = read("packaging", "baton-components.cmake")
    return set(re.search(r"^set\(baton_KNOWN_COMPONENTS (.*)\)$", cmake, re.MULTILINE)[1].split())


def overridden():
    """The names by which a subproject gives its dependencies."""
    builds = [path for path in ROOT.rglob("meson.build") if "build" not in path.relative_to(ROOT).parts]
    found = re.findall(r"override_dependency\('([\w-]+)'", "".join(map(read, builds)))
    return set(found)


class Lists(unittest.TestCase):
    def test_the_components(self):
        components = known_components()
        self.assertGreater(len(components), 8)
        names = {"baton", *("baton-" + name.replace("_", "-") for name in components)}
        self.assertEqual(overridden(), names)
        wrap = re.search(r"^dependency_names = (.*)$", read("packaging", "baton.wrap"), re.MULTILINE)
        self.assertEqual(set(wrap[1].split(", ")), names)
        generated = set(re.findall(r"^ *name: '(baton[\w-]*)'", read("packaging", "meson.build"), re.MULTILINE))
        self.assertEqual(generated, names)
        rows = re.findall(r"^\|.*\| `baton::(\w+)` \| `([\w-]+)` \|", read("docs", "install.md"), re.MULTILINE)
        self.assertEqual({row[0] for row in rows}, components | {"baton"})
        self.assertEqual({row[1] for row in rows}, names)
        presets = json.loads(read("CMakePresets.json"))["configurePresets"]
        everything = next(preset for preset in presets if preset["name"] == "all")
        self.assertEqual(set(everything["cacheVariables"]["BATON_COMPONENTS"].split(";")),
                         components - {"opentelemetry"})  # fmt: skip

    def test_the_version(self):
        version = re.search(r"^  version: '(.*)',$", read("meson.build"), re.MULTILINE)[1]
        self.assertRegex(read("packaging", "debian", "changelog"), rf"^baton \({re.escape(version)}\) ")
        self.assertIn(f"revision = v{version}\n", read("packaging", "baton.wrap"))
        self.assertIn(f"GIT_TAG v{version})\n", read("docs", "install.md"))
        minor = re.fullmatch(r"0\.(\d+)\.\d+", version)[1]  # from 1.0 on, rules and page say another
        self.assertIn(f"`libbaton0 (>= 0.{minor}), libbaton0 (<< 0.{int(minor) + 1}~)`",
                      read("docs", "install.md"))  # fmt: skip
        for page in ("install.md", "testing.md"):
            self.assertIn(f"find_package(baton 0.{minor} ", read("docs", page))

    def test_the_packages_that_a_package_is_built_with(self):
        control = read("packaging", "debian", "control")
        needed = set(re.findall(r"^ ([a-z][\w.+-]+)(?: \(.*\))?,?$", control.split("\n\n")[0], re.MULTILINE))
        needed = {name.replace("debhelper-compat", "debhelper") for name in needed}
        self.assertGreater(len(needed), 5)
        listed = set(read("packaging", "packages", "package.txt").splitlines())
        self.assertLessEqual(needed, listed)

    def test_the_packages_that_the_kit_is_used_with(self):
        owners = {"gmock": "libgmock-dev", "gtest": "libgmock-dev", "rapidcheck": "librapidcheck-dev",
                  "boost": "libboost1.81-dev", "tl": "libexpected-dev"}  # fmt: skip
        headers = "".join(read(path) for path in (ROOT / "include/baton/testing").rglob("*.hpp"))
        needed = {owners[room] for room in re.findall(r"^#include <(\w+)[/.]\S*h(?:pp)?>", headers, re.MULTILINE)}
        self.assertIn("libgmock-dev", needed)
        self.assertIn("modules: ['json'],", read("testing", "meson.build"))
        needed.add("libboost-json1.81-dev")  # the library is linked with it
        package = read("packaging", "debian", "control").split("\nPackage: libbaton-dev\n")[1].split("\n\n")[0]
        brought = re.search(r"^Depends: (.*)$", package, re.MULTILINE)[1]
        brought += "," + re.search(r"^Recommends: (.*)$", package, re.MULTILINE)[1]
        suggested = re.search(r"^Suggests: (.*)$", package, re.MULTILINE)[1]
        names = set(re.findall(r"[a-z][\w.+-]+", brought))
        self.assertEqual(needed - names, set(re.findall(r"[a-z][\w.+-]+", suggested)))

    def test_the_commands_in_the_manual(self):
        synopsis = read("docs", "tool.md").split("```")[1]
        commands = set(re.findall(r"^baton (\w+)", synopsis, re.MULTILINE))
        self.assertGreater(len(commands), 5)
        manual = read("packaging", "debian", "baton.1")
        self.assertEqual(set(re.findall(r"^\.TP\n\.B (\w+)$", manual, re.MULTILINE)), commands)


if __name__ == "__main__":
    unittest.main()
