# SPDX-License-Identifier: Apache-2.0
"""Chooses the tests of a build directory that another machine or compiler can change.

usage: programs.py tests BUILD_DIRECTORY NEEDED...
                                              names of the tests that are programs of the build, of
                                              which these must be some: one for each library that
                                              Meson may not have found
       programs.py targets BUILD_DIRECTORY TEST...
                                              what these tests need, to build no more than that
"""

import json
import pathlib
import sys

# Scripts test what is the same everywhere, and the examples of the docs what other tests hold.
SUITES_LEFT_OUT = {"docs"}
# To compile these takes longer than all others: they have the library again, or Boost.Beast.
TESTS_LEFT_OUT = {
    *("asio", "asio-coroutine", "beast", "beast-async", "http-span"),
    *("carrier-work", "no exceptions", "tracer assertion"),
    *(f"testing-{part}" for part in ("carrier-conformance", "hostile", "libfuzzer", "matchers")),
    *("testing-names", "testing-spans"),
    *("spdlog", "spdlog-allocation"),  # whose library is of another ABI
    "ends",  # starts itself, which QEMU cannot
}


def known(place, what):
    return json.loads((place / "meson-info" / f"intro-{what}.json").read_text("utf-8"))


def files_of_targets(place):
    return {target["id"]: target["filename"] for target in known(place, "targets")}


def chosen_tests(place):
    files = files_of_targets(place)
    for test in known(place, "tests"):
        built = {path for target in test["depends"] for path in files[target]}
        suites = {suite.partition(":")[2] for suite in test["suite"]}
        if (
            built.intersection(test["cmd"][:1])
            and not suites & SUITES_LEFT_OUT
            and test["name"] not in TESTS_LEFT_OUT
        ):
            yield test["name"]


def targets_of(place, wanted):
    files = files_of_targets(place)
    needed = {test["name"]: test["depends"] for test in known(place, "tests")}
    missing = [name for name in wanted if name not in needed]
    if missing:
        sys.exit("no such tests: " + ", ".join(missing))
    paths = {path for name in wanted for target in needed[name] for path in files[target]}
    return sorted(str(pathlib.Path(path).relative_to(place)) for path in paths)


def main():
    what, folder, *tests = sys.argv[1:]
    place = pathlib.Path(folder).resolve()
    if what == "tests":
        chosen = list(chosen_tests(place))
        if missing := sorted(set(tests) - set(chosen)):
            sys.exit("a library is missing: there is no test " + ", ".join(missing))
    else:
        chosen = targets_of(place, tests)
    print("\n".join(chosen))


main()
