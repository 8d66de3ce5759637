# SPDX-License-Identifier: Apache-2.0
"""Runs clang-tidy on every source of a build directory that lies in one of the folders.

    tidy.py [--minutes N] BUILD FOLDER...

A source that was clean, and has not changed since, nor any header of the project that it includes,
is not read again. After N minutes no further one is begun: those that changed last come first. The
result is also in BUILD/tidy.json.
"""

import argparse
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import time

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


def is_newer(target, paths):
    return target.exists() and all(path.exists() and path.stat().st_mtime <= target.stat().st_mtime for path in paths)


def all_headers():
    folders = (path for path in ROOT.iterdir() if path.is_dir() and path.name != "build")
    return {header for folder in folders for header in folder.rglob("*.hpp")}


def key_of(command, source, headers):
    folders = {folder for folder in source.parents if folder.is_relative_to(ROOT)}
    digest = hashlib.sha256(command["command"].encode())
    for path in sorted({source} | headers | {folder / ".clang-tidy" for folder in folders}):
        digest.update(path.read_bytes() if path.is_file() else b"")
    return digest.hexdigest()


def commands_of(build):
    """How each source is compiled: once, though others compile some of them again. Without
    precompiled headers: Clang cannot read those of GCC, and finds no header in their place.
    """
    commands = {}
    for command in json.loads((build / "compile_commands.json").read_text()):
        command["command"] = re.sub(r" -include \S+_pch(_is_made)?\.hpp", "", command["command"])
        commands.setdefault(command["file"], command)
    return list(commands.values())


def changes():
    """The files that Git knows, each once, those that changed last first: those of no commit yet begin."""
    for asked in (["status", "--porcelain=v1", "--no-renames"], ["log", "--format=", "--name-only"]):
        done = subprocess.run(["git", "-C", ROOT, *asked], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            print(f"Git does not say what changed last: {done.stderr.strip()}", file=sys.stderr)
        yield from (line[3:] if asked[0] == "status" else line for line in done.stdout.splitlines())


def last_changed_first(sources, headers):
    """By the newest of a source and its headers."""
    place = {ROOT / name: number for number, name in enumerate(dict.fromkeys(changes()))}
    return sorted(sources, key=lambda source: min(place.get(path, len(place)) for path in {source} | headers[source]))


def check(database, source, deadline):
    """None if it is too late."""
    if time.monotonic() > deadline:
        return None
    return subprocess.run(
        [TIDY, "-p", database, "--quiet", "--warnings-as-errors=*", source],
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def report(build, folders, sources, unread, failed):
    version = subprocess.run([TIDY, "--version"], capture_output=True, text=True, check=True).stdout
    listed = subprocess.run(
        [TIDY, "--list-checks"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    result = {
        "clang-tidy": re.search(r"version (\S+)", version)[1],
        "checks": len(listed.split()) - len("Enabled checks:".split()),
        "folders": [str(folder.relative_to(ROOT)) for folder in folders],
        "sources": sources,
        "unread": unread,
        "failed": failed,
    }
    (build / "tidy.json").write_text(json.dumps(result, indent=2) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=float("inf"))
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("folders", nargs="+")
    options = parser.parse_args()
    deadline = time.monotonic() + 60 * options.minutes
    build = options.build.resolve()
    folders = [ROOT / folder for folder in options.folders]
    cache = build / "tidy"
    cache.mkdir(exist_ok=True)
    of_objects = headers_of_objects(build)
    any_header = all_headers()

    commands = commands_of(build)
    (cache / "compile_commands.json").write_text(json.dumps(commands))
    work, headers = {}, {}
    for command in commands:
        source = (build / command["file"]).resolve()
        if any(source.is_relative_to(folder) for folder in folders):
            noted = of_objects.get(command["output"], set())
            # An object that is older does not say what its source includes now.
            headers[source] = noted if noted and is_newer(build / command["output"], noted | {source}) else any_header
            work[source] = cache / key_of(command, source, headers[source])
    dirty = {source: mark for source, mark in work.items() if not mark.exists()}
    print(f"{len(work)} sources, {len(dirty)} of them new or changed", flush=True)

    failed = unread = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        ordered = last_changed_first(dirty, headers)
        results = {pool.submit(check, cache, source, deadline): source for source in ordered}
        for count, done in enumerate(concurrent.futures.as_completed(results), start=1):
            source, result = results[done], done.result()
            if sys.stdout.isatty():
                print(f"\r{count} of {len(dirty)}", end="", flush=True)
            if result is None:
                unread += 1
            elif result.returncode == 0:
                dirty[source].touch()
            else:
                failed += 1
                print(f"\n{source.relative_to(ROOT)}\n{result.stdout}", flush=True)
    if sys.stdout.isatty():
        print()
    if unread:
        print(f"{unread} of them not read within {options.minutes:g} min")
    report(build, folders, len(work), unread, failed)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
