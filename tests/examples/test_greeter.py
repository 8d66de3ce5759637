# SPDX-License-Identifier: Apache-2.0
"""The example: one trace, and one user, through its client and both of its services."""

import os
import re
import subprocess
import unittest


class Greeter(unittest.TestCase):
    def test_one_trace_goes_through_all(self):
        server = subprocess.Popen(
            [os.environ["GREETER_SERVER"], "127.0.0.1:0"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            port = re.search(r"port (\d+)", server.stdout.readline()).group(1)
            traces = []
            for name in ("Amélie", "Zoë"):
                said = subprocess.run(
                    [os.environ["GREETER_CLIENT"], f"127.0.0.1:{port}", name],
                    check=True,
                    capture_output=True,
                    text=True,
                    timeout=30,
                ).stdout
                trace, greeting = re.fullmatch(r"trace ([0-9a-f]{32})\n(.*)\n", said).groups()
                self.assertRegex(greeting, rf"^Good (morning|day), {name}!$")
                traces.append(trace)
        finally:
            heard, _ = server.communicate(timeout=30)  # the end of its input ends it
        self.assertEqual(server.returncode, 0)
        self.assertNotEqual(*traces)
        self.assertEqual(
            heard,
            "".join(
                f"{service}: trace {trace}, for {name}\n"
                for trace, name in zip(traces, ("Amélie", "Zoë"))
                for service in ("greeter", "salutations")
            ),
        )

    def test_a_client_without_a_server_fails(self):
        done = subprocess.run(
            [os.environ["GREETER_CLIENT"], "127.0.0.1:1"], capture_output=True, timeout=60
        )
        self.assertEqual(done.returncode, 1)


if __name__ == "__main__":
    unittest.main()
