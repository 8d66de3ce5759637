# SPDX-License-Identifier: Apache-2.0
"""Counts the results of a whole test run, from Meson's logs.

Lines of a test's output that begin with "| " are shown unchanged.
The last line is `N passed, N failed`; the exit status is 1 if a test failed or is missing.
"""

import argparse
import collections
import json
import pathlib
import re
import sys


def tests_of(run):
    """The suites, the name, the result and the output of each test of a run."""
    folder, _, name = run.partition(":")
    log = pathlib.Path(folder, "meson-logs", f"{name or 'testlog'}.json")
    for line in log.read_text().splitlines() if log.exists() else []:
        test = json.loads(line)
        suites, _, title = test["name"].rpartition(" / ")
        suite = suites.removeprefix("baton:") or pathlib.Path(folder).name
        yield suite, title, test["result"], test.get("stdout", "") + test.get("stderr", "")


def total(pattern, text):
    return sum(int(number) for number in re.findall(pattern, text, re.MULTILINE))


def cases_of(text):
    """How many test cases of a program passed, and were skipped, by its output. Without such: one."""
    google = re.search(r"^\[  PASSED  \]", text, re.MULTILINE)
    ran = total(r"^Ran (\d+) tests? in", text)
    if not google and not ran:
        return 1, 0
    of_python = total(r"^OK \(.*\bskipped=(\d+)", text)
    passed = total(r"^\[  PASSED  \] (\d+) test", text) + ran - of_python
    return passed, of_python + total(r"^\[  SKIPPED \] (\d+) test", text)


def end_of(text):
    """The last lines of a test's output, without what GoogleTest says of tests that passed."""
    lines = [line for line in text.splitlines() if line and not re.match(r"\[( RUN  |       OK |-+|=+)", line)]
    return [line[:200] for line in lines[-20:]]


def count(runs):
    """What the runs have in sum, and what each has."""
    whole = {name: 0 for name in ("passed", "vectors", "laws", "tries", "executions")}
    whole |= {"failed": [], "ends": {}, "skipped": [], "shown": [], "runs": {}, "suites": {}}
    suites = collections.Counter()
    for run in runs:
        programs = cases = 0
        for suite, name, result, text in tests_of(run):
            programs += 1
            if result == "SKIP":
                reasons = re.findall(r"^SKIPPED: (.+)", text, re.MULTILINE)
                whole["skipped"].append(": ".join([run, name, *reasons]))
                continue
            if result != "OK":
                failure = f"{run}: {name} ({result})"
                whole["failed"].append(failure)
                whole["ends"][failure] = end_of(text)
                continue
            passed, left_out = cases_of(text)
            if left_out:
                whole["skipped"].append(f"{run}: {name}: {left_out} of its tests")
            cases += passed
            suites[suite] += passed
            whole["vectors"] += total(r"^vectors: (\d+)", text)
            held = len(re.findall(r"^\[       OK \] \w+Laws\.", text, re.MULTILINE))
            whole["laws"] += held
            whole["tries"] += held * total(r"max_success=(\d+)", text)
            whole["shown"] += re.findall(r"^\| .*", text, re.MULTILINE)
            whole["executions"] += total(r"stat::number_of_executed_units:\s*(\d+)", text)
        if programs == 0:
            whole["failed"].append(f"{run}: nothing was run")
        whole["runs"][run] = {"programs": programs, "tests": cases}
        whole["passed"] += cases
    whole["suites"] = dict(sorted(suites.items()))
    return whole


def show(whole):
    for failure in whole["failed"]:
        print(f"FAILED   {failure}")
        for line in whole["ends"].get(failure, []):
            print(f"         {line}")
    for run, its in whole["runs"].items():
        print(f"{run:20} {its['programs']:3} programs, {its['tests']:5} tests")
    for line in whole["shown"]:
        print(line)
    print(f"vectors              {whole['vectors']}, over all builds")
    print(f"laws                 {whole['laws']}, tried {whole['tries']} times")
    print(f"fuzz executions      {whole['executions']}")
    for test in whole["skipped"]:
        print(f"SKIPPED  {test}")
    skipped = f", {len(whole['skipped'])} skipped" if whole["skipped"] else ""
    print(f"{whole['passed']} passed, {len(whole['failed'])} failed{skipped}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", nargs="+", metavar="BUILD_DIRECTORY[:LOG]",
                        help="LOG is the value of Meson's --logbase (testlog)")  # fmt: skip
    parser.add_argument("--result", type=pathlib.Path, help="write the counts there, as JSON")
    parser.add_argument("--skipped", action="append", default=[], help="what was not run at all, in words")
    parser.add_argument("--steps", type=pathlib.Path, help="when each step began, for the JSON")
    options = parser.parse_args()
    whole = count(options.runs)
    whole["skipped"] += options.skipped
    if options.steps:
        whole["steps"] = [line.split("\t") for line in options.steps.read_text().splitlines()]
    show(whole)
    if options.result:
        options.result.write_text(json.dumps(whole, indent=1))
    return 1 if whole["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
