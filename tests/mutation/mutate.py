# SPDX-License-Identifier: Apache-2.0
"""Changes the library in thousands of small ways, one at a time, and reports which no test finds.

The exit status is 0 if each survivor is argued, 1 if not, 2 if there is no result.
"""

import argparse
import hashlib
import json
import os
import pathlib
import random
import sys

import argued
import runs
from folders import DEFAULT, FOLDERS, PLAIN, ROOT, Broken, folder_of, paths_of
from tree import Tree

ARGUED = pathlib.Path(__file__).resolve().parent / "argued.txt"
LIMITS = ["time", "waiting", "memory"]


def show_progress(what, done, of):
    if sys.stderr.isatty():
        print(f"\r\x1b[K{what}: {done} of {of}", end="\n" if done == of else "", file=sys.stderr, flush=True)


def say(text):
    print(text, file=sys.stderr, flush=True)


def prepare(tree, paths, jobs):
    """The mutants of some sources, those that were accepted, those that are code, and the tests."""
    tree.mirror(set(paths))
    tree.configure()
    tree.generate()
    every = tree.find(paths, jobs)
    if not every:
        return [], [], [], []
    suites = {suite for path in paths for suite in FOLDERS[folder_of(path)][0]}
    tests, targets = runs.chosen_tests(tree, suites)
    say(f"{len(every)} mutants, compiling {len(targets)} programs with them")
    accepted = tree.compile(paths, every, targets, jobs, say)
    numbers = tree.compiled()
    return every, accepted, [mutant for mutant in accepted if mutant.number in numbers], tests


def measure(options):
    """The mutants, which of them are compiled, and the fate of those that were run."""
    paths = paths_of(options.paths or DEFAULT)
    say(f"{len(paths)} sources")
    every, accepted, compiled, runnable = [], [], [], []
    for is_plain in (False, True):
        some = [path for path in paths if (folder_of(path) in PLAIN) == is_plain]
        if some:
            tree = Tree(options.build.resolve(), is_plain)
            *parts, tests = prepare(tree, some, options.jobs)
            every, accepted, compiled = (old + new for old, new in zip((every, accepted, compiled), parts, strict=True))
            if parts[2]:
                runnable.append((tree, parts[2], tests))
    chosen = compiled
    if options.sample:
        chosen = random.Random(options.seed).sample(compiled, min(options.sample, len(compiled)))
    recalled = argued.read(ARGUED)[0] if options.again else None
    fates = {}
    for tree, its, tests in runnable:
        digests = runs.digests_of(tree, tests)
        explored = runs.explore_all(tests, options.jobs, show_progress, digests, tree.kept / "explored.json")
        state = hashlib.sha256("".join(sorted(digests.values())).encode()).hexdigest()
        numbers = {mutant.number for mutant in its}
        its = [mutant for mutant in chosen if mutant.number in numbers]
        fates |= runs.kill_all(tree, its, explored, state, options.jobs, recalled, show_progress)
    return every, accepted, compiled, chosen, fates


def summary(measured, entries):
    every, accepted, compiled, chosen, fates = measured
    folders = {}
    for folder, (_, goal, *_) in FOLDERS.items():
        all_here, accepted_here, compiled_here, chosen_here = (
            [mutant for mutant in some if folder_of(mutant.path) == folder]
            for some in (every, accepted, compiled, chosen)
        )
        if not all_here:
            continue
        survivors = [mutant for mutant in chosen_here if not fates[mutant.number]]
        unargued = [mutant for mutant in survivors if mutant.key not in entries]
        killed = len(chosen_here) - len(survivors)
        counted = killed + len(unargued)
        folders[folder] = {
            "mutants": len(all_here),
            "refused": len(all_here) - len(accepted_here),
            "constant": len(accepted_here) - len(compiled_here),
            "run": len(chosen_here),
            "killed": killed,
            **{"by_" + limit: sum(f"({limit})" in (fates[mutant.number] or "") for mutant in chosen_here)
               for limit in LIMITS},
            "argued": len(survivors) - len(unargued),
            "survived": len(unargued),
            "unreached": sum(fates[mutant.number] is None for mutant in unargued),
            "percent": 100.0 * killed / counted if counted else 100.0,
            "goal": goal,
        }
    return folders


def left_out_of(asked, measured):
    """The folders of which nothing is built here, for want of a library."""
    every, *_ = measured
    return sorted({folder_of(path) for path in paths_of(asked)} - {folder_of(mutant.path) for mutant in every})


def survivors_of(measured, entries):
    *_, chosen, fates = measured
    return [
        {
            "path": mutant.path,
            "line": mutant.line,
            "function": mutant.function,
            "change": mutant.change,
            "reached": fates[mutant.number] is not None,
            "argued": entries[mutant.key].reason if mutant.key in entries else None,
        }
        for mutant in sorted(chosen, key=lambda mutant: mutant.number)
        if not fates[mutant.number]
    ]


def judge(measured, asked, sample=None):
    """The result, with what is wrong with the list of what is argued."""
    every, _, _, chosen, fates = measured
    entries, problems = argued.read(ARGUED)
    paths = {mutant.path for mutant in every}
    here = {key: entry for key, entry in entries.items() if key[0] in paths or not (ROOT / key[0]).exists()}
    killed = {mutant.key for mutant in chosen if fates[mutant.number]}
    problems += argued.check(here, {mutant.key for mutant in every}, killed)
    return {
        "folders": summary(measured, entries),
        "survivors": survivors_of(measured, entries),
        "problems": problems,
        "left_out": left_out_of(asked, measured),
        "sample": sample,
    }


def is_good(result):
    return not result["problems"] and all(survivor["argued"] is not None for survivor in result["survivors"])


def report(folders, survivors, problems, left_out, sample):
    head = ("folder", "mutants", "constant", "refused", "run", "killed", *LIMITS, "argued", "survived", "killed", "goal")
    print("{:22} {:>8} {:>8} {:>8} {:>6} {:>6} {:>5} {:>7} {:>6} {:>6} {:>8} {:>8} {:>5}".format(*head))
    for folder, row in folders.items():
        print(
            f"{folder:22} {row['mutants']:8} {row['constant']:8} {row['refused']:8} {row['run']:6} {row['killed']:6} "
            f"{row['by_time']:5} {row['by_waiting']:7} {row['by_memory']:6} {row['argued']:6} {row['survived']:8} "
            f"{row['percent']:6.1f} % {row['goal']:3} %"
        )
    for survivor in survivors:
        if survivor["argued"] is None:
            unreached = "" if survivor["reached"] else "  (no test comes here)"
            print(f"{survivor['path']}:{survivor['line']}: {survivor['function']}: {survivor['change']}{unreached}")
    for problem in problems:
        print(problem)
    for folder in left_out:
        print(f"{folder}: nothing of it is built here")
    if sample:
        print(f"a sample of {sample} mutants")


def parse_options():
    parser = argparse.ArgumentParser(prog="./dev mutate", description=__doc__)
    parser.add_argument("paths", nargs="*", metavar="PATH", help=f"folders or sources ({', '.join(DEFAULT)})")
    parser.add_argument("--json", action="store_true", help="write the result as JSON")
    parser.add_argument("--result", type=pathlib.Path, help="write the result there as JSON, too")
    parser.add_argument("--sample", type=int, metavar="N", help="run N mutants only, drawn at random")
    parser.add_argument("--seed", type=int, default=1, help="of the sample (1)")
    # Most tests of transports wait, and limits are of processor time.
    parser.add_argument("--jobs", type=int, default=4 * os.cpu_count(), help="how many tests run at once")
    parser.add_argument("--again", action="store_true", help="recall the fates of those that were killed, or that nothing new can kill")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "mutation", help="the build directory")
    return parser.parse_args()


def main():
    options = parse_options()
    try:
        measured = measure(options)
    except Broken as problem:
        say(str(problem))
        return 2
    result = judge(measured, options.paths or DEFAULT, options.sample)
    text = json.dumps(result, indent=1)
    if options.result:
        options.result.write_text(text)
    if options.json:
        print(text)
    else:
        report(**result)
    return 0 if is_good(result) else 1


if __name__ == "__main__":
    sys.exit(main())
