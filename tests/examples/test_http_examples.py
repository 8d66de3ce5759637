# SPDX-License-Identifier: Apache-2.0
"""http_server with curl and with http_client."""

import os
import subprocess
import unittest

import service
from service import PATIENCE, SPAN_ID, TRACE_ID, TRACEPARENT, TRACEPARENT_FORM

SERVER = os.environ["HTTP_SERVER"]
CLIENT = os.environ["HTTP_CLIENT"]
TRACING_SERVER = os.environ["TRACING_SERVER"]
CURL = os.environ["CURL"]


class HttpServer(service.SurvivesHostility, unittest.TestCase):
    program = SERVER

    def setUp(self):
        self.service = service.Service(SERVER, "--port", "0")
        self.addCleanup(self.service.kill)

    def tearDown(self):
        self.assertEqual(self.service.stop(), (0, ""))

    def curl(self, *fields, arguments=()):
        """The fields that the server would send, by name."""
        command = [CURL, "--silent", "--show-error", "--fail", "--noproxy", "*", *arguments]
        for field in fields:
            command += ["-H", field]
        done = subprocess.run([*command, self.service.url], capture_output=True, timeout=PATIENCE)
        self.assertEqual(done.returncode, 0, done.stderr)
        lines = [line.split(": ", 1) for line in done.stdout.decode().splitlines()]
        self.assertEqual(len(lines), len(dict(lines)), "a field came twice")
        return dict(lines)

    def well(self):
        return self.curl() == {}

    def test_starts_nothing(self):
        self.assertEqual(self.curl(), {})
        self.assertEqual(self.curl("baggage: k=1"), {"baggage": "k=1"})

    def test_forwards_a_trace(self):
        fields = self.curl(f"TRACEPARENT:  {TRACEPARENT} ", "TraceState: a=1", "tracestate: b=2",
                           "Baggage: k=1 , l=%C3%A9", "bAGGAGE: m=3;p")
        trace_id, span_id, flags = TRACEPARENT_FORM.match(fields["traceparent"]).groups()
        self.assertEqual((trace_id, flags), (TRACE_ID, "01"))
        self.assertEqual(span_id, SPAN_ID)
        self.assertEqual(fields["tracestate"], "a=1,b=2")
        self.assertEqual(fields["baggage"].replace(" ", ""), "k=1,l=%C3%A9,m=3;p")

    def test_requests_of_one_connection_are_kept_apart(self):
        command = [CURL, "--silent", "--fail", "--noproxy", "*"]
        sent = [f"00-{TRACE_ID}-{number:016x}-01" for number in (1, 2, 3)]
        for traceparent in sent:
            command += ["-H", f"traceparent: {traceparent}", self.service.url, "--next"]
        done = subprocess.run(command[:-1], capture_output=True, timeout=PATIENCE)
        got = [line.split(": ")[1] for line in done.stdout.decode().splitlines()]
        self.assertEqual(got, sent)

    def test_head_has_no_body(self):
        response = self.service.send(service.request("HEAD", "/"))
        self.assertEqual(service.status_of(response), 200)
        self.assertEqual(service.body_of(response), b"")

    def test_client(self):
        done = subprocess.run([CLIENT, self.service.url], capture_output=True, timeout=PATIENCE)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        trace, traceparent, baggage = done.stdout.decode().splitlines()
        trace_id = TRACEPARENT_FORM.match(traceparent.removeprefix("traceparent: "))[1]
        self.assertEqual(trace, f"trace {trace_id}")
        self.assertEqual(baggage, "baggage: user=Am%C3%A9lie")


class TracingServer(unittest.TestCase):
    def spans_of(self, requests, **variables):
        """The answers to the requests, lists of fields, and the lines that the server prints."""
        server = subprocess.Popen([TRACING_SERVER, "--port", "0"], stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, text=True, env={**os.environ, **variables})
        url = server.stdout.readline().split()[-1]
        answers = []
        for path, *fields in requests:
            command = [CURL, "--silent", "--noproxy", "*", "-o", "/dev/null", "-D", "-"]
            for field in fields:
                command += ["-H", field]
            head = subprocess.run([*command, f"{url}/{path}"], capture_output=True, text=True,
                                  timeout=PATIENCE).stdout
            answers.append(dict(line.split(": ", 1) for line in head.splitlines() if ": " in line))
        server.terminate()
        printed, complaints = server.communicate(timeout=PATIENCE)
        self.assertEqual(server.returncode, 0)
        return answers, printed.splitlines(), complaints

    def test_starts_and_continues_traces(self):
        answers, spans, complaints = self.spans_of(
            [("",), ("", f"traceparent: {TRACEPARENT}"), ("error",)])
        self.assertEqual(complaints, "")
        self.assertEqual(len(spans), 6)  # of kind internal and of kind server for each
        self.assertIn("internal greet", spans[0])
        for answer, span in zip(answers, spans[1::2]):
            trace_id, span_id = span.split()[:2]
            self.assertEqual(answer["traceresponse"][3:52], f"{trace_id}-{span_id}")
            self.assertIn(answer["traceresponse"], answer["server-timing"])
            self.assertIn("server GET", span)
        self.assertIn(f"parent {'0' * 16}", spans[1])
        self.assertTrue(spans[3].startswith(TRACE_ID))
        self.assertIn(f"parent {SPAN_ID}", spans[3])
        self.assertTrue(spans[5].endswith("failed"))

    def test_samples(self):
        requests = [("",), ("", f"traceparent: {TRACEPARENT}")]
        answers, spans, _ = self.spans_of(requests, OTEL_TRACES_SAMPLER="parentbased_always_off")
        self.assertEqual([answer["traceresponse"][-2:] for answer in answers], ["02", "01"])
        self.assertEqual([line.split()[0] for line in spans], [TRACE_ID] * 2)
        _, spans, complaints = self.spans_of(requests, OTEL_TRACES_SAMPLER="sometimes")
        self.assertEqual(len(spans), 4)
        self.assertIn("unknown sampler 'sometimes'", complaints)


class HttpClient(unittest.TestCase):
    def run_client(self, *arguments):
        done = subprocess.run([CLIENT, *arguments], capture_output=True, timeout=PATIENCE)
        return done.returncode, done.stderr.count(b"\n")

    def test_usage(self):
        for arguments in ([], ["x"], ["https://a/"], ["http://"], ["http://a:b/"], ["http://a b/"],
                          ["http://a/", "http://b/"], ["http://u@a/"], ["http://a/\r\nX: 1"],
                          ["http://a:/"], ["http://a:65536/"], ["http://a:99999/"],
                          ["http://[::1]/"]):
            with self.subTest(arguments):
                self.assertEqual(self.run_client(*arguments), (2, 1))
        self.assertEqual(self.run_client("--help"), (0, 0))

    def test_nobody_there(self):
        self.assertEqual(self.run_client("http://127.0.0.1:1/"), (1, 1))


if __name__ == "__main__":
    unittest.main()
