#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Baton beside OpenTelemetry for Go, Rust and Python: each operation of rows.txt, in one run.

    compare.py PROGRAM [--also NAME=PROGRAM]... [--rounds N] [--json]

PROGRAM is Baton's. A program gets the path of rows.txt, and then lines on its standard input:
the index of a row and a count. It does the operation that often, and answers with a line of the
fields, between tabs, that tell what it read; or with "-" if it cannot do the operation.

The answer must say the same as the request: nobody is faster by reading less. The time is the
processor time of the whole process, its garbage collector included. The programs take turns, and
the fastest round of each counts, because other load on the machine only adds time.
"""

import argparse
import contextlib
import json
import pathlib
import re
import shutil
import subprocess
import sys
import time
import urllib.parse

HERE = pathlib.Path(__file__).resolve().parent
BUILD = HERE.parent.parent / "build"
BATCH = 40e6  # nanoseconds of a batch: long beside a line that is answered, about 20,000


class Skipped(Exception):
    """Why a peer cannot be measured here."""


class Wrong(Exception):
    """What a program does that it must not do."""


def version(text):
    found = re.search(r"(\d+)\.(\d+)", text)
    return tuple(map(int, found.groups())) if found else ()


def build(tool, wanted, *command, folder):
    if shutil.which(tool) is None:
        raise Skipped(f"needs {tool} >= {wanted}, and finds none")
    found = subprocess.run([tool, "version"], cwd=folder, capture_output=True, text=True).stdout
    if found and version(found) < version(wanted):
        raise Skipped(f"needs {tool} >= {wanted}, and finds: {found.strip()}")
    built = subprocess.run([tool, *command], cwd=folder, capture_output=True, text=True)
    if built.returncode != 0:
        raise Skipped(f"does not build: {(built.stderr.strip() or 'no message').splitlines()[-1]}")


def pinned(file, pattern):
    return re.search(pattern, file.read_text("utf-8"), re.MULTILINE)[1]


def go():
    folder = HERE / "go"
    program = BUILD / "peers" / "go"
    wanted = pinned(folder / "go.mod", r"^go (\S+)")
    build("go", wanted, "build", "-o", program, ".", folder=folder)
    return [program], pinned(folder / "go.mod", r"opentelemetry\.io/otel v(\S+)")


def rust():
    folder = HERE / "rust"
    wanted = pinned(folder / "Cargo.toml", r'^rust-version = "(\S+)"')
    build("cargo", wanted, "build", "--quiet", "--release", "--locked", "--target-dir",
          BUILD / "peers" / "rust", folder=folder)
    release = pinned(folder / "Cargo.toml", r'^opentelemetry = .*"=(\S+)"')
    return [BUILD / "peers" / "rust" / "release" / "peer"], release


def python():
    program = BUILD / "python" / "bin" / "python"
    if not program.exists():
        raise Skipped("needs the virtual environment that ./dev makes of tests/requirements.txt")
    requirements = HERE.parent.parent / "tests" / "requirements.txt"
    return [program, "-B", HERE / "peer.py"], pinned(requirements, r"^opentelemetry-api==(\S+)")


PEERS = {"Go": go, "Rust": rust, "Python": python}


def read_rows(path):
    """For each row, its title and what the request says."""
    for paragraph in path.read_text("ascii").strip().split("\n\n")[1:]:
        title, *fields = paragraph.splitlines()
        yield title, meaning(fields)


def meaning(fields):
    """What the fields say. Order of baggage has no meaning, and Python writes a space as a plus."""
    values = dict(field.split(": ", 1) for field in fields)
    unquote = urllib.parse.unquote_plus
    baggage = [member for member in values.get("baggage", "").split(",") if member]
    return {
        "traceparent": values.get("traceparent", ""),
        "tracestate": values.get("tracestate", ""),
        "baggage": {unquote(name): unquote(value)
                    for name, value in (member.split("=", 1) for member in baggage)},
    }


class Program:
    """A running program, and the least time that it took for each row."""

    def __init__(self, name, command, rows):
        self.name = name
        self.process = subprocess.Popen([*command, rows], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        self.clock = ~self.process.pid << 3 | 2  # that of the processor time, as Linux numbers it
        self.counts = {}
        self.least = {}

    def ask(self, row, count):
        self.process.stdin.write(f"{row} {count}\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer.endswith("\n"):
            raise Wrong(f"{self.name} ends in row {row}")
        return answer[:-1]

    def time(self, row, count):
        before = time.clock_gettime_ns(self.clock)
        self.ask(row, count)
        return time.clock_gettime_ns(self.clock) - before

    def prepare(self, row, title, expected):
        """Checks what the program reads, and finds how many operations fill a batch."""
        answer = self.ask(row, 1)
        if answer == "-":
            return
        said = meaning(filter(None, answer.split("\t")))
        if said != expected:
            raise Wrong(f"{title}: {self.name} says {said} instead of {expected}")
        count, taken = 1, self.time(row, 1)
        while taken < BATCH / 8:
            count *= 4
            taken = self.time(row, count)
        self.counts[row] = max(1, int(count * BATCH / taken))

    def measure(self, row):
        if row in self.counts:
            taken = self.time(row, self.counts[row]) / self.counts[row]
            self.least[row] = min(taken, self.least.get(row, taken))

    def close(self):
        with self.process:  # closes its pipes, and waits
            pass


def compare(commands, path, rounds):
    """For each row, its title and the nanoseconds of each program; the first one is Baton's."""
    rows = list(read_rows(path))
    with contextlib.ExitStack() as stack:
        programs = []
        for name, command in commands.items():
            programs.append(Program(name, command, path))
            stack.callback(programs[-1].close)
        for row, (title, expected) in enumerate(rows):
            for program in programs:
                program.prepare(row, title, expected)
        for _ in range(rounds):
            for row in range(len(rows)):
                for program in programs:
                    program.measure(row)
    return [(title, {one.name: one.least[row] for one in programs if row in one.least})
            for row, (title, _) in enumerate(rows)]


def table(names, results):
    first, *others = names
    widths = {name: max(len(name) + 2, 9) for name in others}
    yield f"{'':<51}{first + ' ns':>10}" + "".join(f"{name:>{widths[name]}}" for name in others)
    for title, times in results:
        line = f"{title:<51}{times[first]:10.1f}"
        for name in others:
            ratio = f"{times[name] / times[first]:.2f}x" if name in times else "-"
            line += f"{ratio:>{widths[name]}}"
        yield line


def document(versions, skipped, results):
    first = next(iter(versions))
    rows = [{"operation": title,
             "nanoseconds": {name: round(one, 2) for name, one in times.items()},
             "ratios": {name: round(one / times[first], 3) for name, one in times.items()}}
            for title, times in results]
    return {"versions": versions, "skipped": skipped, "rows": rows}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program", help="Baton's")
    parser.add_argument("--also", metavar="NAME=PROGRAM", action="append", default=[],
                        help="another program that answers in the same way")
    parser.add_argument("--rounds", type=int, default=15, help="default: 15")
    parser.add_argument("--json", action="store_true", help="a document instead of a table")
    return parser.parse_args()


def main():
    wanted = arguments()
    commands, versions, skipped = {"Baton": [wanted.program]}, {"Baton": "this tree"}, {}
    for name, prepare in PEERS.items():
        try:
            commands[name], versions[name] = prepare()
        except Skipped as why:
            skipped[name] = str(why)
            print(f"SKIPPED: {name} {why}", file=sys.stderr)
    for also in wanted.also:
        name, program = also.split("=", 1)
        commands[name], versions[name] = program.split(), ""
    try:
        results = compare(commands, HERE / "rows.txt", wanted.rounds)
    except Wrong as why:
        sys.exit(f"compare.py: {why}")
    if wanted.json:
        print(json.dumps(document(versions, skipped, results), indent=2))
        return
    print("\n".join(table(list(commands), results)))
    print("\nn x: n times as long as Baton. " +
          ", ".join(f"{name} {one}" for name, one in versions.items() if one and name != "Baton"))


if __name__ == "__main__":
    main()
