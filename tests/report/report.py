# SPDX-License-Identifier: Apache-2.0
"""Writes one page of evidence: what the commands of ./dev found that keep their results.

Each result is a file NAME.json with what was found and a file NAME.stamp that says of which commit,
when, and how long it took. The page goes to the standard output. The exit status is 1 if a goal is
missed, a test failed, or a result is missing or of other sources.
"""

import argparse
import dataclasses
import json
import pathlib
import re
import subprocess
import sys

import versions
from sections import SECTIONS

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


@dataclasses.dataclass
class Recorded:
    """The result of one command."""

    found: dict
    commit: str
    ended: str
    seconds: int
    status: int


def read(folder, name):
    try:
        found = json.loads((folder / f"{name}.json").read_text())
        stamp = json.loads((folder / f"{name}.stamp").read_text())
    except FileNotFoundError:
        return None
    return Recorded(found, **stamp)


def says_which_sources(commit):
    """Neither unknown nor with changes that are not in it."""
    return re.fullmatch("[0-9a-f]+", commit)


def changed_between(commit, other):
    """The files that differ; None if one of the commits is not known here."""
    asked = ["git", "-C", ROOT, "diff", "--name-only", "--no-renames", commit, other]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    return set(done.stdout.splitlines()) if done.returncode == 0 else None


def is_among(path, names):
    return any(path == name or path.startswith(name + "/") for name in names)


def outdated(section, its, commit):
    """Why a result is not a whole one of this commit; None if it is, or if nothing that matters has changed."""
    if its is None:
        return f"{section.command} has no result"
    if lack := section.lack(its.found):
        return f"{section.command} {lack}"
    if its.commit == commit:
        return None
    changed = changed_between(its.commit, commit)
    if changed is None:
        return f"{section.command} was run on commit {its.commit}"
    if matters := sorted({path.partition("/")[0] for path in changed if not is_among(path, section.apart)}):
        return f"{section.command} was run on commit {its.commit}, before changes of {', '.join(matters)}"
    return None


def duration(seconds):
    hours, rest = divmod(seconds, 3600)
    return f"{hours} h {rest // 60} min" if hours else f"{rest // 60} min {rest % 60} s"


def table(head, rows):
    """Columns of numbers are on the right."""
    is_number = [all(str(row[at])[:1].isdigit() for row in rows) for at in range(len(head))]
    lines = [head, ["---:" if number else "---" for number in is_number], *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines)


def page(recorded, commit, title):
    """The page, and what is wrong with it."""
    parts, wrong, overview = [], [], []
    if not says_which_sources(commit):
        wrong.append(f"commit {commit} does not say which sources these are")
    for section in SECTIONS:
        its = recorded[section.name]
        if why := outdated(section, its, commit):
            wrong.append(why)
        if its is None:
            overview.append([section.title, "not measured", "", ""])
            continue
        if its.status != 0:
            wrong.append(f"{section.command} ended with status {its.status}")
        overview.append([section.title, section.figure(its.found), its.commit, duration(its.seconds)])
        parts += [f"## {section.title}", f"`{section.command}`, {its.ended}, commit {its.commit}."]
        for piece in section.pieces(its.found):
            parts.append(piece if isinstance(piece, str) else table(*piece))
    head = [f"# {title}", table(["what", "found", "commit", "time"], overview)]
    if wrong:
        head.append("**This page is not complete:**\n\n" + "\n".join(f"- {what}" for what in wrong))
    parts += ["## Versions", table(["what", "version"], versions.all_versions())]
    return "\n\n".join(head + parts) + "\n", wrong


def main():
    parser = argparse.ArgumentParser(prog="./dev report", description=__doc__)
    parser.add_argument("results", type=pathlib.Path, help="the folder of results")
    parser.add_argument("--commit", default="unknown", help="the commit that the page is about")
    parser.add_argument("--outdated", action="store_true", help="only say which commands must run first")
    options = parser.parse_args()
    recorded = {section.name: read(options.results, section.name) for section in SECTIONS}
    if options.outdated:
        for section in SECTIONS:
            if not says_which_sources(options.commit) or outdated(section, recorded[section.name], options.commit):
                print(section.command + section.options)
        return 0
    text, wrong = page(recorded, options.commit, f"Evidence for Baton {versions.of_baton()}, commit {options.commit}")
    print(text, end="")
    for what in wrong:
        print(f"report: {what}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
