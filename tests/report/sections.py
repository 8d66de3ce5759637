# SPDX-License-Identifier: Apache-2.0
"""What the page says about the result of each command."""

import collections
import dataclasses
from collections.abc import Callable, Iterator


@dataclasses.dataclass
class Section:
    """`figure` is the whole result in a few words; a piece is a text, or the head and rows of a table."""

    name: str
    title: str
    command: str
    figure: Callable[[dict], str]
    pieces: Callable[[dict], Iterator]


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


def mutation_figure(found):
    killed = sum(row["killed"] for row in found["folders"].values())
    survived = sum(row["survived"] for row in found["folders"].values())
    return f"{killed} of {killed + survived} mutants killed ({percent(killed, killed + survived)})"


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
    if reasons:
        yield "Survivors that no test can find, and why:\n\n" + "\n".join(
            f"- {reason}: {', '.join(changes)}" for reason, changes in sorted(reasons.items())
        )
    yield from problems(found)


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
    if found["missing"]:
        yield "Not covered:\n\n" + "\n".join(
            f"- {its['path']}:{its['line']} {'' if its['kind'] == 'line' else 'never ' + its['kind']} `{its['text']}`"
            for its in found["missing"]
        )
    yield from problems(found)


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


def fuzz_figure(found):
    return f"{len(found['targets'])} targets, {found['executions']:,} runs, {found['executions_of_all_runs']:,} in all"


def fuzz_pieces(found):
    yield f"Each target ran for {found['seconds_each']} seconds. A rate is of one processor, with sanitizers."
    head = ["target", "runs", "runs a second", "edges", "features", "corpus before", "bytes", "after", "bytes", "faults"]
    yield head, [
        [its["target"], f"{its['executions']:,}", f"{its['per_processor_second']:,}", its["edges"], its["features"],
         its["corpus_before"]["files"], its["corpus_before"]["bytes"], its["corpus_after"]["files"],
         its["corpus_after"]["bytes"], ", ".join(its["artifacts"]) or int(its["failed"])]
        for its in sorted(found["targets"], key=lambda its: its["target"])
    ]  # fmt: skip


SECTIONS = [
    Section("test", "Tests", "./dev test", tests_figure, tests_pieces),
    Section("mutation", "Mutation", "./dev mutate", mutation_figure, mutation_pieces),
    Section("coverage", "Coverage", "./dev coverage", coverage_figure, coverage_pieces),
    Section("fuzz", "Fuzzing", "./dev fuzz", fuzz_figure, fuzz_pieces),
    Section("machines", "Other machines", "./dev test machines", tests_figure, tests_pieces),
    Section("compilers", "Other standard libraries", "./dev test compilers", tests_figure, tests_pieces),
    Section("lint", "Static analysis", "./dev lint", lint_figure, lint_pieces),
]
