#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes seed corpora for the fuzz targets from the vectors: seeds.py VECTORS CORPUS OUT STAMP.

CORPUS holds the seeds written by hand, a folder for each target; they are copied beside the others.
"""

import hashlib
import json
import pathlib
import shutil
import sys

# Vectors of what the library itself does; all others are of the translator that the file is named by.
OF_THE_CORE = {"traceparent", "tracestate", "baggage", "chain", "configuration"}

# Formats whose grammar is that of another, whose target reads it.
TWINS = {"b3multi": "b3", "xray-lambda": "xray"}


def resolve(text):
    """A text of the vectors' schema, as bytes."""
    if isinstance(text, str):
        return text.encode()
    if isinstance(text, list):
        return b"".join(resolve(part) for part in text)
    if "hex" in text:
        return bytes.fromhex(text["hex"])
    start = text.get("from", 0)
    parts = [
        resolve(text["repeat"]).replace(b"{n}", str(n).encode())
        for n in range(start, start + text["times"])
    ]
    return resolve(text.get("join", "")).join(parts)


def seeds_of(fields):
    """Pairs of a target and an input that says what the fields say."""
    for name, value in fields:
        if name == "traceparent":
            yield "traceparent", value
        if name in ("traceparent", "b3", "x-b3-traceid"):
            yield "hex", value
    for name in ("tracestate", "baggage"):
        values = [value for key, value in fields if key == name]
        if values:
            yield name, b"\n".join([b"0", *values])
            yield name, b"\n".join([b"1", b"key", b"value", b"p", b"q", *values])


def entry(name, value):
    """A long string in a field table of AMQP's."""
    return bytes([len(name)]) + name + b"S" + len(value).to_bytes(4, "big") + value


def seeds_of_formats(format, fields):
    """The same for the targets of chains, carriers and translators, which read names and values."""
    lines = [name.encode() + b" " + value for name, value in fields]
    if not lines or any(b"\n" in line for line in lines):
        return
    for choice in (b"0", b"1"):
        yield "chain", b"\n".join([choice, *lines])
    yield "kafka", b"\n".join(lines)
    yield "amqp", b"".join(entry(name.encode(), value) for name, value in fields)
    if format not in OF_THE_CORE:
        yield TWINS.get(format, format), b"\n".join(lines)


def main():
    vectors, corpus, out, stamp = map(pathlib.Path, sys.argv[1:])
    for folder in corpus.iterdir():
        shutil.copytree(folder, out / folder.name, dirs_exist_ok=True)
    count = 0
    for path in sorted(vectors.glob("*.json")):
        document = json.loads(path.read_text())
        for vector in document.get("vectors", []):
            fields = [(name.lower(), resolve(value)) for name, value in vector.get("fields", [])]
            for target, seed in [*seeds_of(fields), *seeds_of_formats(path.stem, fields)]:
                if len(seed) > 10240:
                    continue
                folder = out / target
                folder.mkdir(parents=True, exist_ok=True)
                (folder / hashlib.sha1(seed).hexdigest()).write_bytes(seed)
                count += 1
    if count == 0:
        sys.exit(f"no vectors with fields in {vectors}")
    stamp.write_text(f"{count}\n")


main()
