# SPDX-License-Identifier: Apache-2.0
"""Sources with mutants, and build directories of them: of a copy of the project, for one."""

import concurrent.futures
import hashlib
import itertools
import json
import os
import pathlib
import pickle
import re
import shlex
import shutil
import subprocess

import mutants
import rewrite
from folders import FOLDERS, ROOT, UNPACKAGED, Broken, folder_of, sources

HERE = pathlib.Path(__file__).resolve().parent
MUTANTS_OF_A_FILE = 1024
# Only what has mutants includes it, so that all else is compiled once.
INCLUDED = f'#include "{HERE / "mutant.hpp"}"\n#line 1\n'

# What a source with mutants is compiled with. A value that a mutant does not write is not zero by chance.
FLAGS = ["-w", "-Wno-c++11-narrowing", "-Wno-error", "-fno-sanitize-recover=all", "-ftrivial-auto-var-init=pattern"]
# What the suites run with elsewhere: what a mutant reads beyond its memory is found. Not optimized,
# as sources with mutants take long enough to compile.
OPTIONS = [
    "-Dbuildtype=debug", "-Ddebug=false", "-Db_sanitize=address,undefined", "-Db_lundef=false",
    "-Dexamples=enabled", "-Dbench=disabled", "-Dopentelemetry=auto", f"-Dcpp_args={' '.join(FLAGS)}",
]  # fmt: skip


CCACHE = "ccache " if shutil.which("ccache") else ""


class Build:
    """A build directory, by Clang."""

    def __init__(self, source, objects, options):
        self.source = source
        self.objects = objects
        self.options = options

    def configure(self):
        wanted = json.dumps(self.options)
        stamp = self.objects / "options"
        if stamp.exists() and stamp.read_text() == wanted:
            return
        again = ["--reconfigure"] if (self.objects / "build.ninja").exists() else []
        environment = os.environ | {"CC": CCACHE + "clang-19", "CXX": CCACHE + "clang++-19"}
        environment |= {"CC_LD": "lld", "CXX_LD": "lld"}  # a fifth of the time, for what is instrumented
        command = ["meson", "setup", *again, self.objects, self.source, *self.options]
        done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
        if done.returncode != 0:
            raise Broken(done.stdout + done.stderr)
        stamp.write_text(wanted)

    def introspect(self, what):
        command = ["meson", "introspect", what, self.objects]
        return json.loads(subprocess.run(command, capture_output=True, check=True).stdout)


def find_or_recall(store, path, arguments):
    """The mutants of a source, of the last time if it and all headers are the same."""
    digest = hashlib.sha256(repr(arguments).encode())
    for name in [path, "tests/mutation/mutants.py", *(name for name in sources(FOLDERS) if name.endswith(".hpp"))]:
        digest.update((ROOT / name).read_bytes())
    place = store / path.replace("/", "+")
    if place.exists() and (known := pickle.loads(place.read_bytes()))[0] == digest.digest():
        return known[1], []
    its, errors = mutants.find(ROOT, path, arguments)
    if not errors:
        store.mkdir(exist_ok=True)
        place.write_bytes(pickle.dumps((digest.digest(), its)))
    return its, errors


class Instrumented(Build):
    """With programs that have mutants, its own or others beside them."""

    def __init__(self, source, objects, options, copy, kept):
        super().__init__(source, objects, options)
        self.copy = copy  # of the sources, with mutants
        self.kept = kept  # the folder of their objects, and of what was found out

    def write(self, path, content):
        """Leaves what is as it must be, for Ninja to see that it is."""
        place = self.copy / path
        if not place.exists() or place.read_bytes() != content:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
            place.chmod((ROOT / path).stat().st_mode)

    def path_of(self, name):
        """The path of the original that a compiler names; None if it is another file."""
        place = (self.objects / name).resolve()
        return str(place.relative_to(self.copy)) if place.is_relative_to(self.copy) else None

    def arguments(self):
        """By source: what it is compiled with, as paths of the original."""
        commands = json.loads((self.objects / "compile_commands.json").read_text())
        result = {}
        for command in commands:
            words = shlex.split(command["command"])
            kept = [word for word in words if re.match(r"-(I|D|isystem|std=)", word)]
            path = (self.objects / command["file"]).resolve()
            moved = [self.moved(word) for word in kept]
            if path.is_relative_to(self.source):
                result.setdefault(str(path.relative_to(self.source)), moved)
        return result

    def moved(self, word):
        flag = re.match(r"-I|-isystem", word)
        if not flag:
            return word
        place = (self.objects / word[flag.end() :]).resolve()
        if place.is_relative_to(self.source):
            place = ROOT / place.relative_to(self.source)
        return flag[0] + str(place)

    def find(self, paths, jobs):
        """All mutants of some sources, each with its number."""
        known = self.arguments()
        numbered = {path: index for index, path in enumerate(sources(["include", "src", "translators", "carriers",
                                                                      "bindings"]))}  # fmt: skip
        work = []
        for path in paths:
            folder = path.rpartition("/")[0]
            beside = [arguments for other, arguments in known.items() if other.rpartition("/")[0] == folder]
            tests = UNPACKAGED.get(folder_of(path))
            if tests and not any(other.startswith(tests) for other in known):
                continue
            if path.endswith(".cpp") and path not in known:
                continue  # not compiled with these options
            arguments = known.get(path) or (beside or list(known.values()))[0]
            work.append((path, arguments))
        found = []
        if not work:
            return found
        with concurrent.futures.ProcessPoolExecutor(jobs) as pool:
            results = pool.map(find_or_recall, itertools.repeat(self.kept / "found"), *zip(*work, strict=True))
            for (path, _), (its, errors) in zip(work, results, strict=True):
                if errors:
                    raise Broken("\n".join(errors))
                if len(its) >= MUTANTS_OF_A_FILE:
                    raise Broken(f"{path}: {len(its)} mutants are more than there are numbers for")
                for index, mutant in enumerate(its):
                    mutant.number = 1 + numbered[path] * MUTANTS_OF_A_FILE + index
                found += its
        return found

    def instrument(self, paths, found):
        """Writes some sources anew, also those without mutants: they may have had some."""
        by_path = {path: [] for path in paths}
        for mutant in found:
            by_path[mutant.path].append(mutant)
        for path, its in by_path.items():
            content = (ROOT / path).read_bytes()
            if its:
                content = (INCLUDED + rewrite.rewrite(content.decode("latin-1"), its)).encode("latin-1")
            self.write(path, content)

    def compile(self, paths, found, targets, jobs, say):
        """Compiles, without the mutants that the compiler refuses; returns those that are left."""
        store = self.kept / "refused.json"
        known = {tuple(name) for name in json.loads(store.read_text())} if store.exists() else set()
        digests = {path: hashlib.sha256((ROOT / path).read_bytes()).hexdigest() for path in {m.path for m in found}}
        names = {mutant.number: (digests[mutant.path], *mutant.key) for mutant in found}
        found = [mutant for mutant in found if names[mutant.number] not in known]
        while True:
            self.instrument(paths, found)
            done = self.make(targets, jobs)
            if done.returncode == 0:
                return found
            refused = refused_by(done.stdout, found, self.path_of)
            if not refused:
                raise Broken(done.stdout[-10000:])
            say(f"the compiler refuses {len(refused)} mutants")
            known |= {names[number] for number in refused}
            store.write_text(json.dumps(sorted(known)))
            found = [mutant for mutant in found if mutant.number not in refused]

    def make(self, targets, jobs):
        return self.ninja("-k", "0", "-j", str(jobs), *targets)

    def ninja(self, *words):
        command = ["ninja", "-C", str(self.objects), *words]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def compiled(self):
        return numbers_in(list(self.kept.rglob("*.o")))


class Tree(Instrumented):
    """The build directory of a copy."""

    def __init__(self, folder, is_plain=False):
        # Each has a copy of its own, in which the other's sources have no mutants.
        copy, objects = (folder / name for name in (("plain-tree", "plain") if is_plain else ("tree", "objects")))
        options = [option for option in OPTIONS if not (is_plain and option.startswith("-Db_sanitize"))]
        super().__init__(copy, objects, options, copy, objects)

    def mirror(self, except_for):
        """Copies all but some paths, and deletes what is gone."""
        kept = set()
        for folder, names, files in os.walk(ROOT):
            if pathlib.Path(folder) == ROOT:
                names[:] = [name for name in names if name not in ("build", "dist", ".git")]
            names[:] = [name for name in names if name != "__pycache__"]
            for name in files:
                path = (pathlib.Path(folder) / name).relative_to(ROOT)
                if path == pathlib.Path(".git"):
                    continue
                kept.add(self.copy / path)
                if str(path) not in except_for or not (self.copy / path).exists():
                    self.write(path, (ROOT / path).read_bytes())
        for path in self.copy.rglob("*"):
            if path.is_file() and path not in kept:
                path.unlink()

    def generate(self):
        """Makes the headers that are generated, which sources include."""
        made = [name for target in self.introspect("--targets") if target["type"] == "custom"
                for name in target["filename"] if name.endswith(".h")]  # fmt: skip
        if made:
            done = self.ninja(*(os.path.relpath(name, self.objects) for name in made))
            if done.returncode != 0:
                raise Broken(done.stdout[-10000:])


def refused_by(output, found, path_of):
    """The mutants of the lines that a compiler's errors are about, the likely ones first."""
    lines = set()
    last_error_is_placed = True
    for name, line, kind in re.findall(r"^(\S+?):(\d+):\d+: (?:fatal )?(error|note):", output, re.MULTILINE):
        if kind == "error":
            last_error_is_placed = False
        if not last_error_is_placed:
            key = path_of(name), int(line)
            if any(mutant.path == key[0] and mutant.line <= key[1] <= mutant.last_line for mutant in found):
                lines.add(key)
                last_error_is_placed = True
    refused = set()
    for path, line in lines:
        its = [mutant for mutant in found if mutant.path == path and mutant.line <= line <= mutant.last_line]
        likely = [mutant for mutant in its if mutant.how == "default"]
        refused |= {mutant.number for mutant in likely or its}
    return refused


def numbers_in(objects):
    """The numbers of the mutants that are in code, not only in constant expressions."""
    numbers = set()
    for start in range(0, len(objects), 200):
        command = ["llvm-nm-19", "--quiet", *map(str, objects[start : start + 200])]
        names = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        numbers |= {int(number) for number in re.findall(r"baton_mutation2onILj(\d+)E", names)}
    return numbers
