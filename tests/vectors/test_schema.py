# SPDX-License-Identifier: Apache-2.0
"""vectors.schema.json says what the vectors are: each file satisfies it, no spoiled one does, and
README.md and the library have the same words."""

import copy
import json
import pathlib
import re
import sys
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

    def test_a_misspelled_key_is_refused_wherever_it_is(self):
        refused = set()
        for name in MANIFEST:
            validator = part(KINDS.get(name, "propagation"))
            for vector in document(name)["vectors"]:
                seen = {key for each in objects(vector) for key in each}
                if not seen - refused:
                    continue
                for number, found in enumerate(objects(vector)):
                    for key in found:
                        spoiled = copy.deepcopy(vector)
                        place = list(objects(spoiled))[number]
                        place[key + "s"] = place.pop(key)
                        self.assertFalse(validator.is_valid(spoiled), f"{name}: {vector['name']}: {key}s")
                refused |= seen
        self.assertGreater(len(refused), 30)

    def test_a_value_of_another_kind_is_refused(self):
        for name in MANIFEST:
            validator = part(KINDS.get(name, "propagation"))
            for vector in document(name)["vectors"][:20]:
                for key in vector:
                    with self.subTest(file=name, vector=vector["name"], key=key):
                        self.assertFalse(validator.is_valid({**vector, key: 7}))

    def test_what_belongs_together_is_required(self):
        vector = {"name": "n", "clause": "c", "fields": [["traceparent", "x"]], "context": {}}
        validator = part("propagation")
        self.assertTrue(validator.is_valid(vector))
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
                self.assertFalse(validator.is_valid(spoiled))

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
