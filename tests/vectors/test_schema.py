# SPDX-License-Identifier: Apache-2.0
"""vectors.schema.json says what the vectors are: each file satisfies it, no spoiled one does, README.md
and the library have the same words, and the reader in C++ refuses what the schema refuses."""

import copy
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.append(str(ROOT / "tests" / "support"))
from needed_modules import run_again_or_skip

try:
    import jsonschema
except ImportError as error:
    run_again_or_skip("python3-jsonschema", error)

SCHEMA = json.loads((HERE / "vectors.schema.json").read_text("utf-8"))
MANIFEST = json.loads((HERE / "manifest.json").read_text("utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
KINDS = {"configuration": "configuration", "sampling": "sampler"}


def document(name):
    return json.loads((HERE / f"{name}.json").read_text("utf-8"))


def part(name):
    return jsonschema.Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": SCHEMA["$defs"]})


def objects(value):
    """All objects in a value whose keys the schema names."""
    if isinstance(value, list):
        for each in value:
            yield from objects(each)
    elif isinstance(value, dict):
        yield value
        for key, each in value.items():
            if key not in ("environment", "leaves"):
                yield from objects(each)


def errors_of(documents):
    """What the reader in C++ says of each: nothing, or an error."""
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for number, each in enumerate(documents):
            files.append(f"{folder}/{number}.json")
            pathlib.Path(files[-1]).write_text(json.dumps(each), "utf-8")
        done = subprocess.run([os.environ["READER"], *files], capture_output=True, text=True, timeout=60,
                              check=True)  # fmt: skip
    errors = done.stdout.split("\n")[:-1]
    assert len(errors) == len(files), (len(errors), len(files))
    return errors


def file_of(kind, *vectors):
    head = {"about": "a", "propagators": "b3"} if kind == "propagation" else {"about": "a"}
    return {**head, "vectors": list(vectors)}


def places(value):
    """Each object and list in a value, itself among them."""
    if isinstance(value, (dict, list)):
        yield value
        for each in value.values() if isinstance(value, dict) else value:
            yield from places(each)


def changed(value):
    """The value with one member, at any depth, dropped or of another kind. Numbers that are not whole,
    and those that no text can be repeated by, are left out: the reader is stricter there."""
    for number, place in enumerate(places(value)):
        for key in place if isinstance(place, dict) else range(len(place)):
            for other in (None, True, 0, 7, -1, 2**32, "", "ZZ", "0a", "b3,", "defer", [], ["a", "b"], {},
                          {"hex": "0a"}, {"A_1": "a"}, {"1A": "a"}, {"a": "a"}):  # fmt: skip
                if key not in ("times", "from") or other != 2**32:
                    spoiled = copy.deepcopy(value)
                    list(places(spoiled))[number][key] = other
                    yield spoiled
            spoiled = copy.deepcopy(value)
            del list(places(spoiled))[number][key]
            yield spoiled
        if isinstance(place, dict):
            for key in ("fields", "inject", "flags", "remote", "from", "x"):
                spoiled = copy.deepcopy(value)
                if list(places(spoiled))[number].setdefault(key, "b") == "b":
                    yield spoiled


class Schema(unittest.TestCase):
    def test_is_a_schema(self):
        jsonschema.Draft202012Validator.check_schema(SCHEMA)

    def test_every_file_satisfies_it(self):
        count = 0
        for name in MANIFEST:
            errors = [error.message[:200] for error in VALIDATOR.iter_errors(document(name))]
            self.assertEqual(errors, [], name)
            count += len(document(name)["vectors"])
        self.assertEqual(list(part("manifest").iter_errors(MANIFEST)), [])
        self.assertGreater(count, 1400)
        print(f"{count} vectors in {len(MANIFEST)} files satisfy the schema", file=sys.stderr)

    def assert_refused(self, kind, vector):
        self.assertFalse(part(kind).is_valid(vector), vector)
        self.refused.append(file_of(kind, vector))

    def setUp(self):
        self.refused = []

    def tearDown(self):
        for spoiled, error in zip(self.refused, errors_of(self.refused), strict=True):
            with self.subTest(spoiled=spoiled):
                self.assertNotEqual(error, "")

    def test_a_misspelled_key_is_refused_wherever_it_is(self):
        refused = set()
        for name in MANIFEST:
            for vector in document(name)["vectors"]:
                seen = {key for each in objects(vector) for key in each}
                if not seen - refused:
                    continue
                for number, found in enumerate(objects(vector)):
                    for key in found:
                        spoiled = copy.deepcopy(vector)
                        place = list(objects(spoiled))[number]
                        place[key + "s"] = place.pop(key)
                        self.assert_refused(KINDS.get(name, "propagation"), spoiled)
                refused |= seen
        self.assertGreater(len(refused), 30)

    def test_a_value_of_another_kind_is_refused(self):
        for name in MANIFEST:
            for vector in document(name)["vectors"][:20]:
                for key in vector:
                    with self.subTest(file=name, vector=vector["name"], key=key):
                        self.assert_refused(KINDS.get(name, "propagation"), {**vector, key: 7})

    def test_what_belongs_together_is_required(self):
        vector = {"name": "n", "clause": "c", "fields": [["traceparent", "x"]], "context": {}}
        self.assertTrue(part("propagation").is_valid(vector))
        self.assertEqual(errors_of([file_of("propagation", vector)]), [""])
        trace_id, span_id = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
        for spoiled in (
            {key: vector[key] for key in ("name", "clause", "fields")},
            {key: vector[key] for key in ("name", "clause", "context")},
            {key: vector[key] for key in ("name", "fields", "context")},
            {**vector, "fields": [["traceparent"]]},
            {**vector, "fields": [["traceparent", "x", "y"]]},
            {**vector, "fields": [["traceparent", {"hex": "0"}]]},
            {**vector, "fields": [["traceparent", {"hex": "AB"}]]},
            {**vector, "fields": [["traceparent", {"repeat": "a"}]]},
            {**vector, "fields": [["traceparent", {"repeat": "a", "times": -1}]]},
            {**vector, "issues": [["traceparent", "too_shrt", 0]]},
            {**vector, "policy": "last_win"},
            {**vector, "inject_with": "b3"},
            {**vector, "context": {"span_id": span_id, "flags": "01"}},
            {**vector, "context": {"trace_id": trace_id, "span_id": span_id}},
            {**vector, "context": {"trace_id": trace_id.upper()}},
            {**vector, "context": {"baggage": [["k", "v", [["p"]]]]}},
        ):
            with self.subTest(spoiled=spoiled):
                self.assert_refused("propagation", spoiled)

    def test_the_reader_and_the_schema_agree(self):
        """Of small vectors that have every key, each change is valid for both or for neither."""
        ids = {"trace_id": "0af7651916cd43dd8448eb211c80319c", "span_id": "b7ad6b7169203331", "flags": "01"}
        names = {"name": "n", "clause": "c"}
        repeated = {"repeat": ["k{n}", "v"], "times": 2}
        sound = [
            ("propagation", {**names, "propagators": "b3,baggage", "policy": "last_wins",
                             "environment": {"A": "b"}, "inject": [["a", "b"]],
                             "options": {"baggage_max_members": 1, "b3_short_trace_ids": True}}),
            ("propagation", {**names, "fields": [["a", ["b", "c"]]], "context": {**ids, "remote": True},
                             "issues": [["a", "empty", 1]], "format": "b3", "disagreeing_format": ""}),
            ("propagation", {**names, "given": {**ids, "tracestate": [["a", "b"], repeated]},
                             "inject": [["a", {"repeat": "b", "times": 2, "join": ","}]],
                             "inject_with": "b3", "outgoing": [["a", {"hex": "00"}]]}),
            ("propagation", {**names, "fields": [], "context": {
                "sampling": "debug", "baggage": [["k", "v", [["p", None], ["q", "v"]]], ["l", "w"]]}}),
            ("configuration", {**names, "environment": {"A": "b"}, "chain": ["b3"], "written": ["b3"],
                               "policy": "first_match", "error_mentions": ["a"], "leaves": {"a": "b"},
                               "accepted": "a"}),
            ("configuration", {**names, "environment": None, "chain": []}),
            ("sampler", {**names, "environment": {"A": "b"}, "given": ids, "decision": "drop",
                         "tracestate": [["a", "b"]], "error_mentions": ["a"]}),
        ]  # fmt: skip
        documents = [file_of(kind, vector) for kind, vector in sound]
        self.assertEqual(errors_of(documents), [""] * len(documents))
        seen = {key for document in documents for each in places(document) if isinstance(each, dict) for key in each}
        for kind in ("propagation", "context", "configuration", "sampler"):
            self.assertEqual(set(SCHEMA["$defs"][kind]["properties"]) - seen, set())
        documents += [spoiled for document in documents for spoiled in changed(document)]
        count = {True: 0, False: 0}
        for each, error in zip(documents, errors_of(documents), strict=True):
            is_valid = VALIDATOR.is_valid(each)
            count[is_valid] += 1
            if is_valid != (error == ""):
                self.fail(f"{each}: valid is {is_valid}, the reader says {error!r}")
        print(f"the schema and the reader agree: {count[True]} valid, {count[False]} not", file=sys.stderr)
        self.assertGreater(min(count.values()), 100)

    def test_errors_are_those_of_the_library(self):
        words = re.findall(r'return \{"(\w+)", ', (ROOT / "src/core/parse_error.cpp").read_text("utf-8"))
        self.assertEqual(SCHEMA["$defs"]["error"]["enum"], [word for word in words if word != "unknown"])

    def test_readme_has_every_key(self):
        chapters = re.split(r"^## ", (HERE / "README.md").read_text("utf-8"), flags=re.MULTILINE)
        rows = {
            chapter.splitlines()[0]: set(re.findall(r"`(\w+)`", "".join(
                re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", chapter, re.MULTILINE))))
            for chapter in chapters}  # fmt: skip
        common = {"name", "clause"}
        defined = {name: set(SCHEMA["$defs"][name]["properties"])
                   for name in ("propagation", "context", "configuration", "sampler")}  # fmt: skip
        text = next(chapter for chapter in chapters if chapter.startswith("A vector\n"))
        context = set(re.findall(r"^\| (.*?) \|", text.split("A context:")[1], re.MULTILINE))
        context = set(re.findall(r"`(\w+)`", " ".join(context)))
        self.assertEqual(context, defined["context"])
        self.assertEqual(rows["A vector"] - context, defined["propagation"])
        self.assertEqual(rows["A vector of the configuration"], defined["configuration"] - common)
        self.assertEqual(rows["A vector of a sampler"], defined["sampler"] - common)
        options = re.search(r"^\| `options` \| (.*?) \|", text, re.MULTILINE)[1]
        self.assertEqual(set(re.findall(r"`(\w+)`", options)),
                         set(SCHEMA["$defs"]["options"]["properties"]))  # fmt: skip


if __name__ == "__main__":
    unittest.main()
