# SPDX-License-Identifier: Apache-2.0
import os
import pty
import subprocess
import unittest

from support import (
    B3_SPAN_ID,
    B3_TRACE_ID,
    BATON,
    SPAN_ID,
    TRACE_ID,
    TRACEPARENT,
    baton,
    environment,
    main,
)

ESCAPE = b"\x1b["


def inspect(given, *arguments, **changes):
    result = baton("inspect", *arguments, given=given, **changes)
    assert (result.status, result.err) == (0, b""), (result.status, result.err)
    return result


def caret(lines):
    """The character above the first caret, and the sentence below it."""
    for i, line in enumerate(lines):
        if line.strip() == "^":
            above = next(text for text in reversed(lines[:i]) if ": " in text)
            column = line.index("^")
            return above[column : column + 4], lines[i + 1].strip()
    return None


class Explains(unittest.TestCase):
    maxDiff = None

    def test_a_whole_request(self):
        given = (
            "Host: example.org\n"
            f"Traceparent: 00-{TRACE_ID}-{SPAN_ID}-03\n"
            "tracestate: rojo=1,congo=t61\n"
            "baggage: userId=Am%C3%A9lie;ttl=60;internal\n"
            f"b3: {B3_TRACE_ID}-{B3_SPAN_ID}-d\n"
            "accept: */*\n"
        )
        self.assertEqual(
            inspect(given).out.decode(),
            f"""\
tracecontext
  Traceparent: 00-{TRACE_ID}-{SPAN_ID}-03
  tracestate: rojo=1,congo=t61
    version    00
    trace id   {TRACE_ID}
    parent id  {SPAN_ID}
    flags      03: sampled, random trace id
    member     rojo = 1
    member     congo = t61

baggage
  baggage: userId=Am%C3%A9lie;ttl=60;internal
    member     userId = Amélie
      property ttl = 60
      property internal

b3
  b3: {B3_TRACE_ID}-{B3_SPAN_ID}-d
    trace id   {B3_TRACE_ID}
    span id    {B3_SPAN_ID}
    state      debug: record, and bypass all samplers

unknown fields
  Host, accept

the request as a whole
    trace id   {TRACE_ID}
    parent id  {SPAN_ID}
    sampling   accept: record
    read from  tracecontext
    conflict   b3 has another trace id, which is ignored
    tracestate 2 members
    baggage    1 member
""",
        )

    def test_one_uppercase_digit(self):
        given = f"traceparent: 00-{TRACE_ID[:5]}A{TRACE_ID[6:]}-{SPAN_ID}-01\n"
        self.assertEqual(
            inspect(given).out.decode(),
            f"""\
tracecontext
  traceparent: 00-{TRACE_ID[:5]}A{TRACE_ID[6:]}-{SPAN_ID}-01
                       ^
  byte 8: not a lowercase hexadecimal digit; no trace context is read

the request as a whole
    trace id   none: the receiver starts a new trace
    sampling   defer: not decided yet
    issues     1
""",
        )

    def test_values_in_words(self):
        for given, row in [
            (f"traceparent: {TRACEPARENT[:-2]}00\n", "flags      00: not sampled"),
            (f"traceparent: {TRACEPARENT[:-2]}ff\n", "flags      ff: sampled, random trace id; "
                                                     "the other bits are dropped"),
            (f"traceparent:   \tcc{TRACEPARENT[2:]}-more\n", "version    cc: newer, read as 00"),
            ("b3: 0\n", "state      deny: do not record"),
            ("b3: 1\n", "state      accept: record"),
            (f"b3: {B3_TRACE_ID}-{B3_SPAN_ID}\n", "state      defer: not decided yet"),
            (f"b3: {B3_SPAN_ID}-{B3_SPAN_ID}-1\n",
             f"trace id   {'0' * 16}{B3_SPAN_ID} (64 bits, padded with zeros)"),
            ("x-b3-flags: 1\n", "read from  b3multi"),
            ("x-b3-flags: 0\n", "context    none: these fields alone carry no context"),
            (f"x-cloud-trace-context: {B3_TRACE_ID}/0\n", "span id    none: a trace id alone"),
            (f"x-cloud-trace-context: {B3_TRACE_ID}/0\n",
             "parent id  none: the receiver makes the first span of the trace"),
            ("x-datadog-trace-id: 1\nx-datadog-parent-id: 2\nx-datadog-origin: rum\n",
             "member     dd = o:rum"),
            ("tracestate: a=1\n", "tracestate ignored: there is no valid traceparent"),
            ("", "trace id   none: the receiver starts a new trace"),
        ]:
            with self.subTest(given=given):
                self.assertIn("    " + row, inspect(given).lines)

    def test_unknown_fields(self):
        given = "".join(f"f{i}: x\n" for i in range(14)) + "trace parent: x\n: x\n"
        names = ", ".join(f"f{i}" for i in range(12))
        self.assertIn(f"  {names}, and 4 more", inspect(given).lines)
        self.assertIn("  \\x01\\xff\\x00", inspect(b"\x01\xff\0: x\n").lines)


class Points(unittest.TestCase):
    def test_at_the_byte(self):
        good = f"traceparent: {TRACEPARENT}\n"
        for given, above, sentence in [
            (f"traceparent: {TRACEPARENT.upper()}\n", "BF92",
             "byte 4: not a lowercase hexadecimal digit; no trace context is read"),
            (f"traceparent: {TRACEPARENT}-x\n", "-x",
             "byte 55: trailing characters; no trace context is read"),
            ("traceparent: 00-ab\n", "",
             "byte 5: unexpected end of value; no trace context is read"),
            (f"{good}tracestate: a=1,Bad=2\n", "Bad=",
             "byte 4: invalid character in a key; the whole tracestate is dropped"),
            (f"{good}tracestate: a=1,b=2,a=3\n", "a=3",
             "byte 8: duplicate key; the first one is kept"),
            ("baggage: a=1,b c=2,d=3\n", "c=2,",
             "byte 6: invalid character in a key; this member is dropped"),
            (f"b3: {B3_TRACE_ID}-{B3_SPAN_ID}-x\n", "x",
             "byte 50: invalid sampling state; the value is rejected"),
        ]:
            with self.subTest(given=given):
                self.assertEqual(caret(inspect(given).lines), (above, sentence))

    def test_at_the_right_one_of_several_fields(self):
        lines = inspect(f"traceparent: {TRACEPARENT}\nTraceparent: {TRACEPARENT}\n").lines
        at = lines.index(f"  Traceparent: {TRACEPARENT}")
        self.assertEqual(lines[at + 1], " " * 15 + "^")
        self.assertIn("field occurs more than once", lines[at + 2])

        lines = inspect("baggage: a=1\nbaggage: b=2\nbaggage: c=3,d\nbaggage: e=5\n").lines
        at = lines.index("  baggage: c=3,d")
        self.assertEqual(lines[at + 1], " " * 16 + "^")
        self.assertIn("byte 5: missing '=' after a key", lines[at + 2])

    def test_at_two_places_of_one_line(self):
        lines = inspect("baggage: a b,c=1,d e\n").lines
        self.assertEqual(
            lines[1:6],
            [
                "  baggage: a b,c=1,d e",
                "             ^",
                "  byte 2: invalid character in a key; this member is dropped",
                "                     ^",
                "  byte 10: invalid character in a key; this member is dropped",
            ],
        )

    def test_absent_field(self):
        lines = inspect(f"x-b3-traceid: {B3_TRACE_ID}\n").lines
        self.assertIn("  x-b3-spanid: (absent)", lines)

    def test_empty_fields_of_b3(self):
        given = f"x-b3-traceid: {B3_TRACE_ID}\nx-b3-spanid: {SPAN_ID}\nx-b3-parentspanid:\n"
        lines = inspect(given).lines
        self.assertIn("  byte 0: field is empty; it is ignored", lines)
        self.assertIn(f"    trace id   {B3_TRACE_ID}", lines)
        self.assertIn("  byte 0: field is empty; the value is rejected", inspect("b3:\n").lines)

    def test_field_of_a_family(self):
        lines = inspect("uberctx-a b: 1\nuberctx-c: 2\njaeger-baggage: d\n").lines
        self.assertIn("  uberctx-: (one of the fields with this prefix)", lines)
        self.assertIn("  invalid character in a key; this member is dropped", lines)
        self.assertIn("  byte 1: missing '=' after a key; this member is dropped", lines)
        self.assertIn("    member     c = 2", lines)

    def test_digits_where_capitals_are_allowed(self):
        lines = inspect("uber-trace-id: 1:aG:0:1\n").lines
        self.assertIn("  byte 3: not a hexadecimal digit; the value is rejected", lines)

    def test_behind_bytes_that_are_shown_escaped(self):
        lines = inspect(b"baggage: a=1,\xc3\xa9=2,\x00=3\n").lines
        self.assertEqual(lines[1], "  baggage: a=1,\\xc3\\xa9=2,\\x00=3")
        self.assertEqual(lines[2].index("^"), lines[1].index("\\xc3"))
        self.assertEqual(lines[4].index("^"), lines[1].index("\\x00"))

    def test_a_carriage_return(self):
        lines = inspect(f"traceparent: {TRACEPARENT}\r\n").lines
        self.assertEqual(caret(lines)[0], "\\x0d")

    def test_long_values_are_cut_around_the_place(self):
        members = ",".join(f"key{i}=value{i}" for i in range(100))
        for before, after in [(members, members), ("", members), (members, "")]:
            with self.subTest(before=len(before), after=len(after)):
                lines = inspect(f"baggage: {before},bad\x7fkey=1,{after}\n").lines
                self.assertEqual(caret(lines)[0], "\\x7f")
                self.assertLessEqual(max(map(len, lines)), 80)
                self.assertEqual(lines[1].startswith("  baggage: ..."), before != "")
                self.assertEqual(lines[1].endswith("..."), after != "")

    def test_tells_how_many_more_there_were(self):
        lines = inspect("baggage: " + "a b," * 20 + "\n").lines
        self.assertEqual(len([line for line in lines if line.strip() == "^"]), 16)
        self.assertIn("  and 4 more issues", lines)
        self.assertIn("    issues     20", lines)
        lines = inspect("baggage: a=1\n" * 30 + "baggage: b\n").lines
        self.assertIn("  and 10 more fields", lines)
        self.assertIn("  baggage: b", lines)


class Color(unittest.TestCase):
    given = b"traceparent: X\n"

    def on_terminal(self, *arguments, **changes):
        main_end, other_end = pty.openpty()
        try:
            process = subprocess.Popen(
                [BATON, "inspect", *arguments],
                stdin=subprocess.PIPE,
                stdout=other_end,
                env=environment(**changes),
            )
            os.close(other_end)
            process.stdin.write(self.given)
            process.stdin.close()
            out = b""
            while chunk := read_or_nothing(main_end):
                out += chunk
            self.assertEqual(process.wait(timeout=60), 0)
            return out
        finally:
            os.close(main_end)

    def test_on_a_terminal(self):
        for arguments, changes, colored in [
            ([], {}, True),
            (["--color=auto"], {}, True),
            (["--color=never"], {}, False),
            ([], {"NO_COLOR": "1"}, False),
            ([], {"NO_COLOR": ""}, True),
            ([], {"TERM": "dumb"}, False),
            (["--color=always"], {"NO_COLOR": "1"}, True),
        ]:
            with self.subTest(arguments=arguments, changes=changes):
                out = self.on_terminal(*arguments, **changes)
                self.assertIn(b"byte 0: not a lowercase hexadecimal digit", out)
                self.assertEqual(ESCAPE in out, colored)

    def test_elsewhere(self):
        for arguments, colored in [([], False), (["--color=auto"], False), (["--color=always"], True)]:
            with self.subTest(arguments=arguments):
                self.assertEqual(ESCAPE in inspect(self.given, *arguments).out, colored)


def read_or_nothing(descriptor):
    try:
        return os.read(descriptor, 65536)
    except OSError:  # Linux: the other end of the terminal is closed
        return b""


if __name__ == "__main__":
    main()
