# SPDX-License-Identifier: Apache-2.0
"""Makes a folder of each section of docs/install.md that has commands: its files, the program, and
the commands as `commands.sh`.

usage: snippets.py PAGE FOLDER URL
"""

import pathlib
import re
import sys

FILES = {"cmake": "CMakeLists.txt", "meson": "meson.build"}


def blocks_of(text):
    return re.findall(r"^```(\w+)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def main():
    page, folder, url = sys.argv[1:]
    head, *sections = re.split(r"^## ", pathlib.Path(page).read_text("utf-8"), flags=re.MULTILINE)
    program = dict(blocks_of(head))["cpp"]
    for section in sections:
        title = section.split("\n", 1)[0]
        blocks = blocks_of(section)
        if not blocks:
            continue
        place = pathlib.Path(folder, re.sub(r"\W+", "-", title.lower()))
        place.mkdir(parents=True)
        (place / "app.cpp").write_text(program, "utf-8")
        for language, text in blocks:
            text = text.replace("BATON_URL", url)
            name = FILES.get(language, "commands.sh")
            if name == "commands.sh":
                text = re.sub(r"^\$ ", "", text, flags=re.MULTILINE)
            assert not (place / name).exists(), f"{title}: two of {name}"
            (place / name).write_text(text, "utf-8")
        print(place.name)


main()
