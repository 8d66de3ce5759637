# SPDX-License-Identifier: Apache-2.0
"""The example on librdkafka's mock cluster: each order keeps its trace through both topics."""

import os
import re
import subprocess
import unittest

LINE = re.compile(r"^(\w+) (\S+)  trace (\w{32})  span (\w{16})  baggage order=(\S+)$", re.M)


def run(*arguments):
    return subprocess.run(
        [os.environ["KAFKA_ORDERS"], *arguments], capture_output=True, text=True, timeout=60
    )


class KafkaOrders(unittest.TestCase):
    def test_each_order_keeps_its_trace(self):
        done = run("--count", "20")
        self.assertEqual(done.returncode, 0, done.stderr)
        seen = {}
        for role, order, trace, span, baggage in LINE.findall(done.stdout):
            self.assertEqual(order, baggage)
            seen.setdefault(order, {})[role] = (trace, span)
        self.assertEqual(len(seen), 20)
        for roles in seen.values():
            self.assertEqual(set(roles), {"produced", "forwarded", "consumed"})
            self.assertEqual(len({trace for trace, _ in roles.values()}), 1)
            self.assertEqual(roles["consumed"], roles["forwarded"])
            self.assertEqual(roles["produced"], roles["forwarded"])
        self.assertEqual(len({roles["produced"][0] for roles in seen.values()}), 20)

    def test_usage(self):
        for bad in (["sell"], ["produce"], ["--count"], ["--count", "x"], ["--what", "1"]):
            done = run(*bad)
            self.assertEqual(done.returncode, 2, bad)
            self.assertRegex(done.stderr, r"^kafka_orders: .+; see kafka_orders --help\n$")


if __name__ == "__main__":
    unittest.main()
