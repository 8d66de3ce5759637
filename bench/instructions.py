# SPDX-License-Identifier: Apache-2.0
"""Counts the instructions of what the benchmarks measure, beside those of instructions.json.

usage: instructions.py BUILD_DIRECTORY [--update]

Fails if an operation costs over 3 % more than its figure in the file: a change that needs that must
change the file too, which --update writes. Figures of another compiler, C library, processor or
build are not compared.
"""

import json
import pathlib
import platform
import shutil
import sys

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tests" / "support"))
import callgrind

FIGURES = HERE / "instructions.json"
PROGRAMS = ("payload", "propagation", "formats", "http", "grpc_metadata", "kafka", "amqp", "spans",
            "sampling", "in_process", "c", "curl")
OPTIONS = ("b_coverage", "b_lto", "b_ndebug", "b_pgo", "cpp_args", "cpp_std", "debug",
           "default_library", "optimization")
MAX_GROWTH = 1.03
# The C library's own work: it has other functions for other processors.
LIBRARY = "payload: memchr_1k"
TRIES = 3  # hash tables have random seeds
SKIPPED = 77


def count(build, program):
    """The instructions of each benchmark of a program, and what they depend on."""
    counted, printed = callgrind.counts(
        shutil.which("valgrind"), build / "bench" / program,
        "--benchmark_min_time=0", "--benchmark_filter=-threads:|1m")
    nothing = counted.pop("nothing")
    return ({f"{program}: {name}": total - nothing for name, total in counted.items()},
            dict(line.split(": ", 1) for line in printed.splitlines()))


def least(one, other):
    return {name: min(total, other.get(name, total)) for name, total in one.items()}


def grew(before, after):
    return after > MAX_GROWTH * before


def options_of(build):
    options = json.loads((build / "meson-info" / "intro-buildoptions.json").read_text())
    return {each["name"]: each["value"] for each in options if each["name"] in OPTIONS}


def differing(recorded, conditions):
    """The conditions that are not those recorded. Where `payload` is not built, nobody knows the
    library's."""
    keys = dict.fromkeys((*recorded, *conditions))
    if LIBRARY not in conditions:
        keys.pop(LIBRARY, None)
    return [key for key in keys if conditions.get(key) != recorded.get(key)]


def count_all(build, recorded):
    """Counts again what seems to have grown, and everything if nothing is recorded. Stops if the
    figures are of other conditions than those recorded."""
    counted, conditions = {}, {}
    known = recorded["instructions"] if recorded else {}
    for program in PROGRAMS:
        if not (build / "bench" / program).exists():
            print(f"not built, so not counted: {program}")
            continue
        figures, printed = count(build, program)
        conditions |= {**options_of(build), "libc": platform.libc_ver()[1], **printed}
        if LIBRARY in figures:
            conditions[LIBRARY] = figures[LIBRARY]
        if recorded and differing(recorded["build"], conditions):
            break
        for _ in range(TRIES - 1):
            if not known or any(grew(known.get(name, 0), total)
                                for name, total in figures.items()):
                figures = least(figures, count(build, program)[0])
        counted.update(figures)
    return counted, conditions


def write(counted, conditions):
    FIGURES.write_text(json.dumps({"build": conditions, "instructions": counted}, indent=2) + "\n")


def text(figure):
    return "" if figure is None else figure


def difference(known, counted):
    """Prints the rows; returns those that fail."""
    wrong = []
    counted_programs = {name.partition(":")[0] for name in counted}
    print(f"{'operation':40}{'file':>12}{'now':>12}{'ratio':>8}")
    for name in dict.fromkeys((*known, *counted)):
        before, after = known.get(name), counted.get(name)
        if before is not None and after is not None:
            is_wrong = grew(before, after)
            ratio = f"{after / before:8.3f}"
        else:
            is_wrong = name.partition(":")[0] in counted_programs
            ratio = ""
        print(f"{name:40}{text(before):>12}{text(after):>12}{ratio:>8}"
              f"{'  WRONG' if is_wrong else ''}")
        if is_wrong:
            wrong.append(name)
    return wrong


def main():
    build = pathlib.Path(sys.argv[1])
    if "--update" in sys.argv[2:]:
        counted, conditions = count_all(build, None)
        if LIBRARY not in conditions:
            print(f"the file needs {LIBRARY}, which is not built here", file=sys.stderr)
            return 2
        write(counted, conditions)
        return 0
    recorded = json.loads(FIGURES.read_text())
    known = recorded["instructions"]
    counted, conditions = count_all(build, recorded)
    if differ := differing(recorded["build"], conditions):
        other = [f"{key} is {conditions.get(key)}, in the file {recorded['build'].get(key)}"
                 for key in differ]
        print(f"SKIPPED: the figures in {FIGURES.name} are of another build: {'; '.join(other)}")
        return SKIPPED
    wrong = difference(known, counted)
    if wrong:
        print(f"\nmore than {MAX_GROWTH - 1:.0%} above the file, or only in one of both: "
              f"{', '.join(wrong)}\n"
              "if this is intended: ./dev bench instructions --update, and commit the file")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
