# SPDX-License-Identifier: Apache-2.0
"""Runs tests/vectors through the C interface, by ctypes: all whose options it has, except those of
samplers."""

import contextlib
import json
import os
import pathlib
import sys
import unittest

import baton_ctypes as baton

VECTORS = pathlib.Path(__file__).resolve().parents[2] / "vectors"
sys.path.append(str(VECTORS))
from texts import expand

FLAGS = {"b3_short_trace_ids": 1, "sampling_in_tracestate": 2}

# The contexts of these have more baggage than the interface sets.
TOO_LARGE = {"inject-more-than-180-members-sends-180", "inject-more-than-8192-bytes-sends-whole-members",
             "inject-one-member-over-the-limit-sends-nothing"}

FULL = {"trace_id": "0af7651916cd43dd8448eb211c80319c", "span_id": "b7ad6b7169203331", "flags": "01",
        "tracestate": [["a", "1"]], "baggage": [["tenant", "1"], ["region.eu", "2"], ["user", "3"]]}


def members(listed):
    """Members of a list, those that are repeated as well, as lists of texts and properties."""
    for member in listed:
        if not isinstance(member, dict):
            key, value, *properties = member
            pairs = [(expand(k), None if v is None else expand(v)) for k, v in (properties or [[]])[0]]
            yield expand(key), expand(value), pairs
            continue
        start = member.get("from", 0)
        for n in range(start, start + member["times"]):
            yield (*(expand(part).replace(b"{n}", str(n).encode()) for part in member["repeat"]), [])


def described(spec):
    """What a context of the vectors must be."""
    has_span = "span_id" in spec
    flags = int(spec.get("flags", "0"), 16)
    sampling = ("sample" if flags & 1 else "drop") if has_span else "defer"
    return {
        "trace_id": spec.get("trace_id", "0" * 32),
        "span_id": spec.get("span_id", "0" * 16),
        "flags": flags if has_span else None,
        "remote": spec.get("remote", True) if has_span else None,
        "sampling": spec.get("sampling", sampling),
        "tracestate": [pair[:2] for pair in members(spec.get("tracestate", []))],
        "baggage": list(members(spec.get("baggage", []))),
    }


def description(context):
    span = context.span_context()
    has_span = any(span.span_id)
    return {
        "trace_id": context.trace_id,
        "span_id": context.span_id,
        "flags": span.flags if has_span else None,
        "remote": bool(span.is_remote) if has_span else None,
        "sampling": baton.SAMPLING[span.sampling],
        "tracestate": context.tracestate(),
        "baggage": context.baggage(),
    }


def make_context(spec):
    wanted = described({"remote": False, **spec})
    context = baton.Context()
    if "trace_id" in spec or "sampling" in spec:
        context.set_span_context(spec.get("trace_id", ""), spec.get("span_id", ""), wanted["flags"] or 0,
                                 wanted["sampling"], bool(wanted["remote"]))
    for key, value in reversed(wanted["tracestate"]):
        context.set_tracestate_member(key, value)
    for member in wanted["baggage"]:
        context.set_baggage_member(*member)
    return context


@contextlib.contextmanager
def variables(given):
    """`os.environ` also changes the environment of the library."""
    os.environ.update(given)
    try:
        yield
    finally:
        for name in given:
            del os.environ[name]


def fields_of(pairs):
    return [(expand(name), expand(value)) for name, value in pairs]


class Vectors(unittest.TestCase):
    def chain(self, vector, names):
        flags = sum(FLAGS[name] for name, is_on in vector.get("options", {}).items() if is_on)
        return baton.Chain(names, first_match=vector.get("policy") == "first_match", flags=flags)

    def check_extraction(self, vector, names, context):
        chain, report = self.chain(vector, names), baton.Report()
        reported = context.copy()
        fields = fields_of(vector["fields"])
        flags = baton.NAMES_WITHOUT_CASE | baton.INTO_CONTEXT
        chain.extract(fields, context, flags)
        chain.extract(fields, reported, flags, report)
        self.assertTrue(context == reported)
        self.assertEqual(description(context), described(vector["context"]))
        self.assertEqual(report.issues(), [tuple(issue) for issue in vector.get("issues", [])])
        self.assertEqual(report.format, vector.get("format", report.format))
        self.assertEqual(report.disagreeing_format,
                         vector.get("disagreeing_format", report.disagreeing_format))

    def check(self, vector, document):
        names = vector.get("propagators", document.get("propagators"))
        with variables({name: value for name, value in vector.get("environment", {}).items()}):
            context = make_context(vector.get("given", {}))
            if "fields" in vector:
                self.check_extraction(vector, names, context)
            if "inject" in vector:
                chain = self.chain(vector, vector.get("inject_with", names))
                sent = chain.inject(context, fields=fields_of(vector.get("outgoing", [])))
                self.assertEqual(sorted(sent), sorted(fields_of(vector["inject"])))

    def check_configuration(self, vector):
        given = vector["environment"]
        given = {"OTEL_PROPAGATORS": given} if not isinstance(given, dict) else given
        with variables({name: value for name, value in given.items() if value is not None}):
            chain, error = baton.Chain.from_environment()
        mentions = vector.get("error_mentions", [])
        self.assertEqual(bool(mentions), bool(error), error)
        for each in mentions:
            self.assertIn(each, error)
        for destination, words in vector.get("leaves", {}).items():
            self.assertEqual(self.what_leaves(chain, destination.encode()), words, destination)
        if "accepted" in vector:
            self.assertEqual(self.what_is_accepted(chain), vector["accepted"])

    def what_leaves(self, chain, destination):
        """In the words of BATON_DESTINATIONS."""
        sent = chain.inject(make_context(FULL), destination)
        names = [name.decode() for name, _ in sent]
        words = [word for word, name in (("context", "traceparent"), ("tracestate", "tracestate"))
                 if name in names]
        keys = [key.decode() for key, _, _ in baton.Chain("baggage").extract(sent).baggage()]
        return " ".join(words + keys)

    def what_is_accepted(self, chain):
        """In the words of BATON_CALLERS."""
        link = baton.Context()
        accepted = chain.extract(baton.Chain().inject(make_context(FULL)), link=link)
        restarts = any(link.span_context().span_id)
        self.assertNotEqual(restarts, any(accepted.span_context().span_id))
        trust = "restart" if restarts else "full" if accepted.is_sampled else "keep_ids"
        return " ".join([trust, *(key.decode() for key, _, _ in accepted.baggage())])

    def test_hold_for_the_c_interface(self):
        count = 0
        for path in sorted(VECTORS.glob("*.json")):
            document = json.loads(path.read_text())
            for vector in document.get("vectors", []):
                with self.subTest(file=path.name, vector=vector["name"]):
                    has_options = vector.get("options", {}).keys() <= FLAGS.keys()
                    if path.stem == "sampling" or not has_options or vector["name"] in TOO_LARGE:
                        continue
                    count += 1
                    if path.stem == "configuration":
                        self.check_configuration(vector)
                    else:
                        self.check(vector, document)
        print(f"{count} vectors", file=sys.stderr)
        self.assertGreater(count, 1400)


if __name__ == "__main__":
    unittest.main()
