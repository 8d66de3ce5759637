# SPDX-License-Identifier: Apache-2.0
"""Runs the tests of an instrumented tree: which come to which mutant, and which mutants they kill."""

import collections
import concurrent.futures
import dataclasses
import hashlib
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import threading

from folders import FOLDERS, ROOT, Broken, folder_of
from programs import Server, run

HERE = pathlib.Path(__file__).resolve().parent
MAX_MUTANTS = 1 << 20  # as in mutant.hpp

# Tests that compile, that count instructions, that run the examples of a page, or that take a process for each case:
# others come to the same places.
NOT_RUN = {
    "rooms", "linked formats", "no exceptions", "cost", "instructions", "in-process-examples", "relay-journey",
    "refused", "extraction bounds", "carrier-guides", "carrier-suite", "std-format", "header-carrier-allocation", "c-rust", "c-abi",
    "nginx-work", "nginx-example", "vectors in Python",
}  # fmt: skip

# How long a test may take with a mutant, in processor time.
LEAST_SECONDS = 1
ALLOWANCE = 5  # times as long as without
SLOW_START = 0.05  # a program is slow to start, once for each case

# Most mutants die in the few quick cases of a program that come to the fewest other mutants: these
# cases run first and without the others. A slow case runs alone, and one that only repeats what
# others do, under load, not at all.
QUICK = 0.05
NEAREST = 8
LOAD = 20
# A test that killed a mutant beside runs as early as one that is so many times as quick.
LIKELIER = 4


@dataclasses.dataclass
class Test:
    """A test of Meson, or one of its cases."""

    name: str
    command: list
    environment: dict
    folder: str
    suites: list
    case: str = ""  # of GoogleTest, or all of a suite
    seconds: float = 0
    seen: frozenset = frozenset()

    @property
    def program(self):
        return self.name, tuple(self.command)


def chosen_tests(tree, suites=(), names=()):
    """The tests of some suites or names, and what Ninja must build for them."""
    files = {target["id"]: target["filename"] for target in tree.introspect("--targets")}
    tests, targets = [], set()
    for test in tree.introspect("--tests"):
        of_suites = {suite.rpartition(":")[2] for suite in test["suite"]}
        is_chosen = test["name"] in names or (of_suites & set(suites) and "broker" not in of_suites)
        if not is_chosen or test["name"] in NOT_RUN or test["name"].startswith("public headers"):
            continue
        built = {name for needed in test["depends"] for name in files.get(needed, [])} | {test["cmd"][0]}
        inside = [pathlib.Path(name) for name in built if pathlib.Path(name).is_relative_to(tree.objects)]
        targets |= {str(path.relative_to(tree.objects)) for path in inside}
        folder = test["workdir"] or str(tree.objects)
        tests.append(Test(test["name"], test["cmd"], test["env"], folder, sorted(of_suites)))
    return tests, sorted(targets)


def split(test):
    """A test for each case of a program of GoogleTest, or for each suite if it is slow to start; the
    test itself if it is another program.
    """
    # Programs of others may not know the option, and do all their work.
    if not is_served(test.command[0]):
        return [test]
    outcome, output = run(test, [*test.command, "--gtest_list_tests"], {}, 60)
    suite, cases = "", []
    for line in output.decode(errors="replace").splitlines():
        name = line.partition("#")[0].rstrip()
        if re.fullmatch(r"\S+\.", name):
            suite = name
        elif suite and re.fullmatch(r"  \S+", name) and "DISABLED_" not in suite + name:
            cases.append(suite + name.strip())
    if not outcome.has_passed or not cases:
        return [test]
    if outcome.seconds > SLOW_START:
        cases = dict.fromkeys(case.partition(".")[0] + ".*" for case in cases)
    # The option would overrule the filter of each run.
    command = [word for word in test.command if not str(word).startswith("--gtest_filter")]
    return [dataclasses.replace(test, command=command, case=case) for case in cases]


def is_served(program):
    """Whether a program has GoogleTest and mutants."""
    names = subprocess.run(["llvm-nm-19", "--quiet", "-C", program], capture_output=True, text=True, check=False).stdout
    return "testing::InitGoogleTest" in names and "baton_mutation::serve()" in names


def explore(test):
    """Runs all of a program without a mutant, and notes where each case comes."""
    parts = split(test)
    explored = []
    with tempfile.NamedTemporaryFile() as file:
        file.truncate(MAX_MUTANTS)
        server = Server(test, file.name) if parts[0].case else None
        for part in parts:
            # Truncated and extended, it is zero again for those that have mapped it.
            file.truncate(0)
            file.truncate(MAX_MUTANTS)
            if server:
                outcome = server.run(0, [part.case], 120)
            else:
                outcome, output = run(part, part.command, {"BATON_MUTANTS_SEEN": file.name}, 120)
            if not outcome.has_passed:
                if server:  # it may need the cases before it
                    print(f"left out, as it fails alone: {part.name}, {part.case}", file=sys.stderr, flush=True)
                    continue
                raise Broken(f"{part.name} fails without a mutant ({outcome}):\n"
                             f"{output.decode(errors='replace')[-3000:]}")  # fmt: skip
            seen = frozenset(match.start() for match in re.finditer(b"\1", pathlib.Path(file.name).read_bytes()))
            explored.append(dataclasses.replace(part, seconds=outcome.seconds, seen=seen))
        if server:
            server.close()
    return explored


def digests_of(tree, tests):
    """By name of a test: of the programs, libraries, scripts and data that it runs with."""
    shared = hashlib.sha256()
    scripts = [path for pattern in ("*.py", "*.json") for path in (ROOT / "tests").rglob(pattern)
               if not path.is_relative_to(HERE)]  # fmt: skip
    for path in sorted(path for path in [*tree.objects.rglob("*.so*"), *scripts] if path.is_file()):
        shared.update(path.read_bytes())
    digests = {}
    for test in tests:
        digest = shared.copy()
        for word in [*test.command, *test.environment.values()]:
            digest.update(str(word).encode())
            # Some scripts get their programs as variables.
            if (named := pathlib.Path(word)).is_absolute() and named.is_file():
                digest.update(named.read_bytes())
        digests[test.name] = digest.hexdigest()
    return digests


def explore_all(tests, jobs, progress, digests, store):
    """All tests with what they come to; of the last run if their programs have not changed."""
    kept = json.loads(store.read_text()) if store and store.exists() else {}

    def explore_or_recall(test):
        last = kept.get(test.name)
        if last and last["digest"] == digests[test.name]:
            return [Test(**part | {"seen": frozenset(part["seen"]), "suites": test.suites}) for part in last["parts"]]
        parts = explore(test)
        if store:
            flat = [dataclasses.asdict(part) | {"seen": sorted(part.seen)} for part in parts]
            kept[test.name] = {"digest": digests[test.name], "parts": flat}
        return parts

    explored = []
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for done, parts in enumerate(pool.map(explore_or_recall, tests), start=1):
            explored += parts
            progress("exploring", done, len(tests))
    if store:
        store.write_text(json.dumps(kept))
    return explored


def groups_of(tests):
    """Lists of what runs together: tests of one program."""
    groups, quick = {}, collections.Counter()
    for test in sorted(tests, key=lambda test: len(test.seen)):
        if test.seconds <= QUICK:
            quick[test.program] += 1
            groups.setdefault((test.program, quick[test.program] <= NEAREST), []).append(test)
        elif test.seconds <= LOAD:
            groups[test.program, test.case] = [test]
    return list(groups.values())


class Killer:
    """Finds the test that kills a mutant: those that are likely or quick first."""

    def __init__(self, tests, known):
        self.known = known  # the tests that killed the last time, by key
        self.by_number = {}
        for test in tests:
            for number in test.seen:
                self.by_number.setdefault(number, []).append(test)
        self.beside = {}  # the tests that killed last, by path and by function
        self.own = threading.local()
        self.servers = []

    def run(self, parts, number, limit):
        if not parts[0].case:
            return run(parts[0], parts[0].command, {"BATON_MUTANT": str(number)}, limit)[0]
        its = self.own.__dict__.setdefault("servers", {})
        if parts[0].program not in its:
            its[parts[0].program] = Server(parts[0])
            self.servers.append(its[parts[0].program])
        return its[parts[0].program].run(number, [part.case for part in parts], limit)

    def fate(self, mutant):
        """The name of the test that fails with a mutant, "" if none does, None if none comes to it.

        Only those of its folder's suites count, and not what a carrier's tests see of the core.
        """
        suites = set(FOLDERS[folder_of(mutant.path)][0])
        groups = groups_of([test for test in self.by_number.get(mutant.number, []) if suites & set(test.suites)])
        if not groups:
            return None
        likely = [self.known.get("|".join(mutant.key)), self.beside.get((mutant.path, mutant.function)),
                  self.beside.get(mutant.path)]  # fmt: skip

        def cost(parts):
            return sum(part.seconds for part in parts) / (LIKELIER if parts[0].name in likely else 1)

        for parts in sorted(groups, key=cost):
            limit = LEAST_SECONDS + ALLOWANCE * sum(part.seconds for part in parts)
            outcome = self.run(parts, mutant.number, limit)
            if not outcome.has_passed:
                self.beside[mutant.path] = self.beside[mutant.path, mutant.function] = parts[0].name
                return parts[0].name + (f" ({outcome.limit})" if outcome.limit else "")
        return ""

    def close(self):
        for server in self.servers:
            server.close()


def is_settled(last, state):
    return "(waiting)" not in last["fate"] if last["fate"] else last["state"] == state


def kill_all(tree, mutants, tests, state, jobs, recalled, progress):
    """By number of a mutant: its fate, as `Killer.fate` says. Fates are kept.

    If `recalled` is not None, those that were killed are not run if their source is the same, those
    that survived are not if all programs are, and the keys in it are not, as if they survived. One
    that was killed for waiting runs again: the machine may have been busy.
    """
    store = tree.kept / "fates.json"
    kept = json.loads(store.read_text()) if store.exists() else {}
    digests = {path: hashlib.sha256((ROOT / path).read_bytes()).hexdigest() for path in {m.path for m in mutants}}
    results, asked = {}, []
    for mutant in mutants:
        last = kept.get("|".join(mutant.key))
        if recalled is None:
            asked.append(mutant)
        elif mutant.key in recalled:
            results[mutant.number] = ""
        elif last and last["source"] == digests[mutant.path] and is_settled(last, state):
            results[mutant.number] = last["fate"]
        else:
            asked.append(mutant)
    known = {key: last["fate"].partition(" (")[0] for key, last in kept.items() if last["fate"]}
    killer = Killer(tests, known)
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        running = {pool.submit(killer.fate, mutant): mutant for mutant in asked}
        try:
            for count, done in enumerate(concurrent.futures.as_completed(running), start=1):
                mutant = running[done]
                fate = results[mutant.number] = done.result()
                kept["|".join(mutant.key)] = {"fate": fate, "source": digests[mutant.path], "state": state}
                progress("running mutants", count, len(asked))
                if count % 50 == 0:
                    store.write_text(json.dumps(kept))
        finally:
            pool.shutdown(cancel_futures=True)
            store.write_text(json.dumps(kept))
            killer.close()
    return results
