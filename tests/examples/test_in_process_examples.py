# SPDX-License-Identifier: Apache-2.0
"""The examples in one process: each line has the ids of its own order, whichever thread prints it."""

import os
import re
import subprocess
import unittest

FIELDS = r"(?: trace_id=(\w{32}) span_id=(\w{16}) trace_flags=03)?"
STEP = re.compile(rf"^(?:info |warning )?order (\d) (.+?){FIELDS}$")


def lines_of(program):
    path = os.environ.get(program)
    if path is None:
        raise unittest.SkipTest(f"{program} is not built")
    done = subprocess.run([path], capture_output=True, text=True, timeout=60, check=True)
    return done.stdout.splitlines()


class InProcessExamples(unittest.TestCase):
    def check(self, program, steps, steps_of_child=(), orders=3):
        """Each order has these steps in its own span, and those of a child in one other span."""
        seen = {}
        for line in lines_of(program):
            order, step, trace, span = STEP.match(line).groups()
            seen.setdefault(int(order), {})[step] = (trace, span)
        unknown = seen.pop(0, None)
        self.assertEqual(sorted(seen), list(range(1, orders + 1)))
        for told in seen.values():
            self.assertEqual(set(told), {*steps, *steps_of_child})
            self.assertEqual(len({trace for trace, _ in told.values()}), 1)
            self.assertEqual(len({told[step] for step in steps}), 1)
            self.assertNotIn(None, told[steps[0]])
            for step in steps_of_child:
                self.assertNotEqual(told[step], told[steps[0]])
        self.assertEqual(len({told[steps[0]] for told in seen.values()}), orders)
        return unknown

    def test_thread_pool(self):
        self.check("THREAD_POOL", ["received", "packed", "paid", "receipt sent", "accepted"])

    def test_coroutines(self):
        self.check("COROUTINES", ["received", "paid", "done"], ["shipped"])

    def test_asio_coroutines(self):
        self.check("ASIO_COROUTINES", ["received", "paid", "done"], ["shipped"])

    def test_log_correlation(self):
        unknown = self.check("LOG_CORRELATION", ["received", "paid late"])
        self.assertEqual(unknown, {"is none": (None, None)})

    def test_prefork(self):
        *started, last = lines_of("PREFORK")
        self.assertEqual(last, "8 workers made 800000 ids, 0 of them repeated")
        self.assertEqual(len(started), 9)
        first, *workers = (re.fullmatch(rf"(\w+) started{FIELDS}", line).groups() for line in started)
        self.assertEqual(first[0], "server")
        self.assertIsNotNone(first[1])
        self.assertEqual(set(workers), {("worker", *first[1:])})


if __name__ == "__main__":
    unittest.main()
