# SPDX-License-Identifier: Apache-2.0
import unittest

from support import B3_SPAN_ID, B3_TRACE_ID, SPAN_ID, TRACE_ID, TRACEPARENT, baton, main

B3 = f"b3: {B3_TRACE_ID}-{B3_SPAN_ID}"


def translate(given, source, target, *arguments):
    return baton("translate", f"--from={source}", f"--to={target}", *arguments, given=given)


class Translate(unittest.TestCase):
    def test_lines(self):
        w3c = f"traceparent: 00-{B3_TRACE_ID}-{B3_SPAN_ID}"
        multi = f"x-b3-traceid: {B3_TRACE_ID}\nx-b3-spanid: {B3_SPAN_ID}\n"
        xray = "Root=1-4bf92f35-77b34da6a3ce929d0e0e4736;Parent=00f067aa0ba902b7;Sampled=1"
        others = (
            "x-datadog-trace-id: 11803532876627986230\n"
            "x-datadog-parent-id: 67667974448284343\n"
            "x-datadog-sampling-priority: 1\n"
            "x-datadog-tags: _dd.p.tid=4bf92f3577b34da6\n"
            "x-cloud-trace-context: 4bf92f3577b34da6a3ce929d0e0e4736/67667974448284343;o=1\n"
            "grpc-trace-bin: AABL+S81d7NNpqPOkp0ODkc2AQDwZ6oLqQK3AgE\n"
        )
        for source, target, given, expected in [
            ("b3", "tracecontext,b3multi", f"{B3}-d\n", f"{w3c}-01\n{multi}x-b3-flags: 1\n"),
            ("b3", "b3multi,tracecontext", f"{B3}-1\n", f"{multi}x-b3-sampled: 1\n{w3c}-01\n"),
            ("b3", "tracecontext", f"{B3}-0\n", f"{w3c}-00\n"),
            ("b3", "b3", f"{B3}\n", f"{B3}\n"),
            ("b3", "b3multi", "b3: 0\n", "x-b3-sampled: 0\n"),
            ("b3", "tracecontext", "b3: 0\n", ""),
            ("b3multi", "b3", f"{multi}x-b3-flags: 1\n", f"{B3}-d\n"),
            ("tracecontext", "b3", f"traceparent: {TRACEPARENT}\n", f"b3: {TRACE_ID}-{SPAN_ID}-1\n"),
            (
                "tracecontext,baggage",
                "tracecontext,baggage",
                f"BAGGAGE: k = v;p , x=%41\nTraceState: a=1,\ntraceparent: {TRACEPARENT}\n",
                f"traceparent: {TRACEPARENT}\ntracestate: a=1\nbaggage: k = v;p,x=%41\n",
            ),
            ("xray", "xray,datadog,gcp,opencensus", f"X-Amzn-Trace-Id: Lineage=1;{xray}\n",
             f"x-amzn-trace-id: {xray}\n{others}"),
            ("datadog", "xray", others, f"x-amzn-trace-id: {xray}\n"),
            ("gcp", "xray", others, f"x-amzn-trace-id: {xray}\n"),
            ("opencensus", "xray", others, f"x-amzn-trace-id: {xray}\n"),
            ("baggage", "baggage", "baggage: a=1\nbaggage: b=2\n", "baggage: a=1,b=2\n"),
            ("tracecontext", "baggage,tracecontext", "", ""),
            ("tracecontext", "none", f"traceparent: {TRACEPARENT}\n", ""),
            ("none", "tracecontext", f"traceparent: {TRACEPARENT}\n", ""),
        ]:
            with self.subTest(source=source, target=target, given=given):
                result = translate(given, source, target)
                self.assertEqual(result.out.decode(), expected)
                self.assertEqual((result.status, result.err), (0, b""))

    def test_what_it_prints_it_reads(self):
        for names in ["tracecontext", "b3", "b3multi", "tracecontext,baggage"]:
            with self.subTest(names=names):
                given = f"traceparent: {TRACEPARENT}\ntracestate: a=1\nbaggage: k=v\n"
                once = translate(given, "tracecontext,baggage", names)
                twice = translate(once.out, names, names)
                self.assertNotEqual(once.out, b"")
                self.assertEqual(twice.out, once.out)

    def test_issues_go_to_stderr(self):
        given = f"traceparent: {TRACEPARENT}\nbaggage: {'a b,' * 20}c=1\n"
        expected = f"traceparent: {TRACEPARENT}\nbaggage: c=1\n".encode()
        for arguments, status in [([], 0), (["--strict"], 1)]:
            with self.subTest(arguments=arguments):
                result = translate(given, "tracecontext,baggage", "tracecontext,baggage", *arguments)
                self.assertEqual((result.status, result.out), (status, expected))
                lines = result.err.decode().splitlines()
                self.assertEqual(lines[0], "baton: baggage: invalid character in a key at byte 2")
                self.assertEqual(len(lines), 17)
                self.assertEqual(lines[-1], "baton: and 4 more issues")

    def test_strict_without_issues(self):
        self.assertEqual(translate(f"{B3}-1\n", "b3", "b3", "--strict").status, 0)


class New(unittest.TestCase):
    def test_starts_a_random_trace(self):
        first, second = baton("new"), baton("new")
        pattern = r"^traceparent: 00-[0-9a-f]{32}-[0-9a-f]{16}-02\n$"
        self.assertRegex(first.out.decode(), pattern)
        self.assertRegex(second.out.decode(), pattern)
        self.assertNotEqual(first.out[16:48], second.out[16:48])
        self.assertEqual((first.status, first.err), (0, b""))

    def test_sampling(self):
        for sampling, flags, b3_end in [
            ("sample", "03", "-1"),
            ("drop", "02", "-0"),
            ("debug", "03", "-d"),
            ("defer", "02", ""),
        ]:
            with self.subTest(sampling=sampling):
                result = baton("new", "--propagators=tracecontext,b3", f"--sampling={sampling}")
                self.assertRegex(
                    result.out.decode(),
                    r"^traceparent: 00-([0-9a-f]{32})-([0-9a-f]{16})-" + flags
                    + r"\nb3: \1-\2" + b3_end + r"\n$",
                )

    def test_extract_reads_it(self):
        for names in ["tracecontext", "b3", "b3multi"]:
            with self.subTest(names=names):
                made = baton("new", f"--propagators={names}", "--sampling=sample")
                read = baton("extract", f"--propagators={names}", "--json", given=made.out).json
                self.assertIn(read["context"]["trace_id"], made.out.decode())
                self.assertIn(read["context"]["span_id"], made.out.decode())
                self.assertEqual((read["sampling"], read["issues"]), ("sample", []))

    def test_environment(self):
        made = baton("new", OTEL_PROPAGATORS="b3")
        self.assertRegex(made.out.decode(), r"^b3: [0-9a-f]{32}-[0-9a-f]{16}\n$")

    def test_none(self):
        self.assertEqual(baton("new", "--propagators=none").out, b"")


if __name__ == "__main__":
    main()
