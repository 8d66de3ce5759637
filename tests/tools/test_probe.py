# SPDX-License-Identifier: Apache-2.0
"""baton probe against services that do right, and services that do wrong."""

import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import tempfile
import threading
import unittest
import xml.etree.ElementTree

import bad_services as bad
from probe_support import ProbeTest
from support import baton, main


class GoodServices(ProbeTest):
    def test_passes_one_that_continues_traces(self):
        report = self.probe(bad.good, "--only=traceparent/*", "--random=0", "--strict", "--spans=fresh")
        self.assertEqual(self.mistakes(report), {})
        self.assertTrue(report["passed"])
        self.assertGreater(report["summary"]["passed"], 80)
        self.assertEqual(report["parent_ids"]["forwarded"], 0)
        self.assertGreater(report["parent_ids"]["fresh"], 20)

    def test_finds_what_that_one_lacks(self):
        report = self.probe(bad.good, "--only=tracestate/*", "--random=0")
        found = self.mistakes(report)
        self.assertEqual(found["tracestate/one-member"], ["tracestate-lost"])
        self.assertNotIn("tracestate/uppercase-key", found)


class OtherModes(ProbeTest):
    def test_judges_the_fields_of_the_answer(self):
        def echoes(service, connection, request):
            connection.sendall(bad.answer(200, b"", bad.propagate(request)))
            return True

        report = self.probe(echoes, "--call=response", "--only=traceparent/*", "--random=0", "--strict")
        self.assertEqual(self.mistakes(report), {})
        self.assertGreater(report["summary"]["passed"], 80)
        report = self.probe(bad.never_calls, "--call=response", "--only=traceparent/plain", "--random=0")
        self.assertEqual(self.mistakes(report)["traceparent/plain"], ["trace-lost"])

    def test_a_service_that_calls_a_fixed_address(self):
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        for keeps_target in (True, False):
            with self.subTest(keeps_target=keeps_target):
                def forwards(service, connection, request):
                    self.assertEqual(request.body, b"")
                    target = request.target.decode() if keeps_target else "/fixed"
                    parts = [b"GET %s HTTP/1.1" % target.encode(), b"Host: a", b"Connection: close"]
                    with socket.create_connection(("127.0.0.1", port), 5) as called:
                        called.sendall(b"\r\n".join([*parts, *bad.propagate(request), b"", b""]))
                        while called.recv(65536):
                            pass
                    connection.sendall(bad.answer())
                    return True

                report = self.probe(forwards, "--call=route", f"--listen=127.0.0.1:{port}",
                                    "--only=traceparent/*", "--random=0", "--strict")
                self.assertEqual(self.mistakes(report), {})
                self.assertGreater(report["summary"]["passed"], 80)

    def test_forwarded_or_new_parent_ids(self):
        forwards = bad.with_fields(
            lambda request: [b"traceparent: " + value for value in request.all(b"traceparent")])
        report = self.probe(forwards, "--only=traceparent/plain", "--random=0", "--spans=forwarded")
        self.assertEqual(self.mistakes(report), {})
        report = self.probe(forwards, "--only=traceparent/plain", "--random=0", "--spans=fresh")
        self.assertEqual(self.names(report), ["parent-id-not-new"])
        report = self.probe(bad.good, "--only=traceparent/plain", "--random=0", "--spans=forwarded")
        self.assertEqual(self.names(report), ["parent-id-not-forwarded"])

    def test_requests_of_others_are_not_counted(self):
        def calls_elsewhere(service, connection, request):
            url = bad.urls(request)[0]
            bad.call(url.rsplit("/", 1)[0] + "/health", [])
            return bad.good(service, connection, request)

        report = self.probe(calls_elsewhere, "--only=traceparent/plain", "--random=0")
        self.assertEqual(self.mistakes(report), {})
        self.assertEqual(report["unknown_calls"], 2)

    def test_more_fields_and_another_method(self):
        seen = []

        def looks(service, connection, request):
            seen.append((request.all(b"authorization"), request.all(b"x-a")))
            return bad.good(service, connection, request)

        self.probe(looks, "--only=traceparent/plain", "--random=0", "--method=PUT",
                   "--header=Authorization: Bearer x", "--header", "X-A: 1")
        self.assertEqual(seen, [([b"Bearer x"], [b"1"])] * 2)

    def test_a_given_field_replaces_the_probes_own(self):
        names = (b"host", b"user-agent", b"accept", b"content-type")
        seen = []

        def looks(service, connection, request):
            seen.append([request.all(name) for name in names])
            return bad.good(service, connection, request)

        self.probe(looks, "--only=traceparent/plain", "--random=0", "--header=Host: a.example",
                   "--header=user-agent:b", "--header=Accept: c", "--header=CONTENT-TYPE: d/e")
        self.assertEqual(seen, [[[b"a.example"], [b"b"], [b"c"], [b"d/e"]]] * 2)

    def test_interrupted(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(number), tempfile.TemporaryDirectory() as folder:
                is_reached = threading.Event()

                def hangs_later(service, connection, request):
                    if service.requests < 4:
                        return bad.good(service, connection, request)
                    is_reached.set()
                    return bad.never_answers(service, connection, request)

                file = pathlib.Path(folder, "probe.xml")
                process = subprocess.Popen(
                    [os.environ["BATON"], "probe", self.start(hangs_later).url, "--json", "--random=0",
                     "--propagators=tracecontext", "--timeout=60", f"--junit={file}"],
                    stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                with process:
                    self.assertTrue(is_reached.wait(20))
                    process.send_signal(number)
                    out, err = process.communicate(timeout=20)
                report = json.loads(out)
                self.assertEqual((process.returncode, err), (1, b""))
                self.assertEqual((report["stopped"], report["passed"]), ("interrupted", False))
                self.assertEqual(report["summary"]["passed"], 3)
                self.assertEqual(self.mistakes(report), {})
                root = xml.etree.ElementTree.parse(file).getroot()
                self.assertEqual(root.find(".//error").get("message"), "stopped: interrupted")


class Output(ProbeTest):
    def run_bad(self, *options):
        service = self.start(bad.with_fields(
            lambda request: [b"Traceparent: 00-" + b"1" * 16 + os.urandom(8).hex().encode() + b"-"
                             + os.urandom(8).hex().encode() + b"-01"]))
        return self.run_probe(service, "--random=0", *options)

    def test_the_table_shows_what_was_sent_expected_and_got(self):
        result = self.run_bad("--only=traceparent/plain", "--only=traceparent/version-ff")
        self.assertEqual((result.status, result.err), (1, b""))
        text = result.out.decode()
        self.assertIn("FAIL  traceparent/plain\n", text)
        self.assertIn("      mistake   trace-restarted: gives another id to a trace that must continue\n", text)
        self.assertRegex(text, r"\n      sent      traceparent: 00-[0-9a-f]{32}-[0-9a-f]{16}-01\n")
        self.assertRegex(text, r"\n      expected  continues trace [0-9a-f]{32}\n")
        self.assertRegex(text, r"\n      got       Traceparent: 00-1{16}")
        self.assertIn("clause    Trace Context L2 §3.4 (mutating traceparent): must\n", text)
        self.assertRegex(text, r"\ntraceparent +0 +0 +1 +1 +0\n")
        self.assertNotIn("\x1b", text)

    def test_colors(self):
        text = self.run_bad("--only=traceparent/plain", "--color=always").out
        self.assertIn(b"\x1b[31mFAIL\x1b[0m", text)

    def test_a_mistake_in_each_case_is_shown_thrice(self):
        options = ["--only=traceparent/version-*"]
        brief = self.run_bad(*options).out.decode()
        self.assertEqual(brief.count("mistake   name-not-lowercase: "), 3)
        self.assertRegex(brief, r"name-not-lowercase: 1\d cases in all; --verbose shows them")
        whole = self.run_bad(*options, "--verbose").out.decode()
        self.assertGreater(whole.count("mistake   name-not-lowercase: "), 10)

    def test_strict(self):
        options = ["--only=traceparent/version-ff"]
        loose = self.run_bad(*options, "--json").json
        strict = self.run_bad(*options, "--json", "--strict").json
        outcome = [case["outcome"] for report in (loose, strict) for case in report["cases"]
                   if case["name"] == "traceparent/version-ff"]
        self.assertEqual(outcome, ["warned", "failed"])

    def test_json(self):
        report = self.run_bad("--json", "--only=traceparent/plain", "--seed=7").json
        self.assertEqual(sorted(report), [
            "call", "cases", "parent_ids", "passed", "propagators", "seconds", "seed", "stopped",
            "strict", "summary", "unknown_calls", "url", "written"])
        case = report["cases"][1]
        self.assertEqual(sorted(case), ["clause", "expected", "findings", "level", "name", "outcome",
                                        "seconds", "sent", "status"])
        self.assertEqual((case["name"], case["outcome"], case["status"]),
                         ("traceparent/plain", "failed", 200))
        self.assertEqual(sorted(case["findings"][0]),
                         ["clause", "expected", "got", "level", "meaning", "name"])
        again = self.run_bad("--json", "--only=traceparent/plain", "--seed=7").json
        self.assertEqual(again["cases"][1]["sent"], case["sent"])
        other = self.run_bad("--json", "--only=traceparent/plain", "--seed=8").json
        self.assertNotEqual(other["cases"][1]["sent"], case["sent"])

    def test_junit(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder, "probe.xml")
            self.run_bad("--only=traceparent/*", "--only=http/markup", f"--junit={file}")
            root = xml.etree.ElementTree.parse(file).getroot()
        suites = {suite.get("name"): suite for suite in root}
        self.assertEqual(list(suites), ["first", "traceparent", "http"])
        cases = {case.get("name"): case for case in root.iter("testcase")}
        failure = cases["traceparent/plain"].find("failure")
        self.assertEqual(failure.get("type"), "name-not-lowercase")
        self.assertIn("trace-restarted", failure.get("message"))
        self.assertIn("clause: Trace Context L2 §3.4", failure.text)
        self.assertIsNone(cases["traceparent/version-ff"].find("failure"))
        self.assertIn("foo=<script>alert(1)</script>'--", cases["http/markup"].find("system-out").text)
        for suite in root:
            failures = [case for case in suite if case.find("failure") is not None]
            self.assertEqual(suite.get("tests"), str(len(suite)))
            self.assertEqual(suite.get("failures"), str(len(failures)))

    def test_junit_with_characters_that_xml_forbids(self):
        sends = bad.with_fields(
            lambda request: [b"traceparent: \xef\xbf\xbe\xef\xbf\xbf\xef\xbf\xbd"])
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder, "probe.xml")
            self.probe(sends, "--only=traceparent/plain", "--random=0", f"--junit={file}")
            root = xml.etree.ElementTree.parse(file).getroot()
        self.assertIn("got: traceparent: \\xef\\xbf\\xbe\\xef\\xbf\\xbf\ufffd",
                      root.find(".//failure").text)

    def test_list(self):
        result = baton("probe", "--list")
        self.assertEqual((result.status, result.err), (0, b""))
        self.assertGreater(len(result.lines), 390)
        self.assertRegex(result.out.decode(),
                         r"traceparent/uppercase-trace-id +must +Trace Context L2 §3\.2\.2\.3")
        some = baton("probe", "--list", "--propagators=b3", "--skip=http/*")
        self.assertTrue(all(line.startswith("b3/") for line in some.lines))


class Page(unittest.TestCase):
    maxDiff = None

    def test_lists_each_mistake_with_its_meaning(self):
        root = pathlib.Path(__file__).parents[2]
        source = (root / "tools" / "probe" / "finding.cpp").read_text("utf-8")
        known = re.findall(
            r'const Mistake \w+\{\s*"([\w-]+)",\s*"([^"]+)",\s*([^;]*?)\};', source)
        self.assertGreater(len(known), 40)
        known = [(name, meaning, self.level_of(name, rest)) for name, meaning, rest in known]
        page = (root / "docs" / "probe.md").read_text("utf-8")
        section = page.split("## The mistakes")[1].split("\n## ")[0]
        rows = re.findall(r"^\| `([\w-]+)` \| (.*?) \| (.*?)(?:;.*)? \|$", section, re.M)
        self.assertEqual(rows, known)

    @staticmethod
    def level_of(name, arguments):
        """What the page says of a mistake with that clause, and perhaps that level."""
        level = re.search(r"Level::(\w+)", arguments)
        has_clause_of_judge = name in ("unwell-afterwards", "field-malformed")
        if arguments.startswith('""') and not has_clause_of_judge:
            return "the case's" + (f", *{level[1]}* at most" if level else "")
        return f"*{level[1] if level else 'must'}*"

    def test_rules_of_baton_that_are_cited_exist(self):
        root = pathlib.Path(__file__).parents[2]
        page = (root / "docs" / "wire-formats.md").read_text("utf-8")
        cited = {name for source in (root / "tools" / "probe").rglob("*.?pp")
                 for name in re.findall(r'docs/wire-formats\.md: ([^"]+)"', source.read_text("utf-8"))}
        self.assertGreater(len(cited), 4)
        self.assertLessEqual(cited, set(re.findall(r"^#+ (.*)$", page, re.M)))


class Usage(unittest.TestCase):
    def test_refused_with_one_line(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            address = f"127.0.0.1:{port}"
            for arguments, named in [
                ([], "a URL is required"),
                (["https://127.0.0.1/"], "https is not supported"),
                (["ftp://127.0.0.1/"], "http://"),
                (["127.0.0.1:80"], "http://"),
                (["http://"], "invalid host"),
                (["http://a:99999/"], "invalid host or port"),
                (["http://a/ b"], "invalid character"),
                (["http://127.0.0.1:1/"], "no service at 127.0.0.1:1: Connection refused"),
                (["http://name.invalid/"], "no service at name.invalid:80"),
                (["http://a/", "--call=telepathy"], "telepathy"),
                (["http://a/", "--call=route"], "--listen=HOST:PORT"),
                (["http://a/", "--listen=x"], "--listen"),
                ([f"http://{address}/", f"--listen={address}"], "cannot listen on"),
                (["http://a/", "--callback=x"], "--callback"),
                (["http://a/", "--callback=http://b/?c"], "without query and fragment"),
                (["http://a/", "--callback=http://b/#c"], "without query and fragment"),
                (["http://a/", "--call=response", "--callback=http://b/"], "--callback"),
                (["http://a/", "--call=route", f"--listen={address}", "--callback=http://b/"],
                 "--callback"),
                (["http://a/", "--call=response", "--listen=127.0.0.1:1"], "--listen"),
                (["http://a/", "--listen=0.0.0.0:0"], "--callback"),
                (["http://a/", "--listen=[::]:0"], "--callback"),
                (["http://a/", "--header=Content-length: 1"], "--header"),
                (["http://a/", "--header=Transfer-Encoding:chunked"], "--header"),
                (["http://a/", "--propagators=zipkin"], "'zipkin'"),
                (["http://a/", "--propagators=none"], "no format"),
                (["http://a/", "--propagators=xray-lambda"], "xray-lambda"),
                (["http://a/", "--written=zipkin"], "--written"),
                (["http://a/", "--header=x"], "--header"),
                (["http://a/", "--header=x: 1\r\ny: 2"], "--header"),
                (["http://a/", "--method=G T"], "--method"),
                (["http://a/", "--spans=some"], "some"),
                (["http://a/", "--only=nothing"], "no case"),
                (["http://a/", "--random=-1"], "--random"),
                (["http://a/", "--random=10001"], "--random"),
                (["http://a/", "--rate=0"], "--rate"),
                (["http://a/", "--rate=10001"], "--rate"),
                (["http://a/", "--timeout=0"], "--timeout"),
                (["http://a/", "--timeout=61"], "--timeout"),
                (["http://a/", "--timeout=nan"], "--timeout"),
                (["http://a/", "--timeout=-nan"], "--timeout"),
                (["http://a/", "--timeout=inf"], "--timeout"),
                (["http://a/", "--max-time=0"], "--max-time"),
                (["http://a/", "--seed=x"], "--seed"),
                (["http://a/", "--seed=-1"], "--seed"),
                (["http://a/", "http://b/"], "http://b/"),
                (["http://a/", "--frobnicate"], "--frobnicate"),
            ]:
                with self.subTest(arguments=arguments):
                    result = baton("probe", *arguments)
                    self.assertEqual((result.status, result.out), (2, b""))
                    self.assertRegex(result.err.decode(), r"^baton: [^\n]+\n$")
                    self.assertIn(named, result.err.decode())

    def test_a_report_that_cannot_be_written(self):
        service = bad.Service(bad.good)
        self.addCleanup(service.stop)
        result = baton("probe", service.url, "--propagators=tracecontext", "--only=traceparent/plain",
                       "--random=0", "--junit=/nowhere/x.xml")
        self.assertEqual(result.status, 2)
        self.assertEqual(result.err, b"baton: cannot write /nowhere/x.xml\n")
        self.assertEqual(service.requests, 0)

    def test_a_report_on_no_service_replaces_an_older_one(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder, "probe.xml")
            file.write_text("of an earlier run", "utf-8")
            result = baton("probe", "http://127.0.0.1:1/", f"--junit={file}")
            self.assertEqual((result.status, result.out), (2, b""))
            root = xml.etree.ElementTree.parse(file).getroot()
        self.assertIn("no service at 127.0.0.1:1", root.find(".//error").get("message"))
        self.assertEqual(root.findall(".//failure"), [])

    def test_help_lists_the_formats_that_can_be_probed(self):
        text = b" ".join(baton("probe", "--help").out.split())
        self.assertIn(b"separated by commas: tracecontext, baggage, ", text)
        self.assertNotIn(b"xray-lambda", text)
        self.assertNotIn(b", none", text)

    def test_progress_only_on_a_terminal(self):
        service = bad.Service(bad.good)
        self.addCleanup(service.stop)
        parent, child = os.openpty()
        try:
            subprocess.run([os.environ["BATON"], "probe", service.url, "--propagators=tracecontext",
                            "--only=traceparent/plain", "--random=0"], stderr=child,
                           stdout=subprocess.DEVNULL, timeout=60, check=True)
            self.assertIn(b"\rprobing 1/2".replace(b"\r", b"\r\x1b[K"), os.read(parent, 4096))
        finally:
            os.close(parent)
            os.close(child)


if __name__ == "__main__":
    main()
