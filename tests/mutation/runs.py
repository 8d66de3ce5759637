# SPDX-License-Identifier: Apache-2.0
"""Runs the tests of an instrumented tree: which come to which mutant, and which mutants they kill."""

import concurrent.futures
import dataclasses
import hashlib
import json
import math
import os
import pathlib
import re
import signal
import subprocess
import tempfile
import time

from folders import Broken

MAX_MUTANTS = 1 << 20  # as in mutant.hpp

# Tests that compile, or that take a process for each case: others come to the same places.
NOT_RUN = {
    "rooms", "linked formats", "no exceptions", "cost", "instructions", "in-process-examples", "relay-journey",
    "refused", "carrier-guides", "header-carrier-allocation", "c-rust", "c-abi",
}  # fmt: skip

# The same draws each time. A law that fails is enough: no smaller case is looked for.
SETTINGS = {
    "RC_PARAMS": "seed=19 max_success=100 noshrink=1",
    "GTEST_FAIL_FAST": "1",
    "GTEST_BRIEF": "1",
    "ASAN_OPTIONS": "hard_rss_limit_mb=1500:allocator_may_return_null=1:symbolize=0",
    "UBSAN_OPTIONS": "symbolize=0",
}
LEAST_SECONDS = 4  # of processor time: a busy machine kills no mutant
WAITING = 10  # times as long may a run take in all
ALLOWANCE = 10  # times as long as without a mutant


@dataclasses.dataclass
class Test:
    """A test of Meson, or one suite of its cases."""

    name: str
    command: list
    environment: dict
    folder: str
    cases: str = ""  # a filter of GoogleTest
    seconds: float = 0
    seen: frozenset = frozenset()


def run(test, command, extra, limit):
    """The exit status, None after the time limit, and the output."""
    environment = os.environ | test.environment | SETTINGS | extra
    for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS"):
        environment[name] = ":".join(filter(None, [test.environment.get(name), SETTINGS[name]]))
    seconds = math.ceil(limit)
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            # At the soft limit comes SIGXCPU, at the hard one SIGKILL, which says less.
            ["prlimit", f"--cpu={seconds}:{seconds + 5}", *command], cwd=test.folder, env=environment, stdin=subprocess.DEVNULL, stdout=output,
            stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        try:
            # What waits takes no processor time, and ends as well.
            status = process.wait(WAITING * limit)
        except subprocess.TimeoutExpired:
            status = None
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()
        output.seek(0)
        if status == -signal.SIGXCPU:
            status = None
        return status, output.read()


def chosen_tests(tree, suites):
    """The tests of some suites, and what Ninja must build for them."""
    files = {target["id"]: target["filename"] for target in tree.introspect("--targets")}
    tests, targets = [], set()
    for test in tree.introspect("--tests"):
        of_suites = {suite.rpartition(":")[2] for suite in test["suite"]}
        is_chosen = of_suites & set(suites) and "broker" not in of_suites
        if not is_chosen or test["name"] in NOT_RUN or test["name"].startswith("public headers"):
            continue
        built = {name for needed in test["depends"] for name in files.get(needed, [])} | {test["cmd"][0]}
        inside = [pathlib.Path(name) for name in built if pathlib.Path(name).is_relative_to(tree.objects)]
        targets |= {str(path.relative_to(tree.objects)) for path in inside}
        folder = test["workdir"] or str(tree.objects)
        tests.append(Test(test["name"], test["cmd"], test["env"], folder))
    return tests, sorted(targets)


def split(test):
    """A test for each suite of a program of GoogleTest; the test itself if it is none."""
    # Programs of others may not know the option, and do all their work.
    if not is_gtest(test.command[0]):
        return [test]
    status, output = run(test, [*test.command, "--gtest_list_tests"], {}, 60)
    names = re.findall(r"^([\w/]+\.)(?:\s+#.*)?$", output.decode(errors="replace"), re.MULTILINE)
    if status != 0 or not names:
        return [test]
    return [dataclasses.replace(test, cases=name + "*") for name in names]


def is_gtest(program):
    names = subprocess.run(["llvm-nm-19", "--quiet", "-C", program], capture_output=True, text=True, check=False).stdout
    return "testing::InitGoogleTest" in names


def command_of(tests):
    """One run for several suites of a program."""
    cases = [test.cases for test in tests if test.cases]
    return [*tests[0].command, "--gtest_filter=" + ":".join(cases)] if cases else tests[0].command


def explore(test):
    """Runs a test without a mutant, and notes where it comes."""
    with tempfile.NamedTemporaryFile() as file:
        file.truncate(MAX_MUTANTS)
        start = time.monotonic()
        status, output = run(test, command_of([test]), {"BATON_MUTANTS_SEEN": file.name}, 120)
        seconds = time.monotonic() - start
        if status not in (0, 77):
            raise Broken(f"{test.name} {test.cases} fails without a mutant:\n{output.decode(errors='replace')[-3000:]}")
        seen = frozenset(match.start() for match in re.finditer(b"\1", pathlib.Path(file.name).read_bytes()))
    return dataclasses.replace(test, seconds=seconds, seen=seen)


def state_of(tree, tests):
    digest = hashlib.sha256()
    for name in sorted({test.command[0] for test in tests}):
        digest.update(name.encode() + pathlib.Path(name).read_bytes())
    for name in sorted(str(path) for path in tree.objects.rglob("*.so*") if path.is_file()):
        digest.update(pathlib.Path(name).read_bytes())
    return digest.hexdigest()


def explore_all(tree, tests, jobs, progress):
    """All tests with what they come to; of the last run if no program has changed."""
    store = tree.objects / "explored.json"
    state = state_of(tree, tests)
    if store.exists() and (known := json.loads(store.read_text()))["state"] == state:
        return [Test(**(test | {"seen": frozenset(test["seen"])})) for test in known["tests"]]
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        parts = [part for several in pool.map(split, tests) for part in several]
        explored = []
        for test in pool.map(explore, parts):
            explored.append(test)
            progress("exploring", len(explored), len(parts))
    kept = [dataclasses.asdict(test) | {"seen": sorted(test.seen)} for test in explored]
    store.write_text(json.dumps({"state": state, "tests": kept}))
    return explored


def killer(mutant, tests, last=""):
    """The name of the test that fails with a mutant, "" if none does, None if none comes to it.

    The test that failed the last time is tried first.
    """
    programs = {}
    for test in tests:
        if mutant.number in test.seen:
            programs.setdefault((test.name, tuple(test.command)), []).append(test)
    if not programs:
        return None
    order = sorted(programs.values(), key=lambda parts: sum(part.seconds for part in parts))
    for parts in sorted(order, key=lambda parts: not last.startswith(parts[0].name)):
        limit = LEAST_SECONDS + ALLOWANCE * sum(part.seconds for part in parts)
        status, _ = run(parts[0], command_of(parts), {"BATON_MUTANT": str(mutant.number)}, limit)
        if status is None:
            return f"{parts[0].name} (time limit)"
        if status not in (0, 77):
            return parts[0].name
    return ""


def kill_all(tree, mutants, tests, jobs, progress):
    """By number of a mutant: what `killer` says."""
    store = tree.objects / "killers.json"
    known = json.loads(store.read_text()) if store.exists() else {}
    results = {}
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        running = {pool.submit(killer, mutant, tests, known.get("|".join(mutant.key), "")): mutant for mutant in mutants}
        for done in concurrent.futures.as_completed(running):
            mutant = running[done]
            results[mutant.number] = done.result()
            if done.result():
                known["|".join(mutant.key)] = done.result()
            progress("running mutants", len(results), len(mutants))
            if len(results) % 50 == 0 or len(results) == len(mutants):
                store.write_text(json.dumps(known))
    return results
