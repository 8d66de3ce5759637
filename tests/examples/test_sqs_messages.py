# SPDX-License-Identifier: Apache-2.0
"""The example for Amazon SQS: what it writes into requests, it reads from a response and an event."""

import json
import os
import pathlib
import re
import subprocess
import sys
import unittest

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from plain_environment import plain_environment

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
PARENT = f"00-{TRACE}-{SPAN}-01"
LINE = re.compile(r"message (\d)  trace (\w{32})  span (\w{16})  baggage (.*)")


def run(command, text, **variables):
    return subprocess.run([os.environ["SQS_MESSAGES"], *command.split()], input=text, capture_output=True, text=True,
                          timeout=60, env=plain_environment(**variables))  # fmt: skip


def batch(count, **more):
    entries = [{"Id": str(i), "MessageBody": "7", **more} for i in range(count)]
    return json.dumps({"QueueUrl": "q", "Entries": entries})


class SqsMessages(unittest.TestCase):
    def receive(self, answer):
        done = run("receive", json.dumps(answer))
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return [LINE.fullmatch(line).groups() for line in done.stdout.splitlines()]

    def sent(self, request, **variables):
        done = run("send", request, **variables)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)["Entries"]

    def test_sends_the_context_of_its_environment(self):
        entries = self.sent(batch(2), TRACEPARENT=PARENT, BAGGAGE="user=1")
        response = {"Messages": [{"Body": "7", "MessageAttributes": each["MessageAttributes"]} for each in entries]}
        self.assertEqual(self.receive(response), [(str(i), TRACE, SPAN, "user=1") for i in range(2)])

    def test_each_message_has_a_trace_without_one(self):
        traces = {each["MessageAttributes"]["traceparent"]["StringValue"].split("-")[1] for each in self.sent(batch(3))}
        self.assertEqual(len(traces), 3)

    def test_reads_an_event(self):
        attribute = {"stringValue": PARENT, "dataType": "String"}
        event = {"Records": [{"body": "7", "messageAttributes": {"traceparent": attribute}}]}
        self.assertEqual(self.receive(event), [("0", TRACE, SPAN, "")])

    def test_tells_what_has_no_room(self):
        full = {f"a{i}": {"DataType": "String", "StringValue": "1"} for i in range(10)}
        done = run("send", batch(1, MessageAttributes=full))
        self.assertEqual(done.stderr, "sqs_messages: message 0 has no room for traceparent\n")

    def test_errors(self):
        for command in ("send", "receive"):
            done = run(command, "[]")
            self.assertEqual((done.returncode, done.stdout), (1, ""), command)
            self.assertRegex(done.stderr, r"^sqs_messages: .+ at byte 0\n$")
        self.assertEqual(run("sell", "").returncode, 2)


if __name__ == "__main__":
    unittest.main()
