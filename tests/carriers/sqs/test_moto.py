# SPDX-License-Identifier: Apache-2.0
"""Sends contexts to boto3 and receives them from it, through moto's SQS server on loopback.

Needs in its environment
  SQS_PEER      our side, see peer.cpp
  TEST_PYTHON   a Python with boto3 and moto[server]
"""

import json
import logging
import os
import pathlib
import subprocess
import sys
import unittest
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "support"))
import stage

try:
    import boto3
    from moto.server import ThreadedMotoServer
except ImportError as error:
    stage.start_again(error)

FIELDS = {
    "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    "tracestate": "rojo=00f067aa0ba902b7",
    "baggage": "user=Am%C3%A9lie",
}
XRAY = {"x-amzn-trace-id": "Root=1-0af76519-16cd43dd8448eb211c80319c;Parent=b7ad6b7169203331;Sampled=1"}
ONE_OF_THEIRS = {"kind": {"DataType": "Number", "StringValue": "7"}}

handed_over = []


def peer(*arguments, text):
    done = subprocess.run(
        [os.environ["SQS_PEER"], *arguments], input=text, capture_output=True, text=True, timeout=30,
    )
    if done.returncode != 0:
        raise RuntimeError(f"{arguments}: {done.stderr}")
    return done.stdout, done.stderr


def inject(request, fields, chain="tracecontext,baggage"):
    """The request with the context in it, as text, and what was left out."""
    pairs = [f"{name}={value}" for name, value in fields.items()]
    return peer("inject", chain, *pairs, text=json.dumps(request))


def extract(response, chain="tracecontext,baggage"):
    lines = peer("extract", chain, text=response)[0].splitlines()
    return [dict(field.split("=", 1) for field in line.split("\t") if field) for line in lines]


class RealSqs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        logging.getLogger("werkzeug").setLevel(logging.WARNING)
        cls.server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        cls.server.start()
        host, port = cls.server.get_host_and_port()
        cls.url = f"http://{host}:{port}"
        cls.client = boto3.client(
            "sqs", endpoint_url=cls.url, region_name="us-east-1", aws_access_key_id="test",
            aws_secret_access_key="test",
        )

    @classmethod
    def tearDownClass(cls):
        cls.client.close()
        cls.server.stop()

    def setUp(self):
        self.queue = self.client.create_queue(QueueName=self._testMethodName)["QueueUrl"]

    def call(self, action, body):
        """Posts a body unchanged; returns the raw response."""
        request = urllib.request.Request(
            self.url, data=body.encode(), headers={
                "Content-Type": "application/x-amz-json-1.0",
                "X-Amz-Target": f"AmazonSQS.{action}",
                "Authorization": "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/sqs/"
                                 "aws4_request, SignedHeaders=host, Signature=0",
            },
        )
        with urllib.request.urlopen(request, timeout=30) as response:
            return response.read().decode()

    def receive(self):
        """What boto3 receives: the texts of each message's attributes, with the system's."""
        messages = self.client.receive_message(
            QueueUrl=self.queue, MaxNumberOfMessages=10, MessageAttributeNames=["All"],
            AttributeNames=["All"],
        )["Messages"]
        return [
            {**{name: value["StringValue"]
                for name, value in message.get("MessageAttributes", {}).items()},
             **{name: value for name, value in message["Attributes"].items()
                if name == "AWSTraceHeader"}}
            for message in messages
        ]

    def receive_as_text(self):
        return self.call("ReceiveMessage", json.dumps({
            "QueueUrl": self.queue, "MaxNumberOfMessages": 10, "MessageAttributeNames": ["All"],
            "AttributeNames": ["All"],
        }))

    def test_our_message_to_boto3(self):
        request = {"QueueUrl": self.queue, "MessageBody": "hé", "MessageAttributes": ONE_OF_THEIRS}
        body, left_out = inject(request, FIELDS)
        self.call("SendMessage", body)
        self.assertEqual(left_out, "")
        self.assertEqual(self.receive(), [{**FIELDS, "kind": "7"}])
        handed_over.append(("C++, SendMessage", "boto3", "traceparent, tracestate, baggage"))

    def test_our_batch_to_boto3(self):
        entries = [{"Id": str(i), "MessageBody": "x"} for i in range(10)]
        body, _ = inject({"QueueUrl": self.queue, "Entries": entries}, FIELDS)
        self.call("SendMessageBatch", body)
        received = []
        while len(received) < 10:
            received += self.receive()
        self.assertEqual(received, [FIELDS] * 10)
        handed_over.append(("C++, SendMessageBatch", "boto3", "10 of 10"))

    def test_ten_attributes_are_taken(self):
        theirs = {f"n{i}": {"DataType": "String", "StringValue": "x"} for i in range(9)}
        request = {"QueueUrl": self.queue, "MessageBody": "x", "MessageAttributes": theirs}
        body, left_out = inject(request, FIELDS)
        self.assertEqual(left_out.split("\n"), ["0 tracestate", "0 baggage", ""])
        self.call("SendMessage", body)
        (received,) = self.receive()
        self.assertEqual(len(received), 10)
        self.assertEqual(received["traceparent"], FIELDS["traceparent"])
        handed_over.append(("C++, beside nine attributes", "boto3", "traceparent; told: the rest"))

    def test_the_trace_header_to_boto3(self):
        body, _ = inject({"QueueUrl": self.queue, "MessageBody": "x"}, XRAY, "xray")
        self.call("SendMessage", body)
        self.assertEqual(self.receive(), [{"AWSTraceHeader": XRAY["x-amzn-trace-id"]}])
        handed_over.append(("C++, AWSTraceHeader", "boto3", "the header"))

    def test_boto3_to_us(self):
        for text in ("one", "two \" \\ \u20ac"):
            self.client.send_message(
                QueueUrl=self.queue, MessageBody=text, MessageAttributes={
                    **ONE_OF_THEIRS,
                    **{name: {"DataType": "String", "StringValue": value}
                       for name, value in FIELDS.items()},
                },
            )
        self.assertEqual(extract(self.receive_as_text()), [FIELDS, FIELDS])
        self.assertEqual(extract(self.receive_as_text()), [])
        handed_over.append(("boto3", "C++, ReceiveMessage", "traceparent, tracestate, baggage"))

    def test_sns_to_us(self):
        """A notification in the body, and the attributes themselves with raw message delivery."""
        sns = boto3.client(
            "sns", endpoint_url=self.url, region_name="us-east-1", aws_access_key_id="test",
            aws_secret_access_key="test",
        )
        arn = self.client.get_queue_attributes(
            QueueUrl=self.queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        for is_raw in (False, True):
            topic = sns.create_topic(Name=f"topic-{is_raw}")["TopicArn"]
            sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn,
                          Attributes={"RawMessageDelivery": str(is_raw).lower()})
            sns.publish(TopicArn=topic, Message="two \" \\ \u20ac", MessageAttributes={
                name: {"DataType": "String", "StringValue": value}
                for name, value in FIELDS.items()
            })
            received = self.receive_as_text()
            (message,) = json.loads(received)["Messages"]
            self.assertEqual("MessageAttributes" in message, is_raw)
            self.assertEqual('"Notification"' in message["Body"], not is_raw)
            self.assertEqual(extract(received), [FIELDS])
        sns.close()
        handed_over.append(("boto3, SNS to SQS, raw and not", "C++, ReceiveMessage", "both: all fields"))

    def test_the_trace_header_to_us(self):
        self.client.send_message(
            QueueUrl=self.queue, MessageBody="x", MessageSystemAttributes={
                "AWSTraceHeader": {"DataType": "String", "StringValue": XRAY["x-amzn-trace-id"]},
            },
        )
        self.assertEqual(extract(self.receive_as_text(), "xray"), [XRAY])
        handed_over.append(("boto3, AWSTraceHeader", "C++, ReceiveMessage", "the header"))


def main():
    done = unittest.TextTestRunner(verbosity=2).run(
        unittest.defaultTestLoader.loadTestsFromTestCase(RealSqs))
    for source, target, what in handed_over:
        print(f"| {source:32} | {target:20} | {what}")
    return 0 if done.wasSuccessful() else 1


sys.exit(main())
