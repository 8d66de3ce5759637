# SPDX-License-Identifier: Apache-2.0
"""Chooses tests of a build directory, and what has to be built for them.

usage: programs.py portable DIRECTORY NEEDED...      tests that another machine or compiler can change,
                                                     of which these must be some: one for each library
                                                     that Meson may not have found
       programs.py sanitized DIRECTORY               tests for AddressSanitizer
       programs.py concurrent DIRECTORY              tests for ThreadSanitizer
       programs.py optimized DIRECTORY SANITIZED     all tests but those that run in the directory
                                                     SANITIZED alone
       programs.py targets DIRECTORY TEST...         what these tests need
       programs.py all-targets DIRECTORY TEST...     all that is built by default and what these tests
                                                     need, without programs that only other tests need
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
# What an optimizer, or this compiler, may make something else of, and how fast threads meet.
OPTIMIZED_TOO_SUITES = {"concurrency", "optimizer"}


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

    def inside(self, suites):
        """Names of the tests that are in one of the suites."""
        for name, test in self.tests.items():
            if suites & {suite.partition(":")[2] for suite in test["suite"]}:
                yield name

    def outside(self, suites):
        """Names of the tests that are in none of the suites."""
        inside = set(self.inside(suites))
        return (name for name in self.tests if name not in inside)


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


def concurrent(build):
    return build.inside({"concurrency"})


def optimized(build, place):
    other = Build(place)
    run_there = set(sanitized(other))
    if forgotten := other.tests.keys() - build.tests.keys() - run_there:
        sys.exit("these would run nowhere: " + ", ".join(sorted(forgotten)))
    left_out = run_there & set(build.outside(OPTIMIZED_TOO_SUITES))
    return (name for name in build.tests if name not in left_out)


def targets(build, *tests):
    return build.files(build.needs(tests))


def all_targets(build, *tests):
    needed = build.needs(tests)
    of_others = {
        target
        for target in build.needs(build.tests) - needed
        if build.targets[target]["type"] == "executable" and not build.targets[target]["installed"]
    }
    default = {name for name, target in build.targets.items() if target["build_by_default"]}
    return build.files(needed | default - of_others)


def main():
    known = (portable, sanitized, concurrent, optimized, targets, all_targets)
    choose = {each.__name__.replace("_", "-"): each for each in known}
    what, folder, *arguments = sys.argv[1:]
    print("\n".join(choose[what](Build(folder), *arguments)))


if __name__ == "__main__":
    main()
