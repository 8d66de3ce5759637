# SPDX-License-Identifier: Apache-2.0
"""What the tests of baton probe have in common."""

import unittest

import bad_services as bad
from support import baton


class ProbeTest(unittest.TestCase):
    maxDiff = None

    def start(self, serve):
        service = bad.Service(serve)
        self.addCleanup(service.stop)
        return service

    def run_probe(self, service, *options, timeout=5, formats="tracecontext"):
        return baton("probe", service.url, f"--propagators={formats}", f"--timeout={timeout}",
                     "--rate=10000", *options)

    def probe(self, serve, *options, **more):
        """The report of a run against a service that serves so."""
        result = self.run_probe(self.start(serve), "--json", *options, **more)
        self.assertEqual(result.err, b"")
        report = result.json
        self.assertEqual(result.status, 0 if report["passed"] else 1)
        return report

    @staticmethod
    def mistakes(report):
        """The mistakes by case."""
        return {case["name"]: [finding["name"] for finding in case["findings"]]
                for case in report["cases"] if case["findings"]}

    def names(self, report):
        return sorted({name for names in self.mistakes(report).values() for name in names})
