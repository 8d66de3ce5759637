# SPDX-License-Identifier: Apache-2.0
"""The library exports what the header declares and the map lists, and nothing else; and declarations,
numbers, structs and the versions of symbols are those of abi.txt, so that nobody changes them by
accident.

usage: test_abi.py [--update]

Environment: LIBRARY, NM, CC (a command of several words), WORK (a folder). What is new in the header
is added to abi.txt by --update, if BATON_ABI_VERSION has grown; a line of it that changes or goes
breaks programs, so --update refuses that.
"""

import os
import pathlib
import re
import shlex
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
HEADER = ROOT / "include" / "baton" / "baton.h"
MAP = ROOT / "bindings" / "c" / "baton.map"
RECORDED = HERE / "abi.txt"


def code_of_header():
    text = re.sub(r"/\*.*?\*/", " ", HEADER.read_text(), flags=re.S)
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return re.sub(r"\s+", " ", " ".join(lines))


CODE = code_of_header()


def declarations():
    return [each.strip() for each in re.findall(r"BATON_API ([^;]+);", CODE)]


def functions():
    return [re.search(r"\b(baton_\w+)\(", each).group(1) for each in declarations()]


def types():
    """Aliases and opaque types."""
    return [each for each in re.findall(r"typedef ([^;{]+);", CODE)]


def structs():
    """Each struct, and the names of its members in order."""
    found = {}
    for name, body in re.findall(r"typedef struct (\w+) \{([^}]*)\}", CODE):
        members = []
        for member in body.split(";")[:-1]:
            pointer = re.search(r"\(\*(\w+)\)", member)
            members.append(pointer.group(1) if pointer
                           else re.search(r"(\w+)(?:\[\d+\])?\s*$", member).group(1))
        found[name] = members
    return found


def numbers():
    bodies = re.findall(r"enum \{([^}]*)\}", CODE)
    return [name for body in bodies for name in re.findall(r"\b(BATON_\w+) =", body)]


def layout():
    """Sizes, offsets and numbers, as the compiler has them."""
    lines = ["#include <baton/baton.h>", "#include <stdio.h>", "int main(void) {"]
    for name, members in structs().items():
        lines.append(f'printf("struct {name}: %zu bytes\\n", sizeof({name}));')
        for member in members:
            lines.append(f'printf("  {member}: at %zu, %zu bytes\\n", offsetof({name}, {member}), '
                         f"sizeof((({name}*)0)->{member}));")
    lines += [f'printf("number {name} = %lld\\n", (long long){name});'
              for name in ["BATON_ABI_VERSION", *numbers()]]
    work = pathlib.Path(os.environ["WORK"])
    work.mkdir(parents=True, exist_ok=True)
    source, program = work / "layout.c", work / "layout"
    source.write_text("\n".join([*lines, "return 0;", "}", ""]))
    compiler = shlex.split(os.environ["CC"])
    subprocess.run([*compiler, "-std=c11", f"-I{ROOT / 'include'}", source, "-o", program],
                   check=True, timeout=60)
    return subprocess.run([program], capture_output=True, text=True, check=True,
                          timeout=60).stdout.splitlines()


def abi():
    return [*(f"function {each}" for each in declarations()),
            *(f"type {each}" for each in types()),
            *(f"symbol {name} {version}" for name, version in listed()), *layout()]


def listed():
    """Each symbol of the map with the node that it is in."""
    return [(name, version)
            for version, body in re.findall(r"^(BATON_\d+) \{\n(.*?)^\}", MAP.read_text(), re.M | re.S)
            for name in re.findall(r"^    (\w+);$", body, re.M)]


def version_of(lines):
    return next((int(line.split()[-1]) for line in lines
                 if line.startswith("number BATON_ABI_VERSION ")), 0)


def size_of(line):
    """The size of a struct that may grow: its next line is its member `size`."""
    return int(line.split()[-2])


def refusals(recorded, now):
    """Why `now` may not take the place of what is recorded."""
    before, after = version_of(recorded), version_of(now)
    growing = {line.split(":")[0]: size_of(line)
               for line, first in zip(now, now[1:])
               if line.startswith("struct ") and first.startswith("  size:")}
    # Members have the name of their struct, since several structs have a member of one name.
    old, new = ([*named(recorded)], [*named(now)])
    changed = [line for line in old if line not in new and "BATON_ABI_VERSION" not in line
               and not (line.startswith("struct ") and line.endswith(" bytes")
                        and growing.get(line.split(":")[0], 0) > size_of(line))]
    added = [line for line in new if line not in old and "BATON_ABI_VERSION" not in line]
    found = [f"changed or gone: {line}" for line in changed]
    if before > after or (added and before == after):
        found.append(f"BATON_ABI_VERSION must be more than {before}")
    found += [f"needs the version BATON_{after} in the map: {line}" for line in added
              if line.startswith("symbol ") and not line.endswith(f" BATON_{after}")]
    return found


def named(lines):
    struct = ""
    for line in lines:
        if line.startswith("struct "):
            struct = line.split(":")[0]
        yield f"{struct}{line}" if line.startswith("  ") else line


def recorded():
    return RECORDED.read_text().splitlines()[1:]


class Symbols(unittest.TestCase):
    def exported(self):
        lines = subprocess.run(
            [os.environ["NM"], "-D", "--defined-only", os.environ["LIBRARY"]],
            capture_output=True, text=True, check=True, timeout=60).stdout.splitlines()
        names = [line.split()[-1] for line in lines]
        versions = {version for _, version in listed()}
        return sorted(tuple(name.split("@@")) for name in names if name not in versions)

    def test_are_those_of_map_and_header(self):
        self.assertGreater(len(functions()), 50)
        self.assertEqual(self.exported(), sorted(listed()))
        self.assertEqual(sorted(name for name, _ in listed()), sorted(functions()))
        self.assertEqual(len(set(functions())), len(functions()))

    def test_are_sorted_in_the_map(self):
        self.assertEqual(listed(), sorted(listed(), key=lambda each: (each[1].rjust(12), each[0])))

    def test_have_versions_that_the_library_tells(self):
        newest = max(int(version.removeprefix("BATON_")) for _, version in listed())
        self.assertLessEqual(newest, version_of(layout()))


class Abi(unittest.TestCase):
    def test_is_the_recorded_one(self):
        self.maxDiff = None
        self.assertGreater(len(structs()), 10)
        self.assertGreater(len(numbers()), 30)
        self.assertEqual(abi(), recorded())


class Update(unittest.TestCase):
    OLD = ["function int a(void)", "symbol a BATON_1", "struct s: 16 bytes",
           "  size: at 0, 8 bytes", "  x: at 8, 8 bytes", "struct t: 8 bytes", "  x: at 0, 8 bytes",
           "number BATON_ABI_VERSION = 1", "number BATON_A = 1"]

    def refused(self, **changes):
        """The refusals of what is there if lines, by number, become others."""
        now = [line for number, line in enumerate(self.OLD)
               for line in changes.get(f"at_{number}", [line])]
        return refusals(self.OLD, now)

    def test_takes_what_is_new_with_a_new_version(self):
        version = ["number BATON_ABI_VERSION = 2"]
        self.assertEqual(self.refused(), [])
        self.assertEqual(self.refused(at_7=version), [])
        self.assertEqual(
            self.refused(at_0=[self.OLD[0], "function int b(void)"],
                         at_1=[self.OLD[1], "symbol b BATON_2"], at_7=version), [])
        self.assertEqual(
            self.refused(at_2=["struct s: 24 bytes"], at_4=[self.OLD[4], "  y: at 16, 8 bytes"],
                         at_7=version), [])

    def test_refuses_what_breaks_programs(self):
        version = ["number BATON_ABI_VERSION = 2"]
        new = "symbol b BATON_1"
        for changes in [{"at_0": []}, {"at_1": ["symbol a BATON_2"]}, {"at_2": ["struct s: 8 bytes"]},
                        {"at_4": ["  x: at 16, 8 bytes"]}, {"at_4": ["  z: at 8, 8 bytes"]},
                        {"at_5": ["struct t: 16 bytes"]}, {"at_6": []},
                        {"at_8": ["number BATON_A = 2"]}, {"at_1": [self.OLD[1], new]}]:
            self.assertNotEqual(self.refused(**changes, at_7=version), [], changes)

    def test_refuses_an_old_version(self):
        self.assertNotEqual(self.refused(at_7=["number BATON_ABI_VERSION = 0"]), [])
        self.assertNotEqual(self.refused(at_7=[]), [])
        self.assertNotEqual(self.refused(at_8=[self.OLD[8], "number BATON_B = 2"]), [])


if __name__ == "__main__":
    if "--update" in sys.argv[1:]:
        if problems := refusals(recorded(), abi()):
            sys.exit("\n".join(problems))
        RECORDED.write_text("\n".join(["# On 64-bit machines. Written by test_abi.py --update",
                                       *abi(), ""]))
    else:
        unittest.main()
