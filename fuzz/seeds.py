#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes seed corpora for the fuzz targets from the vectors.

    seeds.py VECTORS CORPUS OUT STAMP TARGET=FORMAT,FORMAT...

CORPUS has seeds written by hand, in a folder for each target, and what fuzzing has found, in a file
for each; they are copied to the others.
The vectors of a format become seeds of the target that reads its grammar.
"""

import json
import pathlib
import re
import shutil
import sys

sys.path.append(sys.argv[1])
from run import name_of, read_corpus
from texts import expand


def seeds_of(fields):
    """Pairs of a target and an input with the same content as the fields."""
    for name, value in fields:
        if name == "traceparent":
            yield "traceparent", value
        if name in ("traceparent", "b3", "x-b3-traceid"):
            yield "hex", value
    for name in ("tracestate", "baggage"):
        values = [value for key, value in fields if key == name]
        if values:
            yield name, b"\n".join([b"0", *values])
            yield "list", b"\n".join([b"0" if name == "tracestate" else b"1", *values])
            yield name, b"\n".join([b"1", b"key", b"value", b"p", b"q", *values])


def entry(name, value):
    """A long string in a field table of AMQP."""
    return bytes([len(name)]) + name + b"S" + len(value).to_bytes(4, "big") + value


# What the first line chooses; one seed after the other takes the next.
CHOICES = {
    "chain": (b"0", b"1", b"2", b"3"),
    "c": (b"0", b"1", b"48", b"64", b"129"),
    "nginx": (b"1", b"3"),
    "grpc": (b"0",),
}


def seeds_of_formats(target, fields, number):
    """The same for the targets that read names and values: chains, carriers, and a translator, if
    there is one."""
    lines = [name.encode() + b" " + value for name, value in fields]
    if not lines or any(b"\n" in line for line in lines):
        return
    for name, choices in CHOICES.items():
        yield name, b"\n".join([choices[number % len(choices)], *lines])
    rules = b"api.partner.example\n*.partner.example: context baggage=k*; *: all"
    callers = (b"keep_ids baggage", b"restart baggage=k", b"")[number % 3]
    yield "trust", b"\n".join([b"%d" % (number % 3), rules, callers, *lines])
    variables = [re.sub("[^A-Z0-9]", "_", name.upper()).encode() + b"=" + value for name, value in fields]
    yield "environment", b"\n".join([b"name", b"value", *variables])
    yield "kafka", b"\n".join(lines)
    yield "curl", b"\n".join(name.encode() + b": " + value for name, value in fields)
    yield "amqp", b"".join(entry(name.encode(), value) for name, value in fields)
    if target is not None:
        yield target, b"\n".join(lines)


def write(folder, seed):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name_of(seed)).write_bytes(seed)


def main():
    vectors, corpus, out, stamp = map(pathlib.Path, sys.argv[1:5])
    targets = {}
    for grammar in sys.argv[5:]:
        target, formats = grammar.split("=")
        targets |= dict.fromkeys(formats.split(","), target)
    shutil.rmtree(out, ignore_errors=True)
    for place in corpus.iterdir():
        if place.is_dir():
            shutil.copytree(place, out / place.name, dirs_exist_ok=True)
    for place in corpus.glob("*.txt"):
        for content in read_corpus(place):
            write(out / place.stem, content)
    count = 0
    for path in sorted(vectors.glob("*.json")):
        document = json.loads(path.read_text())
        for number, vector in enumerate(document.get("vectors", [])):
            fields = [(name.lower(), expand(value)) for name, value in vector.get("fields", [])]
            for target, seed in [*seeds_of(fields), *seeds_of_formats(targets.get(path.stem), fields, number)]:
                if len(seed) > 10240:
                    continue
                write(out / target, seed)
                count += 1
    if count == 0:
        sys.exit(f"no vectors with fields in {vectors}")
    stamp.write_text(f"{count}\n")


main()
