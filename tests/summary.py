"""Counts what a whole test run did, from the logs that Meson left.

usage: summary.py FAILURES BUILD_DIRECTORY...

The last line is `N passed, N failed`; the exit status is 1 where anything failed.
"""

import json
import pathlib
import re
import sys


def tests_of(folder):
    log = pathlib.Path(folder, "meson-logs", "testlog.json")
    if log.exists():
        for line in log.read_text().splitlines():
            test = json.loads(line)
            yield test["name"], test["result"], test.get("stdout", "") + test.get("stderr", "")


def total(pattern, text):
    return sum(int(number) for number in re.findall(pattern, text, re.MULTILINE))


def main():
    failed = int(sys.argv[1])
    passed = 0
    skipped = []
    vectors = laws = law_cases = executions = 0
    for folder in sys.argv[2:]:
        programs = cases = 0
        for name, result, text in tests_of(folder):
            programs += 1
            if result not in ("OK", "EXPECTEDFAIL"):
                if result == "SKIP":
                    skipped.append(f"{folder}: {name}")
                else:
                    print(f"FAILED   {folder}: {name} ({result})")
                    failed += 1
                continue
            found = total(r"^\[  PASSED  \] (\d+) test", text) + total(r"^Ran (\d+) tests? in", text)
            cases += max(found, 1)
            vectors += total(r"^vectors: (\d+)", text)
            laws += len(re.findall(r"^OK, passed \d+ tests", text, re.MULTILINE))
            law_cases += total(r"^OK, passed (\d+) tests", text)
            executions += total(r"stat::number_of_executed_units:\s*(\d+)", text)
        if programs:
            print(f"{folder:20} {programs:3} programs, {cases:5} tests")
        passed += cases
    for log in sorted(pathlib.Path("build/consumers").glob("*.log")):
        passed += 1
    print(f"vectors run          {vectors} (each build runs them)")
    print(f"laws                 {laws}, tried {law_cases} times")
    print(f"fuzz executions      {executions}")
    for test in skipped:
        print(f"SKIPPED  {test}")
    print(f"{passed} passed, {failed} failed" + (f", {len(skipped)} skipped" if skipped else ""))
    return 1 if failed else 0


sys.exit(main())
