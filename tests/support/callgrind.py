# SPDX-License-Identifier: Apache-2.0
"""Runs a program that counts instructions with tests/support/count_instructions.hpp."""

import os
import pathlib
import re
import subprocess
import tempfile

# glibc chooses its memcpy and the like by the processor: here those of every x86-64. The rest of the
# environment and the path of the program would move the stack, and with it what is aligned.
ENVIRONMENT = {"GLIBC_TUNABLES": "glibc.cpu.hwcaps=" + ",".join(
    "-" + feature for feature in ("AVX512VL", "AVX2", "AVX", "AVX_Fast_Unaligned_Load", "BMI2",
                                  "ERMS", "FSRM", "Fast_Unaligned_Load", "SSSE3", "SSE4_1",
                                  "SSE4_2"))}


def counts(valgrind, program, *options):
    """The instructions by their titles, in order, and what the program has printed."""
    found = []
    place, name = os.path.split(os.path.abspath(program))
    with tempfile.TemporaryDirectory() as folder:
        run = subprocess.run(
            [valgrind, "--tool=callgrind", "--quiet", "--collect-atstart=no",
             f"--callgrind-out-file={folder}/out", f"./{name}", *options],
            check=False, capture_output=True, text=True, cwd=place, env=ENVIRONMENT)
        if run.returncode != 0:
            raise SystemExit(f"{name} ends with {run.returncode} under callgrind:\n{run.stderr}")
        for path in pathlib.Path(folder).glob("out.*"):
            text = path.read_text()
            title = re.search(r"^desc: Trigger: Client Request: (.*)$", text, re.MULTILINE)
            if title:
                total = int(re.search(r"^totals: (\d+)", text, re.MULTILINE)[1])
                found.append((int(path.suffix[1:]), title[1], total))
    return {title: total for _, title, total in sorted(found)}, run.stdout
