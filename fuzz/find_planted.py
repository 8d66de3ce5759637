#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The fuzzer finds the fault of the example in under a minute, from nothing; and in the same time it
finds nothing in the repaired one.

    find_planted.py PLANTED REPAIRED
"""

import os
import subprocess
import sys
import tempfile
import time

MOST_SECONDS = 60
SEEDS = ("1", "2", "3")


def fuzz(program, folder, seed, seconds):
    begin = time.monotonic()
    done = subprocess.run(
        [program, f"-seed={seed}", f"-max_total_time={seconds}", "-max_len=4096", "-error_exitcode=1",
         f"-artifact_prefix={folder}/{os.path.basename(program)}-"],
        capture_output=True, timeout=seconds + 60, check=False)
    return done, time.monotonic() - begin


def main():
    planted, repaired = sys.argv[1:]
    longest = 0
    with tempfile.TemporaryDirectory() as folder:
        for seed in SEEDS:
            done, seconds = fuzz(planted, folder, seed, MOST_SECONDS)
            output = done.stderr.decode("utf-8", "replace")
            if done.returncode == 0 or seconds > MOST_SECONDS:
                sys.exit(f"seed {seed}: not found in {seconds:.0f} s\n{output[-2000:]}")
            if "heap-buffer-overflow" not in output or "decode" not in output:
                sys.exit(f"seed {seed}: that is another fault\n{output[-4000:]}")
            found = [name for name in os.listdir(folder) if "crash-" in name]
            print(f"seed {seed}: found in {seconds:.1f} s")
            longest = max(longest, seconds)
        if not found:
            sys.exit("the input was not kept")
        # Of what was found, and for longer than the fault took.
        for name in found:
            again = subprocess.run([repaired, f"{folder}/{name}"], capture_output=True, timeout=60, check=False)
            if again.returncode != 0:
                sys.exit(again.stderr.decode("utf-8", "replace")[-4000:])
        done, seconds = fuzz(repaired, folder, SEEDS[0], max(20, int(longest) + 1))
        if done.returncode != 0:
            sys.exit(done.stderr.decode("utf-8", "replace")[-4000:])
        print(f"repaired: nothing in {seconds:.0f} s")


main()
