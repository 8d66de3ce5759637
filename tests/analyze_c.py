# SPDX-License-Identifier: Apache-2.0
"""Runs GCC's analyzer and cppcheck on every source in C.

    analyze_c.py BUILD

Neither serves the library itself: the analyzer of GCC 12 knows no C++, and cppcheck 2.10 gives up at
the C++20 in most headers. The result is also in BUILD/analyze_c.json.
"""

import json
import pathlib
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
NOT_OURS = {"build", "dist", ".git"}
WARNINGS = [
    "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Wnull-dereference",
    "-Wcast-qual", "-Wstrict-prototypes", "-Wmissing-prototypes", "-Werror",
]  # fmt: skip
CPPCHECK = [
    "cppcheck", "--quiet", "--enable=warning,performance,portability", "--std=c11",
    "--inline-suppr", "--error-exitcode=1",
]  # fmt: skip


def sources():
    found = (path.relative_to(ROOT) for path in ROOT.rglob("*.c"))
    return sorted(path for path in found if path.parts[0] not in NOT_OURS)


def options_of_sources(build):
    """The macros and folders that Meson's commands have for sources in C."""
    options = {}
    for command in json.loads((build / "compile_commands.json").read_text()):
        source = (build / command["file"]).resolve()
        options[source] = [
            f"-I{(build / word[2:]).resolve()}" if word.startswith("-I") else word
            for word in shlex.split(command["command"])
            if word.startswith(("-I", "-D"))
        ]
    return options


def check(command):
    """What the command says, if it fails."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr if done.returncode else ""


def version_of(command):
    said = subprocess.run([command, "--version"], capture_output=True, text=True, check=True)
    return said.stdout.splitlines()[0]


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    known = options_of_sources(build)
    checked = sources()
    if not checked:
        sys.exit("no source in C is there")
    failed = 0
    for source in checked:
        options = known.get(ROOT / source, [f"-I{ROOT}/include"])
        gcc = ["gcc", "-std=c11", "-O2", "-fanalyzer", "-S", "-o", "/dev/null", *WARNINGS]
        said = check([*gcc, *options, str(source)]) + check([*CPPCHECK, *options, str(source)])
        if said:
            failed += 1
            print(f"{source}\n{said}")
    print(f"{len(checked)} sources in C, {failed} of them with findings")
    result = {"gcc": version_of("gcc"), "cppcheck": version_of("cppcheck"),
              "sources": len(checked), "failed": failed}  # fmt: skip
    (build / "analyze_c.json").write_text(json.dumps(result, indent=2) + "\n")
    sys.exit(1 if failed else 0)


main()
