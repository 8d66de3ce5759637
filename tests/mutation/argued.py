# SPDX-License-Identifier: Apache-2.0
"""The list of what no test can find, each with its reason.

A line is `path | function | what | reason`; `#` begins a comment. An entry that names nothing of its
file, or what a test does find, is an error: the list cannot outlive what it is about.
"""


class Entry:
    def __init__(self, place, key, reason):
        self.place = place
        self.key = key
        self.reason = reason


def read(file):
    """The entries by key, and what is wrong with the list."""
    entries, problems = {}, []
    for number, line in enumerate(file.read_text().splitlines() if file.exists() else [], start=1):
        if not line.strip() or line.startswith("#"):
            continue
        place = f"{file.name}:{number}"
        # An original may contain `||`, with spaces around it: these are no separators.
        parts = [part.strip() for part in line.split(" | ")]
        if len(parts) < 4 or not parts[-1]:
            problems.append(f"{place}: not `path | function | what | reason`")
            continue
        key = parts[0], parts[1], " | ".join(parts[2:-1])
        if key in entries:
            problems.append(f"{place}: listed twice")
        entries[key] = Entry(place, key, parts[-1])
    return entries, problems


def check(entries, exists, found):
    """What is wrong with entries: `exists` has all keys, `found` those that a test has found."""
    problems = []
    for key, entry in entries.items():
        if key not in exists:
            problems.append(f"{entry.place}: does not exist: {' | '.join(key)}")
        elif key in found:
            problems.append(f"{entry.place}: a test finds it: {' | '.join(key)}")
    return problems
