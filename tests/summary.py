# SPDX-License-Identifier: Apache-2.0
"""Counts the results of a whole test run, from Meson's logs.

usage: summary.py [--json FILE] BUILD_DIRECTORY[:LOG]...

LOG is the value of Meson's --logbase; the default is `testlog`. FILE gets the counts as JSON.

Lines of a test's output that begin with "| " are shown unchanged.
The last line is `N passed, N failed`; the exit status is 1 if a test failed or is missing.
"""

import json
import pathlib
import re
import sys


def tests_of(run):
    """The name, the result and the output of each test of a run."""
    folder, _, name = run.partition(":")
    log = pathlib.Path(folder, "meson-logs", f"{name or 'testlog'}.json")
    for line in log.read_text().splitlines() if log.exists() else []:
        test = json.loads(line)
        yield test["name"], test["result"], test.get("stdout", "") + test.get("stderr", "")


def total(pattern, text):
    return sum(int(number) for number in re.findall(pattern, text, re.MULTILINE))


def main():
    runs = sys.argv[1:]
    file = None
    if runs[:1] == ["--json"]:
        _, file, *runs = runs
    results = {}
    passed = failed = vectors = laws = tries = executions = 0
    skipped = []
    shown = []
    for run in runs:
        programs = cases = 0
        before = {"failed": failed, "skipped": len(skipped), "laws": laws, "vectors": vectors}
        for name, result, text in tests_of(run):
            programs += 1
            if result == "SKIP":
                reasons = re.findall(r"^SKIPPED: (.+)", text, re.MULTILINE)
                skipped.append(": ".join([run, name, *reasons]))
                continue
            if result != "OK":
                print(f"FAILED   {run}: {name} ({result})")
                failed += 1
                continue
            counted = total(r"^\[  PASSED  \] (\d+) test", text) + total(r"^Ran (\d+) tests? in", text)
            cases += max(counted, 1)
            vectors += total(r"^vectors: (\d+)", text)
            held = len(re.findall(r"^\[       OK \] \w+Laws\.", text, re.MULTILINE))
            laws += held
            tries += held * total(r"max_success=(\d+)", text)
            shown += re.findall(r"^\| .*", text, re.MULTILINE)
            executions += total(r"stat::number_of_executed_units:\s*(\d+)", text)
        if programs == 0:
            print(f"FAILED   {run}: nothing was run")
            failed += 1
        print(f"{run:20} {programs:3} programs, {cases:5} tests")
        passed += cases
        after = {"failed": failed, "skipped": len(skipped), "laws": laws, "vectors": vectors}
        added = {name: count - before[name] for name, count in after.items()}
        results[run] = {"programs": programs, "tests": cases, **added}
    if file:
        pathlib.Path(file).write_text(json.dumps(results, indent=2) + "\n")
    print("\n".join(shown), end="\n" if shown else "")
    print(f"vectors              {vectors}, over all builds")
    print(f"laws                 {laws}, tried {tries} times")
    print(f"fuzz executions      {executions}")
    for test in skipped:
        print(f"SKIPPED  {test}")
    print(f"{passed} passed, {failed} failed" + (f", {len(skipped)} skipped" if skipped else ""))
    return 1 if failed else 0


sys.exit(main())
