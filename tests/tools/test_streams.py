# SPDX-License-Identifier: Apache-2.0
"""Input and output, byte for byte, and failures of both."""

import os
import subprocess
import tempfile
import unittest

from support import BATON, TRACEPARENT, baton, environment, main

READERS = [
    ["extract"],
    ["translate", "--from=tracecontext", "--to=tracecontext"],
    ["inspect"],
]


def extract_json(given):
    return baton("extract", "--json", given=given).json


class Lines(unittest.TestCase):
    def test_value(self):
        for line, error in [
            (f"traceparent: {TRACEPARENT}", None),
            (f"traceparent:{TRACEPARENT}", None),
            (f"TRACEPARENT: {TRACEPARENT}", None),
            (f"traceParent:  \t{TRACEPARENT} \t", None),
            (f"traceparent: {TRACEPARENT}\r", ("too_long", 55)),
            (f"traceparent: {TRACEPARENT}\0", ("too_long", 55)),
            (f"traceparent: \r{TRACEPARENT}", ("bad_hex", 0)),
            ("traceparent:  \tX", ("bad_hex", 2)),
            ("traceparent: a:b", ("bad_hex", 1)),
            ("traceparent:", ("empty", 0)),
            ("traceparent: ", ("empty", 0)),
        ]:
            for end in ["\n", ""]:
                with self.subTest(line=line, end=end):
                    result = extract_json(line + end)
                    issues = [(i["error"], i["offset"]) for i in result["issues"]]
                    self.assertEqual(issues, [error] if error else [])
                    self.assertEqual(result["context"] is None, error is not None)

    def test_only_one_space_is_not_part_of_the_value(self):
        result = extract_json(f"traceparent: {TRACEPARENT}\ntracestate:  a=1,Bad\n")
        self.assertEqual(result["issues"][0]["offset"], 5)

    def test_another_name(self):
        for name in ["traceparent ", " traceparent", "traceparent\0", "trace-parent", ""]:
            with self.subTest(name=name):
                result = extract_json(f"{name}: {TRACEPARENT}\n")
                self.assertIsNone(result["context"])
                self.assertEqual(result["issues"], [])

    def test_several_instances(self):
        result = extract_json("baggage: a=1\nhost: x\nBaggage: b=2\nBAGGAGE: c=3\n")
        self.assertEqual([m["key"] for m in result["baggage"]], ["a", "b", "c"])
        result = extract_json(f"traceparent: {TRACEPARENT}\nTraceParent: {TRACEPARENT}\n")
        self.assertEqual([i["error"] for i in result["issues"]], ["repeated_field"])

    def test_an_empty_line_ends_the_fields(self):
        for given, members in [
            ("baggage: a=1\n\nbaggage: b=2\n", 1),
            ("\nbaggage: a=1\n", 0),
            ("baggage: a=1\n\nno colon here\n", 1),
            (b"baggage: a=1\n\n" + b"\0" * (20 << 20), 1),
        ]:
            with self.subTest(given=given[:20]):
                self.assertEqual(len(extract_json(given)["baggage"]), members)

    def test_an_empty_line_is_seen_wherever_reads_are_cut(self):
        too_much = b"\0" * (20 << 20)
        for size in [1 << n for n in range(12, 19)]:
            with self.subTest(size=size), tempfile.TemporaryFile() as file:
                start = b"baggage: a=1\na: "
                file.write(start + b"x" * (size - len(start) - 1) + b"\n\n" + too_much)
                file.seek(0)
                process = subprocess.run([BATON, "extract"], stdin=file, capture_output=True,
                                         env=environment(), timeout=60)
                self.assertEqual((process.returncode, process.stderr), (0, b""))
                self.assertIn(b"baggage.a: 1\n", process.stdout)

    def test_does_not_wait_for_what_follows_the_empty_line(self):
        reader, writer = os.pipe()
        with subprocess.Popen([BATON, "extract"], stdin=reader, stdout=subprocess.PIPE,
                              env=environment()) as process:
            os.close(reader)
            for part in [b"baggage: a=1\n", b"baggage: b=2\n", b"\n"]:
                os.write(writer, part)
            out = process.stdout.read()
            self.assertEqual(process.wait(timeout=60), 0)
        os.close(writer)
        self.assertIn(b"baggage.b: 2", out)


class Unreadable(unittest.TestCase):
    def refused(self, given, sentence, **options):
        for arguments in READERS:
            with self.subTest(arguments=arguments, sentence=sentence):
                result = baton(*arguments, given=given, **options)
                self.assertEqual((result.status, result.out), (2, b""))
                self.assertEqual(result.err.decode(), f"baton: {sentence}\n")

    def test_no_colon(self):
        self.refused("nothing\n", "line 1 has no colon")
        self.refused("a: b\nc: d\nnothing", "line 3 has no colon")
        self.refused(b"a: b\n\xff\0\n", "line 2 has no colon")
        self.refused(" \n", "line 1 has no colon")
        self.refused("a: b\r\n\r\n", "line 2 has no colon: it is a lone carriage return, "
                                     "but lines end with LF")

    def test_too_large(self):
        self.refused(b"a: " + b"x" * (16 << 20), "standard input is larger than 16 MiB")
        self.refused("a:\n" * 100_001, "more than 100000 fields")

    def test_endless(self):
        with open("/dev/zero", "rb") as zeros:
            process = subprocess.run([BATON, "extract"], stdin=zeros, capture_output=True,
                                     env=environment(), timeout=60)
        self.assertEqual(process.returncode, 2)
        self.assertEqual(process.stderr, b"baton: standard input is larger than 16 MiB\n")

    def test_as_large_as_may_be(self):
        filler = b"x" * ((16 << 20) - 100)
        result = extract_json(b"a: " + filler + f"\ntraceparent: {TRACEPARENT}\n".encode())
        self.assertIsNotNone(result["context"])
        for name in [b"traceparent", b"tracestate", b"baggage", b"b3", b"x-b3-traceid", b"a"]:
            with self.subTest(name=name):
                given = name + b": " + filler + b"\n"
                self.assertEqual(baton("inspect", given=given).status, 0)
        fields = "# a comment\n" + "baggage:\n" * 100_000
        self.assertEqual(baton("inspect", given=fields).status, 0)
        too_many = baton("inspect", given=fields + "baggage:\n")
        self.assertEqual((too_many.status, too_many.out), (2, b""))
        self.assertIn(b"more than 100000 fields", too_many.err)

    def test_megabytes_of_garbage(self):
        state, garbage = 1, bytearray()
        for _ in range(1 << 18):
            state = state * 6364136223846793005 + 1442695040888963407 & (1 << 64) - 1
            garbage += (state >> 32).to_bytes(4, "little")
        one_line = bytes(garbage).replace(b"\n", b"")
        for arguments in READERS:
            with self.subTest(arguments=arguments):
                self.assertEqual(baton(*arguments, given=bytes(garbage)).status, 2)
                given = b"".join(n + b": " + one_line + b"\n" for n in [b"traceparent", b"baggage", b"b3"])
                self.assertEqual(baton(*arguments, given=given).status, 0)

    def test_a_directory_and_a_closed_stream(self):
        with self.subTest("directory"):
            directory = os.open("/", os.O_RDONLY)
            process = subprocess.run([BATON, "extract"], stdin=directory, capture_output=True,
                                     env=environment(), timeout=60)
            os.close(directory)
            self.assertEqual(process.returncode, 2)
            self.assertEqual(process.stderr, b"baton: cannot read standard input: Is a directory\n")
        process = shell('"$BATON" extract <&-')
        self.assertEqual(process.returncode, 2)
        self.assertEqual(process.stderr, b"baton: cannot read standard input: Bad file descriptor\n")


class Unwritable(unittest.TestCase):
    def test_a_reader_that_has_gone(self):
        for arguments in [["extract"], ["inspect"], ["new"], ["--help"]]:
            with self.subTest(arguments=arguments):
                reader, writer = os.pipe()
                os.close(reader)
                process = subprocess.run([BATON, *arguments], input=b"", stdout=writer,
                                         stderr=subprocess.PIPE, env=environment(), timeout=60)
                os.close(writer)
                self.assertEqual((process.returncode, process.stderr), (0, b""))

    def test_no_room_and_a_closed_stream(self):
        process = shell('"$BATON" new >/dev/full')
        self.assertEqual(process.returncode, 2)
        self.assertEqual(process.stderr, b"baton: cannot write: No space left on device\n")
        process = shell('"$BATON" new >&-')
        self.assertEqual(process.returncode, 2)
        self.assertEqual(process.stderr, b"baton: cannot write: Bad file descriptor\n")

    def test_nobody_to_tell(self):
        self.assertEqual(shell('"$BATON" --frobnicate 2>&-').returncode, 2)


def shell(command):
    return subprocess.run(["sh", "-c", command], stdin=subprocess.DEVNULL, capture_output=True,
                          env=environment(BATON=BATON), timeout=60)


if __name__ == "__main__":
    main()
