# SPDX-License-Identifier: Apache-2.0
"""Writes the library as two files, FOLDER/baton.hpp and FOLDER/baton.cpp: the core, the translators,
HTTP's containers of fields and the environment. What needs another library is not in them.

usage: amalgamate.py FOLDER [DEPFILE]

DEPFILE is for Ninja: the files of which these are made, and all folders that have any.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
ROOMS = [ROOT / "include", ROOT / "src", ROOT]

HEADERS = ["*.hpp", "translators/*.hpp", "carriers/http*.hpp", "carriers/environment.hpp"]
NEED_OTHERS = ["asio.hpp", "fmt.hpp"]
SOURCES = ["src/core", "src/text", "translators", "carriers/environment", "carriers/http"]

LICENSE = "// SPDX-License-Identifier: Apache-2.0"
OWN = re.compile(r'#include "(.+)"')
FOREIGN = re.compile(r"#include <.+>")

# What no rename may touch: comments, literals, and names that something else qualifies than
# `detail`, which has unnamed namespaces too.
TOKEN = re.compile(
    r"""detail::(?=\w) | //[^\n]* | /\*.*?\*/ | R"\(.*?\)" | "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])+'"""
    r"""| (?:\.|->|::)\s*\w+ | \w+(?:'\w+)* | \s+ | .""",
    re.DOTALL | re.VERBOSE,
)
# A declaration at the margin, as clang-format writes the members of a namespace.
DECLARED = re.compile(
    r"^(?:template <.*> |\[\[\w+\]\] )?(?:(?:struct|class|enum class|enum|union) (?:alignas\(\w+\) )?(\w+)"
    r"|using (\w+) ="
    r"|[\w:](?:[^={};(]|\([^)]*\)(?= ))*?[\s&*](\w+)(?:\[\w*\])?(?: =|\(|\{|;))",
    re.MULTILINE,
)


def path_of(name):
    return next(room / name for room in ROOMS if (room / name).exists())


class Inliner:
    """Puts files in the places where they are included first."""

    def __init__(self, known=()):
        self.known = set(known)
        self.foreign = set()

    def text_of(self, path):
        if path in self.known:
            return ""
        self.known.add(path)
        name = path.relative_to(next(room for room in ROOMS if room in path.parents))
        before, text, depth = "", f"\n// ---- {name}\n\n", 0
        for line in path.read_text("utf-8").splitlines(keepends=True):
            own = OWN.match(line)
            if line.startswith("#if"):
                depth += 1
            elif line.startswith("#endif"):
                depth -= 1
            if own and depth:
                before += self.text_of(path_of(own[1]))
            elif own:
                text += self.text_of(path_of(own[1]))
            elif FOREIGN.match(line) and not depth:
                self.foreign.add(line)
            elif not line.startswith((LICENSE, "#pragma once")):
                text += line
        return before + re.sub(r"\n{3,}", "\n\n", text)

    def includes(self):
        """What the files need of others, those of C first."""
        return "".join(sorted(self.foreign, key=lambda line: (not line.endswith(".h>\n"), line)))


def write(path, *parts):
    text = "".join(parts)
    # A build compiles it again only if it is another one.
    if not path.exists() or path.read_text("utf-8") != text:
        path.write_text(text, "utf-8")


def local_names(text):
    """What a source declares in unnamed namespaces."""
    names = set()
    for inside in re.findall(r"^namespace \{$(.*?)^\}  // namespace$", text, re.MULTILINE | re.DOTALL):
        for declared in DECLARED.finditer(inside):
            names.update(filter(None, declared.groups()))
    return names - {"operator"}


def names_in(text):
    return set(filter(str.isidentifier, TOKEN.findall(text)))


def renamed(stem, name):
    if name[0].isupper():
        return stem.title().replace("_", "") + name
    return f"{stem}_{name}"


def separate(sources):
    """Renames what several sources declare, each for itself alone, or what another one mentions."""
    mentioned = {path: names_in(text) for path, text in sources.items()}
    for path, text in sources.items():
        others = set().union(*(names for other, names in mentioned.items() if other != path))
        shared = local_names(text) & others

        def replace(token, shared=shared, stem=path.stem):
            return renamed(stem, token[0]) if token[0] in shared else token[0]

        yield TOKEN.sub(replace, text)


def main():
    folder = pathlib.Path(sys.argv[1])
    version = re.search(r"version: '(.+)'", (ROOT / "meson.build").read_text("utf-8"))[1]
    about = f"{LICENSE}\n// Baton {version} in two files, written by packaging/amalgamate.py.\n"

    public = ROOT / "include" / "baton"
    header = Inliner()
    declarations = "".join(
        header.text_of(path)
        for pattern in HEADERS
        for path in sorted(public.glob(pattern))
        if path.name not in NEED_OTHERS
    )

    # The headers of all sources come first, so that no local name of a source is seen by them.
    paths = [path for room in SOURCES for path in sorted((ROOT / room).glob("*.cpp"))]
    source = Inliner(header.known)
    internal = "".join(
        source.text_of(path_of(name))
        for path in paths
        for name in OWN.findall(path.read_text("utf-8"))
    )
    sources = separate({path: source.text_of(path) for path in paths})

    folder.mkdir(parents=True, exist_ok=True)
    write(folder / "baton.hpp", about, "#pragma once\n\n", header.includes(), declarations)
    write(folder / "baton.cpp", about, '#include "baton.hpp"\n\n', source.includes(), internal, *sources)
    if len(sys.argv) > 2:
        files = source.known | {ROOT / "meson.build"}
        made_of = sorted(str(path).replace(" ", "\\ ") for path in files | {path.parent for path in files})
        pathlib.Path(sys.argv[2]).write_text(f"{folder / 'baton.hpp'}: {' '.join(made_of)}\n", "utf-8")


main()
