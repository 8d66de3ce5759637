# SPDX-License-Identifier: Apache-2.0
"""Looks for input that costs the most instructions, to be kept in worst.txt.

usage: search.py INPUTS [ROUNDS [SEED]]

Begins with random texts, and varies the dearest of each field. Prints the lines that cost more than
all that is known.
"""

import pathlib
import random
import shutil
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
import callgrind

PIECES = (*",;=%:- \t\"\\/@*+.?", "0", "1", "a", "f", "G", "Z", "~", "\x7f", "\x80", "\xc3", "\xf0", "%4",
          "%41", "%3A", "%zz", "a=b", "k=", "=v", "Root=", "Parent=", "Sampled=1", "_dd.p.a=", "o=1",
          "00-", "aaaaaaaaaaaaaaaa", "        ", "vvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvv")
PLACES = ("none", "before", "behind")
PER_ROUND = 12  # of each field


def escaped(text):
    return "".join(c if " " < c < "\x7f" and c != "\\" else f"\\x{ord(c):02x}" for c in text)


def varied(unit):
    """With a piece more, a piece less, or another one."""
    at = random.randrange(len(unit))
    kept = random.choice((unit[:at] + unit[at + 1:], unit, unit[:at]))
    return (kept + [random.choice(PIECES)])[-8:]


def count(inputs, recipes):
    """The cost by format, field, place and text."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="ascii") as file:
        file.writelines(f"{format}\t{name}\t{place}\t{escaped(''.join(unit))}\n"
                        for format, name, place, unit in recipes)
        file.flush()
        counted, _ = callgrind.counts(shutil.which("valgrind"), inputs, file.name, "only")
    return {title.rpartition("/")[0]: cost for title, cost in counted.items()}


def known(inputs):
    """The fields, and the dearest good and bad input of each format."""
    worst = pathlib.Path(__file__).with_name("worst.txt")
    counted, _ = callgrind.counts(shutil.which("valgrind"), inputs, worst)
    fields, dearest = set(), {}
    for title, cost in counted.items():
        kind, _, rest = title.rpartition("/")[0].partition(": ")
        format, _, size = kind.partition(", ")
        judgement, _, name = rest.partition(", ")
        if size == "long":
            fields.add((format, name.partition(" = ")[0].partition("\t")[0]))
            dearest[kind, judgement] = max(cost, dearest.get((kind, judgement), 0))
    return sorted(fields), dearest


def main():
    inputs = sys.argv[1]
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    random.seed(sys.argv[3] if len(sys.argv) > 3 else 1)
    fields, dearest = known(inputs)
    best = {}
    for _ in range(rounds):
        recipes = []
        for format, name in fields:
            for _ in range(PER_ROUND):
                _, place, unit = best.get((format, name), (0, None, None))
                if unit and random.random() < 0.7:
                    recipes.append((format, name, place, varied(unit)))
                else:
                    recipes.append((format, name, random.choice(PLACES),
                                    random.choices(PIECES, k=random.randint(1, 6))))
        costs = count(inputs, recipes)
        for format, name, place, unit in recipes:
            for judgement in ("good", "bad"):
                kind = f"{format}, long"
                line = f"{name}\t{place}\t{escaped(''.join(unit))}"
                cost = costs.get(f"{kind}: {judgement}, {line}", 0)
                if cost > best.get((format, name), (0,))[0]:
                    best[format, name] = cost, place, unit
                if cost > dearest.get((kind, judgement), 0):
                    dearest[kind, judgement] = cost
                    print(f"{cost} {judgement}: {format}\t{line}", flush=True)
    for (kind, judgement), cost in sorted(dearest.items()):
        if judgement == "bad" and (kind, "good") in dearest:
            print(f"{kind}: bad / good = {cost / dearest[kind, 'good']:.2f}")


if __name__ == "__main__":
    main()
