# SPDX-License-Identifier: Apache-2.0
"""Runs clang-tidy on every source of a build directory that lies in one of the folders.

    tidy.py BUILD FOLDER...

A source that was clean, and has not changed since, nor any header of the project that it includes,
is not read again.
"""

import concurrent.futures
import hashlib
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
TIDY = "clang-tidy-19"


def headers_of_objects(build):
    """The project's files that each object was compiled from, as Ninja noted them."""
    lines = subprocess.run(
        ["ninja", "-C", build, "-t", "deps"], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    headers = {}
    target = None
    for line in lines:
        if not line.startswith(" "):
            target = line.split(":")[0]
            headers[target] = set()
        elif target is not None:
            path = (build / line.strip()).resolve()
            if path.is_relative_to(ROOT):
                headers[target].add(path)
    return headers


def key_of(command, headers):
    digest = hashlib.sha256(command["command"].encode())
    for path in sorted(headers | {ROOT / ".clang-tidy"}):
        digest.update(path.read_bytes() if path.is_file() else b"")
    return digest.hexdigest()


def check(build, source):
    return subprocess.run(
        [TIDY, "-p", build, "--quiet", "--warnings-as-errors=*", source],
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    folders = [ROOT / folder for folder in sys.argv[2:]]
    cache = build / "tidy"
    cache.mkdir(exist_ok=True)
    all_headers = {path for folder in ("include", "src", "tests") for path in (ROOT / folder).rglob("*.hpp")}
    headers = headers_of_objects(build)

    work = {}
    for command in json.loads((build / "compile_commands.json").read_text()):
        source = (build / command["file"]).resolve()
        if any(source.is_relative_to(folder) for folder in folders):
            known = headers.get(command["output"]) or all_headers
            work[source] = cache / key_of(command, known | {source})
    dirty = {source: mark for source, mark in work.items() if not mark.exists()}
    print(f"{len(work)} sources, {len(dirty)} of them new or changed", flush=True)

    failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = {pool.submit(check, build, source): source for source in dirty}
        for count, done in enumerate(concurrent.futures.as_completed(results), start=1):
            source, result = results[done], done.result()
            if sys.stdout.isatty():
                print(f"\r{count} of {len(dirty)}", end="", flush=True)
            if result.returncode == 0:
                dirty[source].touch()
            else:
                failed += 1
                print(f"\n{source.relative_to(ROOT)}\n{result.stdout}", flush=True)
    if sys.stdout.isatty():
        print()
    sys.exit(1 if failed else 0)


main()
