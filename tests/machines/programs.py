# SPDX-License-Identifier: Apache-2.0
"""What tests of a build directory need, to build no more than that.

usage: targets.py BUILD_DIRECTORY TEST...
"""

import json
import pathlib
import sys


def main():
    folder, *wanted = sys.argv[1:]
    place = pathlib.Path(folder).resolve()

    def known(what):
        return json.loads((place / "meson-info" / f"intro-{what}.json").read_text("utf-8"))

    files = {target["id"]: target["filename"] for target in known("targets")}
    needed = {test["name"]: test["depends"] for test in known("tests")}
    missing = [name for name in wanted if name not in needed]
    if missing:
        sys.exit("no such tests: " + ", ".join(missing))
    paths = {path for name in wanted for target in needed[name] for path in files[target]}
    print("\n".join(sorted(str(pathlib.Path(path).relative_to(place)) for path in paths)))


main()
