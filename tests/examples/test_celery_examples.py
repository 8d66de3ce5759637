# SPDX-License-Identifier: Apache-2.0
"""The examples without a broker: their output, and their exit status."""

import os
import socket
import subprocess
import unittest

PROGRAMS = {
    "celery_publisher": os.environ["CELERY_PUBLISHER"],
    "celery_worker_bridge": os.environ["CELERY_WORKER_BRIDGE"],
}


def run(name, *arguments):
    return subprocess.run(
        [PROGRAMS[name], *arguments], capture_output=True, text=True, timeout=60)


class Examples(unittest.TestCase):
    def test_usage(self):
        for name in PROGRAMS:
            done = run(name, "--help")
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertIn(f"Usage: {name} ", done.stdout)
            for bad in (["--count"], ["--count", "x"], ["--what", "1"], ["shop.add"], [""]):
                done = run(name, *bad)
                self.assertEqual((done.returncode, done.stdout), (2, ""), bad)
                self.assertRegex(done.stderr, f"^{name}: .+; see {name} --help\n$")

    def test_arguments_that_are_no_json(self):
        for bad in (["--args", "{}"], ["--args", "[1"], ["--kwargs", "[]"], ["--canvas", "maybe"]):
            self.assertEqual(run("celery_publisher", *bad).returncode, 2, bad)

    def test_no_broker(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))  # and does not listen
            port = taken.getsockname()[1]
            for url in (f"redis://127.0.0.1:{port}/0", f"amqp://a:b@127.0.0.1:{port}/%2f",
                        "redis://127.0.0.1:x", "amqp://[", "http://127.0.0.1"):
                for name in PROGRAMS:
                    done = run(name, "--url", url)
                    self.assertEqual((done.returncode, done.stdout), (1, ""), url)
                    self.assertRegex(done.stderr, f"^{name}: .+\n$")


if __name__ == "__main__":
    unittest.main()
