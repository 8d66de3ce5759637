# SPDX-License-Identifier: Apache-2.0
"""Runs a program that exports spans beside Zipkin or Jaeger, and shows what the backend has then.

    show.py [--screenshot FILE] zipkin|jaeger PLACE FOLDER COMMAND...

PLACE is Zipkin's folder of jars, or Jaeger's program. On a terminal, the backend remains up until
Enter is pressed. The status is 1 if a trace is not one tree.
"""

import argparse
import os
import pathlib
import signal
import subprocess
import sys
import time

from jaeger_server import Jaeger
from zipkin_server import Zipkin

BACKENDS = {"zipkin": Zipkin, "jaeger": Jaeger}
SHOWN = 8  # traces
PATIENCE = 20  # seconds for the first span


def photograph(url, folder, file):
    """The page as Chromium shows it, without a window."""
    subprocess.run(
        ["chromium", "--headless", "--disable-gpu", "--hide-scrollbars",
         *(["--no-sandbox"] if os.geteuid() == 0 else []),  # root has none
         f"--user-data-dir={folder / 'chromium'}", "--virtual-time-budget=15000",
         "--window-size=1200,760", f"--screenshot={file}", url],
        stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True, timeout=120,
    )


def run(command, variables):
    """Returns its status. Ctrl-C ends the command alone, which may have spans to send."""
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        return subprocess.run(command, env={**os.environ, **variables}).returncode
    finally:
        signal.signal(signal.SIGINT, before)


def settled(backend):
    """The trees of the last hundred traces, once no more spans arrive: a backend may store them
    after it has answered."""
    known = 0
    deadline = time.monotonic() + PATIENCE
    while True:
        trees = [backend.tree(trace_id) for trace_id in backend.traces()]
        count = sum(len(tree.spans) for tree in trees)
        if count == known and (count or time.monotonic() > deadline):
            return [tree for tree in trees if tree.spans]
        known = count
        time.sleep(0.5)


def show(backend):
    """Prints traces that the backend has. Returns whether each is one tree, and the one to look at:
    the one of the most spans and, of several, the shortest."""
    trees = sorted(settled(backend), key=lambda tree: tree.spans[0].start)
    for tree in trees[:SHOWN]:
        print(f"\n{tree.summary()}: {backend.page(tree.spans[0].trace_id)}\n{tree}")
    if trees[SHOWN:]:
        print(f"\nand {len(trees) - SHOWN} more")
    whole = sum(tree.is_whole or tree.is_below_a_caller for tree in trees)
    print(f"\n{backend.name}: {whole} of {len(trees)} traces are one tree each")
    example = max(trees, key=lambda tree: (len(tree.spans), -tree.duration), default=None)
    return 0 < whole == len(trees), example


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--screenshot", type=pathlib.Path)
    parser.add_argument("backend", choices=BACKENDS)
    parser.add_argument("place")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args()

    backend = BACKENDS[options.backend](options.folder, options.place)
    try:
        print(f"{backend.name} starts", flush=True)
        backend.start()
        print(f"{backend.name} is at {backend.url}\n", flush=True)
        status = run(options.command, backend.variables)
        is_whole, example = show(backend)
        if options.screenshot and example:
            photograph(backend.page(example.spans[0].trace_id), options.folder, options.screenshot)
        if sys.stdin.isatty() and sys.stdout.isatty():
            input(f"\n{backend.name} remains up until Enter is pressed: {backend.url} ")
        return status or (0 if is_whole else 1)
    except (KeyboardInterrupt, EOFError):
        return 130
    finally:
        backend.stop()


if __name__ == "__main__":
    sys.exit(main())
