# SPDX-License-Identifier: Apache-2.0
"""The library exports what the header declares and the map lists, and nothing else; and declarations,
numbers and structs are those of abi.txt, so that nobody changes them by accident.

usage: test_abi.py [--update]

Environment: LIBRARY, NM, CC (a command of several words), WORK (a folder). What is new in the header
is added to abi.txt by --update; a line of it that changes or goes breaks programs.
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
    lines += [f'printf("number {name} = %lld\\n", (long long){name});' for name in numbers()]
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
            *(f"type {each}" for each in types()), *layout()]


class Symbols(unittest.TestCase):
    def exported(self):
        lines = subprocess.run(
            [os.environ["NM"], "-D", "--defined-only", os.environ["LIBRARY"]],
            capture_output=True, text=True, check=True, timeout=60).stdout.splitlines()
        names = [line.split()[-1] for line in lines]
        versions = {"BATON_1"}
        return sorted(re.sub(r"@@BATON_\d+$", "", name) for name in names if name not in versions)

    def listed(self):
        return re.findall(r"^    (\w+);$", MAP.read_text(), re.M)

    def test_are_those_of_map_and_header(self):
        self.assertGreater(len(functions()), 50)
        self.assertEqual(self.exported(), sorted(functions()))
        self.assertEqual(sorted(self.listed()), sorted(functions()))
        self.assertEqual(len(set(functions())), len(functions()))

    def test_are_sorted_in_the_map(self):
        self.assertEqual(self.listed(), sorted(self.listed()))


class Abi(unittest.TestCase):
    def test_is_the_recorded_one(self):
        self.maxDiff = None
        self.assertGreater(len(structs()), 10)
        self.assertGreater(len(numbers()), 30)
        self.assertEqual(abi(), RECORDED.read_text().splitlines()[1:])


if __name__ == "__main__":
    if "--update" in sys.argv[1:]:
        RECORDED.write_text("\n".join(["# On 64-bit machines. Written by test_abi.py --update",
                                       *abi(), ""]))
    else:
        unittest.main()
