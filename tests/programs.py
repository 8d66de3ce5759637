# SPDX-License-Identifier: Apache-2.0
"""Chooses tests of a build directory, and what has to be built for them.

usage: programs.py portable DIRECTORY NEEDED...  tests that another machine or compiler can change, of
                                                 which these must be some: one for each library that
                                                 Meson may not have found
       programs.py sanitized DIRECTORY           tests for a build with sanitizers
       programs.py optimized DIRECTORY OTHER     those of an optimized build that the build with
                                                 sanitizers in OTHER does not run
       programs.py targets DIRECTORY TEST...     what these tests need, and no more
       programs.py without DIRECTORY TEST...     all that is built but programs that only other tests
                                                 need
"""

import json
import pathlib
import sys

# Scripts test what is the same everywhere, and the examples of the docs what other tests hold.
NOT_PORTABLE_SUITES = {"docs"}
# To compile these takes longer than all others: they have the library again, or Boost.Beast.
NOT_PORTABLE = {
    *("asio", "asio-coroutine", "beast", "beast-async", "http-span"),
    *("carrier-work", "no exceptions", "tracer assertion"),
    *(f"testing-{part}" for part in ("carrier-conformance", "hostile", "libfuzzer", "matchers")),
    *("testing-names", "testing-spans"),
    *("spdlog", "spdlog-allocation"),  # whose library is of another ABI
    "ends",  # starts itself, which QEMU cannot
}

# What sanitizers do not change or would distort, such as counts. Third-party services are the same
# there, and the tool's own tests send the probe what is hostile.
NOT_SANITIZED_SUITES = {"broker", "counts", "docs", "examples", "packaging", "probe", "proof"}
# To compile a program a second time takes longer than to run it: most tests run with sanitizers only.
# These show that the optimized library computes the same, and how its threads meet.
TWICE_SUITES = {"threads", "vectors"}


class Build:
    def __init__(self, place):
        self.place = pathlib.Path(place).resolve()
        self.tests = {test["name"]: test for test in self.known("tests")}
        self.targets = {target["id"]: target for target in self.known("targets")}

    def known(self, what):
        return json.loads((self.place / "meson-info" / f"intro-{what}.json").read_text("utf-8"))

    def needs(self, names):
        """The ids of the targets that these tests need."""
        if missing := [name for name in names if name not in self.tests]:
            sys.exit("no such tests: " + ", ".join(missing))
        return {target for name in names for target in self.tests[name]["depends"]}

    def is_program(self, name):
        """Whether the test is a program of the build, and not a script."""
        built = {path for target in self.needs([name]) for path in self.targets[target]["filename"]}
        return bool(built.intersection(self.tests[name]["cmd"][:1]))

    def files(self, targets):
        paths = {path for target in targets for path in self.targets[target]["filename"]}
        return sorted(str(pathlib.Path(path).relative_to(self.place)) for path in paths)

    def outside(self, suites):
        """Names of the tests that are in none of the suites."""
        for name, test in self.tests.items():
            if not suites & {suite.partition(":")[2] for suite in test["suite"]}:
                yield name


def portable(build, *needed):
    chosen = [
        name
        for name in build.outside(NOT_PORTABLE_SUITES)
        if build.is_program(name) and name not in NOT_PORTABLE
    ]
    if missing := sorted(set(needed) - set(chosen)):
        sys.exit("a library is missing: there is no test " + ", ".join(missing))
    return chosen


def sanitized(build):
    return build.outside(NOT_SANITIZED_SUITES)


def optimized(build, other):
    left_out = set(sanitized(Build(other))) & set(build.outside(TWICE_SUITES))
    return (name for name in build.tests if name not in left_out)


def targets(build, *tests):
    return build.files(build.needs(tests))


def without(build, *tests):
    left_out = build.needs(build.tests) - build.needs(tests)
    return build.files(
        target["id"]
        for target in build.targets.values()
        if target["build_by_default"]
        and not (target["type"] == "executable" and target["id"] in left_out)
    )


def main():
    choose = {each.__name__: each for each in (portable, sanitized, optimized, targets, without)}
    what, folder, *arguments = sys.argv[1:]
    print("\n".join(choose[what](Build(folder), *arguments)))


if __name__ == "__main__":
    main()
