# SPDX-License-Identifier: Apache-2.0
"""Names the lines and the branches of the library that no test comes to.

The exit status is 0 if each folder reaches its goals (what is argued does not count), 1 if not,
2 if there is no result.
"""

import argparse
import concurrent.futures
import itertools
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

import argued
import runs
from folders import DEFAULT, FOLDERS, ROOT, Broken, folder_of, paths_of
from mutants import plain
from tree import Build

ARGUED = pathlib.Path(__file__).resolve().parent / "argued_coverage.txt"
FLAGS = "-fprofile-instr-generate -fcoverage-mapping"
OPTIONS = [
    "-Dbuildtype=debug", "-Ddebug=false", "-Db_lundef=false", "-Db_pch=false", "-Dbench=disabled",
    f"-Dcpp_args={FLAGS} -w -Wno-error", f"-Dcpp_link_args={FLAGS}",
]  # fmt: skip
# No assertion may be false, and nobody wrote the conditions of a default comparison.
UNCOUNTED = re.compile(r"^\s*assert\(|operator==.*= default;")
SECONDS = 600  # of processors, for each test


def say(text):
    print(text, file=sys.stderr, flush=True)


def tool(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Broken(done.stderr)
    return done.stdout


def run_tests(build, tests, jobs):
    """All of them; returns the profile of what they did."""
    folder = build.objects / "profiles"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    # One file for each program, which all its processes add to.
    environment = {"LLVM_PROFILE_FILE": str(folder / "%m.profraw")}

    def run(test):
        outcome, output = runs.run(test, test.command, environment, SECONDS)
        if not outcome.has_passed:
            raise Broken(f"{test.name} fails ({outcome}):\n{output.decode(errors='replace')[-3000:]}")

    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        list(pool.map(run, tests))
    profile = build.objects / "all.profdata"
    tool("llvm-profdata-19", "merge", "-sparse", *map(str, folder.iterdir()), "-o", str(profile))
    return profile


def programs_of(build, targets):
    """What was compiled with the flags: other objects have no coverage to show. With the shared libraries
    that Ninja makes for it: others may be of older sources.
    """
    done = subprocess.run(["ninja", "-C", str(build.objects), "-t", "inputs", *targets],
                          capture_output=True, text=True, check=True)  # fmt: skip
    shared = [name for name in done.stdout.splitlines() if ".so" in pathlib.Path(name).suffixes]
    programs = [build.objects / name for name in [*targets, *shared] if not (build.objects / name).is_symlink()]
    covered = []
    for program in sorted(set(programs)):
        if program.is_file() and program.read_bytes()[:4] == b"\x7fELF" and b"__llvm_covmap" in program.read_bytes():
            covered.append(str(program))
    return covered


def exports(profile, programs, *options):
    """What the profile says of each program. Of all at once, a function would have no counts if it is
    not used in the first one that has its header.
    """
    with concurrent.futures.ThreadPoolExecutor() as pool:
        yield from pool.map(
            lambda program: tool("llvm-cov-19", "export", *options, "-ignore-filename-regex=^/usr/",
                                 "-instr-profile", str(profile), program), programs)  # fmt: skip


def read_lines(profile, programs):
    """By path and number of a line: how often it ran."""
    lines, path = {}, None
    for row in itertools.chain.from_iterable(map(str.splitlines, exports(profile, programs, "-format=lcov"))):
        kind, _, rest = row.partition(":")
        if kind == "SF":
            path = os.path.relpath(rest, ROOT)
        elif kind == "DA":
            number, count = rest.split(",")[:2]
            lines[path, int(number)] = max(lines.get((path, int(number)), 0), int(count))
    return lines


def read_branches(profile, programs):
    """By path and extent of a condition: whether it was ever true, and ever false."""
    branches = {}
    read = map(json.loads, exports(profile, programs, "-skip-expansions", "-format=text"))
    for function in itertools.chain.from_iterable(each["data"][0]["functions"] for each in read):
        for branch in function.get("branches", []):
            path = os.path.relpath(function["filenames"][branch[6]], ROOT)
            # A constant condition has neither.
            key = (path, *branch[:4])
            true, false = branches.get(key, (False, False))
            branches[key] = true or branch[4] > 0, false or branch[5] > 0
    return branches


class Text:
    """The sources, to name places by what is written there."""

    def __init__(self):
        self.known = {}

    def lines(self, path):
        if path not in self.known:
            self.known[path] = (ROOT / path).read_bytes().decode("latin-1").splitlines()
        return self.known[path]

    def between(self, path, line, column, last_line, last_column):
        lines = self.lines(path)[line - 1 : last_line]
        lines[-1] = lines[-1][: last_column - 1]
        lines[0] = lines[0][column - 1 :]
        return plain("\n".join(lines)).encode("latin-1").decode("utf-8", "replace")


def places_of(lines, branches, paths):
    """All that can be covered: (path, line, kind, text, covered), in the order of the sources."""
    text = Text()
    places = []
    for (path, line), count in sorted(lines.items()):
        if path in paths:
            written = plain(text.lines(path)[line - 1]).encode("latin-1").decode("utf-8", "replace")
            if written.strip("{}();, ") not in ("", "else"):
                places.append((path, line, "line", written, count > 0))
    for (path, *extent), (true, false) in sorted(branches.items()):
        if path in paths and not UNCOUNTED.search(text.lines(path)[extent[0] - 1]):
            written = text.between(path, *extent)
            places.append((path, extent[0], "true", written, true))
            places.append((path, extent[0], "false", written, false))
    times, keyed = {}, []
    for path, line, kind, written, is_covered in places:
        count = times[path, kind, written] = times.get((path, kind, written), 0) + 1
        again = f" #{count}" if count > 1 else ""
        keyed.append((path, line, kind, written + again, is_covered))
    return keyed


def summary(places, entries):
    folders = {}
    for path, _, kind, text, is_covered in places:
        row = folders.setdefault(folder_of(path), {})
        part = row.setdefault("lines" if kind == "line" else "branches", {"all": 0, "covered": 0, "argued": 0})
        part["all"] += 1
        part["covered"] += is_covered
        part["argued"] += not is_covered and (path, kind, text) in entries
    for folder, row in folders.items():
        for part, goal in zip(("lines", "branches"), FOLDERS[folder][2:], strict=True):
            its = row.setdefault(part, {"all": 0, "covered": 0, "argued": 0})
            counted = its["all"] - its["argued"]
            its["percent"] = 100.0 * its["covered"] / counted if counted else 100.0
            its["goal"] = goal
    return dict(sorted(folders.items()))


def left_out_of(places, paths):
    """The folders of which nothing is built here, for want of a library."""
    return sorted({folder_of(path) for path in paths} - {folder_of(place[0]) for place in places})


def argued_of(places, entries):
    known = [(place, entries[key]) for place in places if (key := (place[0], *place[2:4])) in entries and not place[4]]
    return [{"path": path, "line": line, "kind": kind, "text": text, "reason": entry.reason}
            for (path, line, kind, text, _), entry in known]  # fmt: skip


def report(folders, missing, problems, left_out):
    print(f"{'folder':22} {'lines':>7} {'covered':>8} {'argued':>7} {'goal':>5}  "
          f"{'branches':>9} {'covered':>8} {'argued':>7} {'goal':>5}")  # fmt: skip
    for folder, row in folders.items():
        lines, branches = row["lines"], row["branches"]
        print(
            f"{folder:22} {lines['all']:7} {lines['percent']:6.1f} % {lines['argued']:7} {lines['goal']:3} %  "
            f"{branches['all']:9} {branches['percent']:6.1f} % {branches['argued']:7} {branches['goal']:3} %"
        )
    for path, line, kind, text in missing:
        what = "" if kind == "line" else f"never {kind}: "
        print(f"{path}:{line}: {what}{text}")
    for problem in problems:
        print(problem)
    for folder in left_out:
        print(f"{folder}: nothing of it is built here")


def measure(options):
    paths = paths_of(options.paths or [*DEFAULT, "include"])
    suites = {suite for path in paths for suite in FOLDERS[folder_of(path)][0]}
    # Meson runs what it compiles, here.
    os.environ["LLVM_PROFILE_FILE"] = os.devnull
    build = Build(ROOT, options.build.resolve(), OPTIONS)
    build.configure()
    tests, targets = runs.chosen_tests(build, suites)
    say(f"compiling {len(targets)} programs for {len(tests)} tests")
    done = subprocess.run(["ninja", "-C", str(build.objects), "-j", str(options.jobs), *targets],
                          capture_output=True, text=True, check=False)  # fmt: skip
    if done.returncode != 0:
        raise Broken(done.stdout[-10000:])
    say("testing")
    profile = run_tests(build, tests, options.jobs)
    programs = programs_of(build, targets)
    places = places_of(read_lines(profile, programs), read_branches(profile, programs), set(paths))
    if options.html:
        folder = build.objects / "html"
        objects = [word for program in programs for word in ("-object", program)]
        kept = [str(ROOT / path) for path in paths]
        tool("llvm-cov-19", "show", "-format=html", "-show-branches=count", "-output-dir", str(folder),
             "-instr-profile", str(profile), *objects, "-sources", *kept)  # fmt: skip
        say(f"written: {folder}/index.html")
    return places, set(paths)


def parse_options():
    parser = argparse.ArgumentParser(prog="./dev coverage", description=__doc__)
    parser.add_argument("paths", nargs="*", metavar="PATH", help=f"folders or sources ({', '.join(DEFAULT)}, include)")
    parser.add_argument("--json", action="store_true", help="write the result as JSON")
    parser.add_argument("--result", type=pathlib.Path, help="write the result there as JSON, too")
    parser.add_argument("--html", action="store_true", help="write pages that show it in the sources, too")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="how many tests run at once")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "coverage", help="the build directory")
    return parser.parse_args()


def main():
    options = parse_options()
    try:
        places, paths = measure(options)
    except Broken as problem:
        say(str(problem))
        return 2
    entries, problems = argued.read(ARGUED)
    here = {key: entry for key, entry in entries.items() if key[0] in paths or not (ROOT / key[0]).exists()}
    keys = {(path, kind, text) for path, _, kind, text, _ in places}
    covered = {(path, kind, text) for path, _, kind, text, is_covered in places if is_covered}
    problems += argued.check(here, keys, covered)
    folders = summary(places, entries)
    uncovered = [place[:4] for place in places if not place[4] and (place[0], *place[2:4]) not in entries]
    missing = [dict(zip(("path", "line", "kind", "text"), place, strict=True)) for place in uncovered]
    left_out = left_out_of(places, paths)
    result = {"folders": folders, "missing": missing, "argued": argued_of(places, entries), "problems": problems,
              "left_out": left_out}  # fmt: skip
    result = json.dumps(result, indent=1)
    if options.result:
        options.result.write_text(result)
    if options.json:
        print(result)
    else:
        report(folders, uncovered, problems, left_out)
    short = [row for row in folders.values() for part in row.values() if part["percent"] < part["goal"]]
    return 1 if short or problems else 0


if __name__ == "__main__":
    sys.exit(main())
