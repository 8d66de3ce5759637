#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes what users give to their fuzzers: dictionaries and seed corpora for targets whose input is
a line `Name: value` for each field.

    fuzz_data.py VECTORS DICTIONARIES OUT

From the vectors and from the dictionaries of Baton's own targets: OUT/dictionaries/FORMAT.dict,
OUT/corpora/FORMAT/, and `all` in both.
"""

import hashlib
import json
import pathlib
import re
import shutil
import sys

sys.path.append(sys.argv[1])
from texts import expand

# The dictionaries of our targets, and the files of vectors, for each format of the registry.
FORMATS = {
    "tracecontext": (["traceparent", "tracestate"], ["traceparent", "tracestate"]),
    "baggage": (["baggage"], ["baggage"]),
    "b3": (["b3"], ["b3"]),
    "b3multi": (["b3"], ["b3multi"]),
    "datadog": (["datadog"], ["datadog"]),
    "gcp": (["gcp"], ["gcp"]),
    "jaeger": (["jaeger"], ["jaeger"]),
    "opencensus": (["opencensus"], ["opencensus"]),
    "ottrace": (["ottrace"], ["ottrace"]),
    "xray": (["xray"], ["xray"]),
    "xray-lambda": (["xray"], ["xray-lambda"]),
}
LONGEST_SEED = 10240


def token_of(line):
    """A token for lines `Name: value`. Nothing for the choices that our own targets begin with."""
    if re.fullmatch(r'"\d+\\x0a"', line):
        return None
    return re.sub(r'^"\\x0a([a-z][\w-]*) ', r'"\\x0a\1: ', line)


def seed_of(fields):
    """Nothing if a line cannot say it."""
    if any(b"\n" in value for _, value in fields):
        return None
    seed = b"".join(name.encode() + b": " + value + b"\r\n" for name, value in fields)
    return seed if fields and len(seed) <= LONGEST_SEED else None


def names_in(seeds):
    return {line.split(b":")[0].decode().lower() for seed in seeds for line in seed.splitlines() if b": " in line}


def main():
    vectors, dictionaries, out = map(pathlib.Path, sys.argv[1:4])
    shutil.rmtree(out, ignore_errors=True)
    all_tokens, all_seeds = [], []
    for name, (own_dictionaries, own_vectors) in FORMATS.items():
        seeds = []
        for file in own_vectors:
            document = json.loads((vectors / f"{file}.json").read_text("utf-8"))
            for vector in document["vectors"]:
                seeds.append(seed_of([(key, expand(value)) for key, value in vector.get("fields", [])]))
        seeds = sorted({seed for seed in seeds if seed})
        lines = [line for own in own_dictionaries
                 for line in (dictionaries / f"{own}.dict").read_text("utf-8").splitlines()]
        tokens = [token_of(line) for line in lines if line.startswith('"')]
        tokens += [f'"\\x0d\\x0a{field}: "' for field in sorted(names_in(seeds)) if re.fullmatch(r"[\w-]+", field)]
        tokens = list(dict.fromkeys(token for token in tokens if token))
        if not seeds or not tokens:
            sys.exit(f"nothing for {name}")
        write(out, name, tokens, seeds)
        all_tokens += tokens
        all_seeds += seeds
    write(out, "all", list(dict.fromkeys(all_tokens)), sorted(set(all_seeds)))


def write(out, name, tokens, seeds):
    corpus = out / "corpora" / name
    corpus.mkdir(parents=True)
    for seed in seeds:
        (corpus / hashlib.sha256(seed).hexdigest()[:16]).write_bytes(seed)
    (out / "dictionaries").mkdir(exist_ok=True)
    (out / "dictionaries" / f"{name}.dict").write_text("\n".join(tokens) + "\n", "utf-8")


main()
