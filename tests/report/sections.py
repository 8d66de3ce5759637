# SPDX-License-Identifier: Apache-2.0
"""What the page says about the result of each command."""

import collections
import dataclasses
from collections.abc import Callable, Iterator


@dataclasses.dataclass
class Section:
    """`figure` is the whole result in a few words; a piece is a text, or the head and rows of a table;
    `apart` is which files and folders may change without another result; `lack` says what a result
    lacks to be a whole one, which the command has with `options`.
    """

    name: str
    title: str
    command: str
    figure: Callable[[dict], str]
    pieces: Callable[[dict], Iterator]
    apart: frozenset = frozenset()
    lack: Callable[[dict], str | None] = lambda found: None
    options: str = ""


def tests_figure(found):
    return f"{found['passed']} passed, {len(found['failed'])} failed, {len(found['skipped'])} skipped"


def tests_pieces(found):
    yield ["build", "programs", "tests"], [[run, its["programs"], its["tests"]] for run, its in found["runs"].items()]
    yield ["suite", "tests, over all builds"], [list(suite) for suite in found["suites"].items()]
    yield (
        f"Vectors: {found['vectors']:,}. Laws: {found['laws']}, tried {found['tries']:,} times. "
        f"Fuzz executions: {found['executions']:,}."
    )
    if "steps" in found:
        yield ["step", "began after"], [[what, f"{int(began) // 60} min {int(began) % 60} s"] for began, what in found["steps"]]
    for name in ("failed", "skipped"):
        if found[name]:
            yield name.capitalize() + ":\n\n" + "\n".join(f"- {test}" for test in found[name])
    if found["shown"]:
        yield "```\n" + "\n".join(line.removeprefix("| ") for line in found["shown"]) + "\n```"


def percent(part, whole):
    return f"{100 * part / whole:.1f} %" if whole else "100.0 %"


LEAST_MUTANTS = 1500  # all of them take hours


def mutation_figure(found):
    killed = sum(row["killed"] for row in found["folders"].values())
    survived = sum(row["survived"] for row in found["folders"].values())
    of = "a sample of " if found["sample"] else ""
    return f"{killed} of {of}{killed + survived} mutants killed ({percent(killed, killed + survived)})"


def mutation_lack(found):
    is_small = found["sample"] and found["sample"] < LEAST_MUTANTS
    return f"has run a sample of {found['sample']} mutants only" if is_small else None


def mutation_pieces(found):
    head = ["folder", "mutants", "run", "killed", "no end", "argued", "survived", "killed of those not argued", "goal"]
    yield head, [
        [folder, row["mutants"], row["run"], row["killed"],
         row["by_time"] + row["by_waiting"] + row["by_memory"], row["argued"], row["survived"],
         f"{row['percent']:.1f} %", f"{row['goal']} %"]
        for folder, row in found["folders"].items()
    ]  # fmt: skip
    if found["left_out"]:
        yield "Not built here, so not mutated: " + ", ".join(found["left_out"]) + "."
    reasons = collections.defaultdict(list)
    for its in found["survivors"]:
        reasons[its["argued"] or ""].append(f"{its['path']}:{its['line']} `{its['change']}`")
    if alive := reasons.pop("", []):
        yield "Survivors without an argument:\n\n" + "\n".join(f"- {change}" for change in alive)
    yield from arguments("Survivors that no test can find, and why", reasons)
    yield from problems(found)


def arguments(head, reasons):
    if reasons:
        yield f"{head}:\n\n" + "\n".join(f"- {reason}: {', '.join(its)}" for reason, its in sorted(reasons.items()))


def problems(found):
    if found["problems"]:
        yield "Problems:\n\n" + "\n".join(f"- {problem}" for problem in found["problems"])


def coverage_figure(found):
    sums = collections.Counter()
    for row in found["folders"].values():
        for part in ("lines", "branches"):
            sums[part] += row[part]["covered"]
            sums[part, "of"] += row[part]["all"] - row[part]["argued"]
    return ", ".join(f"{percent(sums[part], sums[part, 'of'])} of {part}" for part in ("lines", "branches"))


def coverage_pieces(found):
    yield ["folder", "lines", "covered", "argued", "goal", "branches", "covered", "argued", "goal"], [
        [folder, *(cell for part in ("lines", "branches") for cell in (
            row[part]["all"], f"{row[part]['percent']:.1f} %", row[part]["argued"], f"{row[part]['goal']} %"))]
        for folder, row in found["folders"].items()
    ]  # fmt: skip
    if found["left_out"]:
        yield "Not built here, so not measured: " + ", ".join(found["left_out"]) + "."
    if found["missing"]:
        yield "Not covered:\n\n" + "\n".join(f"- {place(its)}" for its in found["missing"])
    reasons = collections.defaultdict(list)
    for its in found["argued"]:
        reasons[its["reason"]].append(place(its))
    yield from arguments("What no test can come to, and why", reasons)
    yield from problems(found)


def place(its):
    never = "" if its["kind"] == "line" else f"never {its['kind']} "
    return f"{its['path']}:{its['line']} {never}`{its['text']}`"


def lint_figure(found):
    failed = found["tidy"]["failed"] + found["c"]["failed"]
    return f"{found['tidy']['sources'] + found['c']['sources']} sources, {failed} with findings"


def lint_pieces(found):
    tidy, c = found["tidy"], found["c"]
    yield ["tool", "version", "sources", "with findings"], [
        [f"clang-tidy, {tidy['checks']} checks, of {', '.join(tidy['folders'])}", tidy["clang-tidy"],
         tidy["sources"], tidy["failed"]],
        ["GCC's analyzer, of C", c["gcc"], c["sources"], c["failed"]],
        ["cppcheck, of C", c["cppcheck"], c["sources"], c["failed"]],
    ]  # fmt: skip


LEAST_FUZZING = 60  # seconds of each target, as ./dev fuzz does by itself


def fuzz_figure(found):
    return f"{len(found['targets'])} targets, {found['executions']:,} runs, {found['executions_of_all_runs']:,} in all"


def fuzz_lack(found):
    return f"has run each target for {found['seconds_each']} s only" if found["seconds_each"] < LEAST_FUZZING else None


def fuzz_pieces(found):
    yield f"Each target ran for {found['seconds_each']} seconds. A rate is of one processor, with sanitizers."
    head = ["target", "runs", "runs a second", "edges", "features", "corpus before", "bytes", "after", "bytes", "faults"]
    yield head, [
        [its["target"], f"{its['executions']:,}", f"{its['per_processor_second']:,}", its["edges"], its["features"],
         its["corpus_before"]["files"], its["corpus_before"]["bytes"], its["corpus_after"]["files"],
         its["corpus_after"]["bytes"], ", ".join(its["artifacts"]) or int(its["failed"])]
        for its in sorted(found["targets"], key=lambda its: its["target"])
    ]  # fmt: skip


# No result but that of the tests is about prose.
PROSE = frozenset({"docs", "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "RELEASING.md", "SECURITY.md"})
ARGUED_MUTANTS = "tests/mutation/argued.txt"
ARGUED_COVERAGE = "tests/mutation/argued_coverage.txt"
WITHOUT_MUTANTS = PROSE | {"tests/mutation"}
# The laws, the reference and the vectors of the targets are in `tests`.
NOT_FUZZED = WITHOUT_MUTANTS | {"bench", "examples", "packaging", ".github", ".ci"}

SECTIONS = [
    Section("test", "Tests", "./dev test", tests_figure, tests_pieces),
    Section("mutation", "Mutation", "./dev mutate", mutation_figure, mutation_pieces, PROSE | {ARGUED_COVERAGE},
            mutation_lack, f" --sample {LEAST_MUTANTS}"),
    Section("coverage", "Coverage", "./dev coverage", coverage_figure, coverage_pieces, PROSE | {ARGUED_MUTANTS}),
    Section("fuzz", "Fuzzing", "./dev fuzz", fuzz_figure, fuzz_pieces, NOT_FUZZED, fuzz_lack),
    Section("machines", "Other machines", "./dev test machines", tests_figure, tests_pieces, WITHOUT_MUTANTS),
    Section("compilers", "Other standard libraries", "./dev test compilers", tests_figure, tests_pieces, WITHOUT_MUTANTS),
    Section("lint", "Static analysis", "./dev lint", lint_figure, lint_pieces, PROSE | {ARGUED_MUTANTS, ARGUED_COVERAGE}),
]
