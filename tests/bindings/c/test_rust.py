# SPDX-License-Identifier: Apache-2.0
"""Compiles and runs ffi.rs. Environment: RUSTC, LIBRARY, WORK (a folder)."""

import os
import pathlib
import subprocess
import sys

SKIPPED = 77


def main():
    if not os.environ["RUSTC"]:
        print("SKIPPED: there is no rustc")
        return SKIPPED
    folder = pathlib.Path(os.environ["LIBRARY"]).resolve().parent
    work = pathlib.Path(os.environ["WORK"])
    work.mkdir(parents=True, exist_ok=True)
    program = work / "ffi"
    subprocess.run(
        [os.environ["RUSTC"], "--edition=2021", "-D", "warnings", f"-Lnative={folder}",
         f"-Clink-arg=-Wl,-rpath,{folder}", "-o", program,
         pathlib.Path(__file__).with_name("ffi.rs")],
        check=True, timeout=120)  # fmt: skip
    shown = subprocess.run([program], stdout=subprocess.PIPE, text=True, check=True, timeout=60)
    return 0 if shown.stdout == "all is well\n" else 1


sys.exit(main())
