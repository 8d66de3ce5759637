# SPDX-License-Identifier: Apache-2.0
"""CMake builds each library, and the tool, from the sources that Meson builds it from."""

import collections
import json
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ["BUILD"])

# The targets of CMake, and those of Meson that have the same sources together.
TARGETS = {
    "baton": ["baton"],
    "baton_amqp": ["baton_amqp"],
    "baton_c": ["baton-c"],
    "baton_celery": ["baton_celery", "baton_json"],
    "baton_celery_amqp": ["baton_celery_amqp"],
    "baton_export": ["baton_export"],
    "baton_grpc": ["baton_grpc"],
    "baton_kafka": ["baton_kafka"],
    "baton_sqs": ["baton_sqs", "baton_json"],
    "baton_testing": ["baton_testing"],
    "baton_tool": ["baton-tool", "baton "],
}

SURROUNDING = """
cmake_minimum_required(VERSION 3.21)
project(surrounding LANGUAGES CXX)
add_library(expected INTERFACE)
add_library(tl::expected ALIAS expected)
set(BATON_COMPONENTS http)
get_cmake_property(before VARIABLES)
foreach(name IN LISTS before)
  set(before_${name} "${${name}}")
endforeach()
add_subdirectory("${ROOT}" baton)
add_executable(surrounding "${ROOT}/tests/consumers/main.cpp")
target_link_libraries(surrounding PRIVATE baton::http)
set(changed)
foreach(name IN LISTS before)
  if(name MATCHES "^CMAKE_(CXX|BUILD|EXE|SHARED|POSITION|RUNTIME)" AND
     NOT "${before_${name}}" STREQUAL "${${name}}")
    list(APPEND changed ${name})
  endif()
endforeach()
get_target_property(options baton::baton INTERFACE_COMPILE_OPTIONS)
message(STATUS "CHANGED ${changed}")
message(STATUS "OPTIONS ${options}")
get_target_property(linked baton::baton INTERFACE_LINK_LIBRARIES)
message(STATUS "LINKED ${linked}")
get_target_property(linked baton::http INTERFACE_LINK_LIBRARIES)
message(STATUS "HTTP ${linked}")
"""


def sources_of_meson():
    """The sources of each target; a blank ends the name of a program."""
    found = collections.defaultdict(set)
    for target in json.loads((BUILD / "meson-info" / "intro-targets.json").read_text("utf-8")):
        name = target["name"] + (" " if target["type"] == "executable" else "")
        files = (file for part in target["target_sources"] for file in part.get("sources", []))
        found[name] |= {pathlib.Path(file) for file in files if file.endswith(".cpp")}
    return dict(found)


def configure(folder, *options):
    return subprocess.run(["cmake", "-S", ROOT, "-B", folder, *options], timeout=100, check=False,
                          capture_output=True, text=True)  # fmt: skip


def sources_of_cmake(components, tools):
    found = collections.defaultdict(set)
    with tempfile.TemporaryDirectory() as folder:
        # CMake makes a source of its own of a precompiled header.
        done = configure(folder, "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON", "-DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON",
                         f"-DBATON_TOOLS={tools}", f"-DBATON_COMPONENTS={';'.join(components)}")  # fmt: skip
        if done.returncode:
            raise AssertionError(done.stdout + done.stderr)
        for command in json.loads(pathlib.Path(folder, "compile_commands.json").read_text("utf-8")):
            target = re.search(r" -o CMakeFiles/(\w+)\.dir/", command["command"])[1]
            found[target].add(pathlib.Path(command["file"]))
    return found


class CMake(unittest.TestCase):
    maxDiff = None

    def test_has_the_sources_of_meson(self):
        expected = {}
        meson = sources_of_meson()
        for target, parts in TARGETS.items():
            if all(part in meson for part in parts):
                expected[target] = set().union(*(meson[part] for part in parts))
        self.assertIn("baton", expected)
        components = [name.removeprefix("baton_") for name in expected if name != "baton"]
        tools = "tool" in components
        found = sources_of_cmake([name for name in components if name != "tool"], tools)
        self.assertEqual(dict(found), expected)

    def test_installs_the_kit_if_it_is_asked_for(self):
        """The tool alone is linked with it."""
        for components, tools, is_asked_for in (("", "ON", False), ("testing", "ON", True), ("testing", "OFF", True)):
            with self.subTest(components=components, tools=tools), tempfile.TemporaryDirectory() as folder:
                done = configure(folder, f"-DBATON_COMPONENTS={components}", f"-DBATON_TOOLS={tools}",
                                 "-DBUILD_SHARED_LIBS=ON")  # fmt: skip
                self.assertEqual(done.returncode, 0, done.stderr)
                rules = pathlib.Path(folder, "cmake_install.cmake").read_text("utf-8")
                self.assertIn("libbaton.so", rules)
                self.assertEqual("/bin/baton" in rules, tools == "ON")
                for file in ("libbaton_testing.a", "tests/vectors/", f"{folder}/fuzz\""):
                    self.assertEqual(file in rules, is_asked_for, file)
                if is_asked_for:
                    subprocess.run(["cmake", "--build", folder, "--target", "baton_fuzz_data"], timeout=100,
                                   check=True, capture_output=True)  # fmt: skip
                    self.assertIn("traceparent", pathlib.Path(folder, "fuzz/dictionaries/all.dict").read_text("utf-8"))
                    self.assertTrue(any(pathlib.Path(folder, "fuzz/corpora/tracecontext").iterdir()))

    def test_refuses_a_component_that_it_does_not_know(self):
        with tempfile.TemporaryDirectory() as folder:
            done = configure(folder, "-DBATON_COMPONENTS=pigeons")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("There is no component 'pigeons'; known are amqp, c, celery,", done.stderr)

    def test_says_what_is_missing(self):
        with tempfile.TemporaryDirectory() as folder:
            done = configure(folder, "-DCMAKE_DISABLE_FIND_PACKAGE_tl-expected=ON",
                             "-DCMAKE_IGNORE_PATH=/usr/include")  # fmt: skip
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("Baton needs tl/expected.hpp (Debian: libexpected-dev;", done.stderr)

    def test_leaves_the_project_around_it_alone(self):
        """No flags, no rules for installing, no tests; and its tl::expected is used."""
        with tempfile.TemporaryDirectory() as folder:
            pathlib.Path(folder, "CMakeLists.txt").write_text(SURROUNDING, "utf-8")
            done = subprocess.run(["cmake", folder, "-B", f"{folder}/build", f"-DROOT={ROOT}"],
                                  timeout=100, check=False, capture_output=True, text=True)  # fmt: skip
            self.assertEqual(done.returncode, 0, done.stderr)
            rules = pathlib.Path(folder, "build", "baton", "cmake_install.cmake").read_text("utf-8")
            self.assertNotIn("file(INSTALL", rules)
        self.assertIn("LINKED Threads::Threads;tl::expected\n", done.stdout)
        self.assertIn("HTTP baton;Boost::headers\n", done.stdout)
        self.assertIn("CHANGED \n", done.stdout)
        self.assertIn("OPTIONS options-NOTFOUND\n", done.stdout)


if __name__ == "__main__":
    unittest.main()
