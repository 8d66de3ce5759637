# SPDX-License-Identifier: Apache-2.0
"""Runs the mutants of a few sources, with programs of a build directory that is there.

These sources alone are compiled, and the programs of some tests linked anew, in a folder of their
own. The exit status is that of `./dev mutate`, and 2 also if a source has no mutants.
"""

import argparse
import dataclasses
import json
import os
import pathlib
import shlex
import sys

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from needed_modules import run_again_or_skip

try:
    import mutate
except ImportError as error:
    run_again_or_skip("python3-clang-19", error)

import runs
from folders import ROOT, Broken, paths_of
from tree import FLAGS, Instrumented


def rule(name, place, inputs, words):
    """How Ninja makes a file."""
    command = shlex.join(words).replace("$", "$$")
    return f"build {place}: {name} {' '.join(inputs)}\n  command = {command}\n"


class Relinked(Instrumented):
    """A build directory that remains as it is, and programs of it in a folder within."""

    def __init__(self, objects, folder, paths):
        super().__init__(ROOT, objects, [], folder / "sources", folder)
        self.paths = paths

    def program(self, name):
        return self.kept / "programs" / self.near(self.objects / name).replace("/", "+")

    def near(self, place):
        """As the commands of the build directory name it, which run there."""
        return os.path.relpath(place, self.objects)

    def compiling(self, path, made):
        """The rule by which the build directory compiles a source, for that with mutants."""
        commands = json.loads((self.objects / "compile_commands.json").read_text())
        original, source = self.near(ROOT / path), self.near(self.copy / path)
        words = next(shlex.split(command["command"]) for command in commands if command["file"] == original)
        places = {"-o": made, "-MQ": made, "-MF": f"{made}.d", "-c": source}
        words = words[:1] + [places.get(flag, word) for flag, word in zip(words, words[1:], strict=False)]
        # A precompiled header serves the flags that it was compiled with, and no others.
        if "-include-pch" in words:
            place = words.index("-include-pch")
            del words[place : place + 2]
        return rule("compile", made, [source], words + FLAGS)

    def linking(self, target, objects):
        """The rule by which it links a program, which takes from the library what is not in objects."""
        done = self.ninja("-t", "commands", "-s", target)
        if done.returncode != 0:
            raise Broken(done.stdout + done.stderr)
        words = shlex.split(done.stdout)
        place, program = words.index("-o") + 1, self.near(self.program(target))
        words[place : place + 1] = [program, *objects]
        inputs = [word for word in words[place + 1 :] if (self.objects / word).is_file()]
        return rule("link", program, dict.fromkeys([*objects, *inputs]), words)

    def make(self, targets, jobs):
        objects = {path: self.near(self.copy / path) + ".o" for path in self.paths}
        rules = [
            f"builddir = {self.near(self.kept)}\n",
            "rule compile\n  command = $command\n  depfile = $out.d\n  deps = gcc\n",
            "rule link\n  command = $command\n",
            *(self.compiling(path, made) for path, made in objects.items()),
            *(self.linking(target, objects.values()) for target in targets),
        ]
        file = self.kept / "build.ninja"
        file.write_text("\n".join(rules))
        return self.ninja("-f", str(file), "-k", "0", "-j", str(jobs))


def measure(options):
    """As `mutate.measure`, of fewer tests."""
    paths = paths_of(options.paths)
    options.folder.mkdir(parents=True, exist_ok=True)
    build = Relinked(options.build.resolve(), options.folder.resolve(), paths)
    tests, targets = runs.chosen_tests(build, names=options.tests)
    if missing := set(options.tests) - {test.name for test in tests}:
        raise Broken(f"{build.objects}: there is no test {', '.join(sorted(missing))}")
    tests = [dataclasses.replace(test, command=[build.program(test.command[0]), *test.command[1:]]) for test in tests]
    every = build.find(paths, options.jobs)
    accepted = build.compile(paths, every, targets, options.jobs, mutate.say)
    numbers = build.compiled()
    compiled = [mutant for mutant in accepted if mutant.number in numbers]
    if without := sorted(set(paths) - {mutant.path for mutant in compiled}):
        raise Broken(f"no mutants run of {', '.join(without)}")
    explored = runs.explore_all(tests, options.jobs, mutate.show_progress, {}, None)
    fates = runs.kill_all(build, compiled, explored, "", options.jobs, None, mutate.show_progress)
    return every, accepted, compiled, compiled, fates


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", type=pathlib.Path, help="the build directory")
    parser.add_argument("folder", type=pathlib.Path, help="where to build what has mutants")
    parser.add_argument("paths", nargs="+", metavar="PATH", help="sources")
    parser.add_argument("--test", action="append", dest="tests", required=True, help="one that runs")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="how many tests run at once")
    return parser.parse_args()


def main():
    options = parse_options()
    try:
        measured = measure(options)
    except Broken as problem:
        mutate.say(str(problem))
        return 2
    result = mutate.judge(measured, options.paths)
    mutate.report(**result)
    count = {name: sum(row[name] for row in result["folders"].values()) for name in ("run", "killed", "argued")}
    print("| mutants of the sample: {run}, of which {killed} were killed and {argued} are argued".format(**count))
    return 0 if mutate.is_good(result) else 1


if __name__ == "__main__":
    sys.exit(main())
