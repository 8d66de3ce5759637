# SPDX-License-Identifier: Apache-2.0
import unittest

from support import B3_SPAN_ID, B3_TRACE_ID, SPAN_ID, TRACE_ID, TRACEPARENT, baton, main

KEYS = ["context", "tracestate", "baggage", "sampling", "format", "trace_id", "issues"]


def extract(given, *arguments, **changes):
    return baton("extract", *arguments, given=given, **changes)


def extract_json(given, *arguments, **changes):
    return extract(given, "--json", *arguments, **changes).json


class Json(unittest.TestCase):
    def test_everything(self):
        given = (
            f"traceparent: 00-{TRACE_ID}-{SPAN_ID}-03\n"
            "tracestate: rojo=00f067aa0ba902b7,congo=t61 rcWk\n"
            "baggage: userId=Am%C3%A9lie;ttl=6%200;internal,plan=gold\n"
        )
        self.assertEqual(
            extract_json(given),
            {
                "context": {
                    "trace_id": TRACE_ID,
                    "span_id": SPAN_ID,
                    "flags": "03",
                    "sampled": True,
                    "random": True,
                    "remote": True,
                },
                "tracestate": [
                    {"key": "rojo", "value": "00f067aa0ba902b7"},
                    {"key": "congo", "value": "t61 rcWk"},
                ],
                "baggage": [
                    {
                        "key": "userId",
                        "value": "Amélie",
                        "properties": [
                            {"key": "ttl", "value": "6 0"},
                            {"key": "internal", "value": None},
                        ],
                    },
                    {"key": "plan", "value": "gold", "properties": []},
                ],
                "sampling": "sample",
                "format": "tracecontext",
                "trace_id": None,
                "issues": [],
            },
        )

    def test_keys_come_in_the_order_of_the_contract(self):
        result = extract_json(f"traceparent: {TRACEPARENT}\n")
        self.assertEqual(list(result), KEYS)
        self.assertEqual(
            list(result["context"]),
            ["trace_id", "span_id", "flags", "sampled", "random", "remote"],
        )

    def test_nothing(self):
        expected = {
            "context": None,
            "tracestate": [],
            "baggage": [],
            "sampling": "defer",
            "format": None,
            "trace_id": None,
            "issues": [],
        }
        for given in ["", "\n", "host: example.org\n", "tracestate: a=b\n"]:
            with self.subTest(given=given):
                self.assertEqual(extract_json(given), expected)

    def test_issue(self):
        result = extract_json(f"traceparent: 00-{TRACE_ID[:-1]}A-{SPAN_ID}-01\n")
        self.assertIsNone(result["context"])
        self.assertEqual(
            result["issues"],
            [
                {
                    "field": "traceparent",
                    "error": "bad_hex",
                    "offset": 34,
                    "message": "not a lowercase hexadecimal digit at byte 34",
                }
            ],
        )

    def test_decision_alone(self):
        for given, sampling in [
            ("b3: 0\n", "drop"),
            ("b3: 1\n", "sample"),
            ("b3: d\n", "debug"),
            ("x-b3-sampled: 0\n", "drop"),
            ("x-b3-flags: 1\n", "debug"),
        ]:
            with self.subTest(given=given):
                result = extract_json(given, "--propagators=b3")
                self.assertIsNone(result["context"])
                self.assertEqual((result["sampling"], result["format"]), (sampling, "b3"))

    def test_trace_id_alone(self):
        for given, format, sampling in [
            (f"x-amzn-trace-id: Root=1-{TRACE_ID[:8]}-{TRACE_ID[8:]}\n", "xray", "defer"),
            (f"x-amzn-trace-id: Root=1-{TRACE_ID[:8]}-{TRACE_ID[8:]};Sampled=0\n", "xray", "drop"),
            (f"x-cloud-trace-context: {TRACE_ID}/0;o=1\n", "gcp", "sample"),
        ]:
            with self.subTest(given=given):
                result = extract_json(given, "--propagators=b3,gcp,xray")
                self.assertIsNone(result["context"])
                self.assertEqual(result["trace_id"], TRACE_ID)
                self.assertEqual((result["sampling"], result["format"]), (sampling, format))
                self.assertEqual(
                    extract(given, "--propagators=b3,gcp,xray").lines,
                    ["context: none", f"trace_id: {TRACE_ID}", f"sampling: {sampling}",
                     f"format: {format}"],
                )

    def test_sampling_is_what_the_format_said(self):
        for given, sampling, flags in [
            (f"traceparent: {TRACEPARENT}\n", "sample", "01"),
            (f"traceparent: {TRACEPARENT[:-2]}00\n", "drop", "00"),
            (f"b3: {B3_TRACE_ID}-{B3_SPAN_ID}\n", "defer", "00"),
            (f"b3: {B3_TRACE_ID}-{B3_SPAN_ID}-d\n", "debug", "01"),
        ]:
            with self.subTest(given=given):
                result = extract_json(given, "--propagators=tracecontext,b3")
                self.assertEqual(result["sampling"], sampling)
                self.assertEqual(result["context"]["flags"], flags)

    def test_whatever_bytes_come_it_is_json(self):
        every_byte = bytes(b for b in range(256) if b != 0x0A)
        names = [b"traceparent", b"tracestate", b"baggage", b"b3", b"x-b3-traceid", every_byte]
        escaped = b"".join(b"%%%02X" % b for b in range(256))
        given = b"traceparent: " + TRACEPARENT.encode() + b"\nbaggage: a=" + escaped + b"\n"
        result = extract(given, "--json")
        self.assertEqual(result.json["baggage"][0]["value"][:128], "".join(map(chr, range(128))))
        for name in names:
            with self.subTest(name=name):
                result = extract(
                    name + b": " + every_byte + b"\n", "--json", "--propagators=b3,tracecontext,baggage"
                )
                self.assertEqual(list(result.json), KEYS)
                self.assertEqual(result.status, 0)

    def test_issues_are_kept_16_for_each_format(self):
        given = "baggage: " + ",".join(["a b"] * 20) + "\nb3: x\n"
        issues = extract_json(given, "--propagators=baggage,b3")["issues"]
        self.assertEqual([i["field"] for i in issues], ["baggage"] * 16 + ["b3"])

    def test_an_issue_met_by_two_propagators_comes_once(self):
        issues = extract_json("b3: x\n", "--propagators=b3,b3multi")["issues"]
        self.assertEqual(len(issues), 1)


class Lines(unittest.TestCase):
    def test_everything(self):
        given = (
            f"traceparent: {TRACEPARENT}\n"
            "tracestate: rojo=1,tenant@congo=t61 r\n"
            "baggage: userId=Am%C3%A9lie;ttl=60;internal,empty=\n"
        )
        self.assertEqual(
            extract(given).lines,
            [
                f"trace_id: {TRACE_ID}",
                f"span_id: {SPAN_ID}",
                "flags: 01",
                "sampled: true",
                "random: false",
                "remote: true",
                "tracestate.rojo: 1",
                "tracestate.tenant@congo: t61 r",
                "baggage.userId: Amélie",
                "baggage.userId;ttl: 60",
                "baggage.userId;internal:",
                "baggage.empty:",
                "sampling: sample",
                "format: tracecontext",
            ],
        )

    def test_nothing(self):
        self.assertEqual(
            extract("").lines, ["context: none", "sampling: defer", "format: none"]
        )

    def test_issues(self):
        result = extract("traceparent: x\nbaggage: a b\n")
        self.assertEqual(
            [line for line in result.lines if line.startswith("issue")],
            [
                "issue: bad_hex, traceparent: not a lowercase hexadecimal digit at byte 0",
                "issue: bad_key, baggage: invalid character in a key at byte 2",
            ],
        )
        self.assertEqual((result.status, result.err), (0, b""))

    def test_tells_how_many_more_issues_there_were(self):
        lines = extract("baggage: " + ",".join(["a b"] * 20) + "\n").lines
        self.assertEqual(len([line for line in lines if line.startswith("issue: ")]), 16)
        self.assertEqual(lines[-1], "more_issues: 4")

    def test_a_value_cannot_make_lines_or_steer_the_terminal(self):
        lines = extract("baggage: a=%0Aformat:%20b3%1B%5B31m%C2%9B%7F%5C\n").lines
        self.assertIn(r"baggage.a: \x0aformat: b3\x1b[31m\xc2\x9b\x7f\\", lines)
        self.assertEqual([line for line in lines if line.startswith("format")], ["format: none"])

    def test_formats_that_name_other_traces(self):
        given = f"traceparent: {TRACEPARENT}\nb3: {B3_TRACE_ID}-{B3_SPAN_ID}-1\n"
        lines = extract(given, "--propagators=tracecontext,b3").lines
        self.assertIn(f"trace_id: {B3_TRACE_ID}", lines)
        self.assertIn("format: b3", lines)
        self.assertIn("disagrees: tracecontext", lines)


class Choice(unittest.TestCase):
    given = (
        f"traceparent: {TRACEPARENT}\nbaggage: a=1\nb3: {B3_TRACE_ID}-{B3_SPAN_ID}-1\n"
    )

    def test_propagators(self):
        for arguments, changes, format_name, members in [
            ([], {}, "tracecontext", 1),
            ([], {"OTEL_PROPAGATORS": ""}, "tracecontext", 1),
            ([], {"OTEL_PROPAGATORS": "b3"}, "b3", 0),
            (["--propagators=baggage"], {"OTEL_PROPAGATORS": "b3"}, None, 1),
            (["--propagators", "b3,tracecontext"], {}, "tracecontext", 0),
            (["--propagators= tracecontext , b3 "], {}, "b3", 0),
            (["--propagators=none"], {}, None, 0),
        ]:
            with self.subTest(arguments=arguments, changes=changes):
                result = extract_json(self.given, *arguments, **changes)
                self.assertEqual(result["format"], format_name)
                self.assertEqual(len(result["baggage"]), members)

    def test_a_list_of_formats_replaces_no_other_variable(self):
        for variables, format_name, members in [
            ({}, "b3", 1),
            ({"BATON_POLICY": "first_match"}, "tracecontext", 1),
            ({"BATON_CALLERS": "full"}, "b3", 0),
        ]:
            with self.subTest(variables=variables):
                result = extract_json(self.given, "--propagators=tracecontext,baggage,b3",
                                      OTEL_PROPAGATORS="jaeger", **variables)
                self.assertEqual((result["format"], len(result["baggage"])), (format_name, members))
        self.assertEqual(baton("new", "--propagators=b3", BATON_DESTINATIONS="*: none").out, b"")

    def test_a_wrong_environment_is_told_and_the_rest_used(self):
        result = extract(self.given, "--json", OTEL_PROPAGATORS="b3,zipkin")
        self.assertEqual((result.status, result.json["format"]), (0, "b3"))
        self.assertRegex(
            result.err,
            rb"^baton: environment: unknown propagator 'zipkin', known: "
            rb"tracecontext, baggage, b3, b3multi, [a-z, -]*none\n$",
        )


class Strict(unittest.TestCase):
    def test_status(self):
        for given, status in [
            (f"traceparent: {TRACEPARENT}\n", 0),
            ("", 0),
            ("b3: rubbish of a format that is not read\n", 0),
            ("traceparent: x\n", 1),
            (f"traceparent: {TRACEPARENT}\ntracestate: a=1,a=2\n", 1),
            ("baggage: a=1,b\n", 1),
        ]:
            with self.subTest(given=given):
                self.assertEqual(extract(given, "--strict").status, status)
                self.assertEqual(extract(given, "--strict", "--json").status, status)
                self.assertEqual(extract(given).status, 0)

    def test_minds_what_the_chain_meets(self):
        # The key of a second format is known from the first, so its value is not read.
        given = "baggage: a=1\nuberctx-a: " + 9000 * "x" + "\n"
        result = extract(given, "--strict", "--propagators=baggage,jaeger")
        self.assertEqual(result.status, 0)
        self.assertFalse([line for line in result.lines if line.startswith("issue")])
        self.assertEqual(extract(given, "--strict", "--propagators=jaeger").status, 1)

    def test_prints_all_the_same(self):
        given = "traceparent: x\nbaggage: a=1\n"
        self.assertEqual(extract(given, "--strict").out, extract(given).out)


if __name__ == "__main__":
    main()
