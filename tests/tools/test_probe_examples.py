# SPDX-License-Identifier: Apache-2.0
"""baton probe against the services of the examples."""

import os
import pathlib
import socket
import sys

from probe_support import ProbeTest
from support import baton, main

sys.path.append(str(pathlib.Path(__file__).parents[1] / "examples"))
import service as examples

W3C_SERVICE = os.environ["W3C_SERVICE"]
PROBED_SERVICE = os.environ["PROBED_SERVICE"]


class TheServiceForTheW3cHarness(ProbeTest):
    def test_passes_whole(self):
        service = examples.Service(W3C_SERVICE, "--port", "0")
        self.addCleanup(service.kill)
        result = baton("probe", service.url + "/test", "--json", "--strict", "--spans=fresh",
                       "--rate=1000", "--random=1000")
        report = result.json
        self.assertEqual(self.mistakes(report), {})
        self.assertEqual((result.status, result.err, report["passed"]), (0, b"", True))
        summary = report["summary"]
        self.assertEqual([summary[each] for each in ("failed", "warned", "noted")], [0, 0, 0])
        self.assertGreater(summary["passed"], 1250)
        self.assertEqual(service.stop(), (0, ""))

    def test_judges_b3_that_becomes_w3c(self):
        service = examples.Service(W3C_SERVICE, "--port", "0", env={
            **os.environ, "BATON_EXTRACT": "b3", "BATON_INJECT": "tracecontext"})
        self.addCleanup(service.kill)
        right = baton("probe", service.url + "/test", "--json", "--propagators=b3",
                      "--written=tracecontext", "--rate=10000").json
        self.assertEqual(self.mistakes(right), {})
        wrong = baton("probe", service.url + "/test", "--json", "--propagators=b3",
                      "--written=b3", "--rate=10000", "--random=0").json
        self.assertEqual(self.mistakes(wrong)["b3/accept"], ["trace-lost"])


class TheExample(ProbeTest):
    def run_example(self, *options, **variables):
        with socket.create_server(("127.0.0.1", 0)) as free:
            stock = f"127.0.0.1:{free.getsockname()[1]}"
        service = examples.Service(PROBED_SERVICE, "--port", "0", env={
            **os.environ, "STOCK_URL": f"http://{stock}/", **variables})
        self.addCleanup(service.kill)
        result = baton("probe", service.url, "--json", "--propagators=tracecontext", "--strict",
                       "--spans=fresh", "--call=route", f"--listen={stock}", "--rate=1000", *options)
        self.assertEqual(result.status, 0 if result.json["passed"] else 1)
        return result.json

    def test_the_mistake_is_found(self):
        found = self.mistakes(self.run_example("--random=0"))
        self.assertEqual(found["tracestate/two-fields"], ["tracestate-changed"])
        self.assertEqual(found["tracestate/two-fields-one-empty"], ["tracestate-lost"])
        self.assertTrue(all("field" in name for name in found), found)

    def test_the_guide_shows_what_the_probe_prints(self):
        guide = (pathlib.Path(__file__).parents[2] / "docs" / "testing.md").read_text("utf-8")
        shown = guide.split("$ baton probe http://127.0.0.1:9000/orders")[1].split("```")[0]
        with socket.create_server(("127.0.0.1", 0)) as free:
            stock = f"127.0.0.1:{free.getsockname()[1]}"
        service = examples.Service(PROBED_SERVICE, "--port", "0", env={
            **os.environ, "STOCK_URL": f"http://{stock}/"})
        self.addCleanup(service.kill)
        printed = baton("probe", service.url + "/orders", "--call=route", f"--listen={stock}",
                        "--propagators=tracecontext", "--rate=1000").lines
        # The address and the time are others.
        lines = [line for line in shown.splitlines()[2:]
                 if line not in ("", "…") and not line.startswith("seed 1, ")]
        self.assertGreater(len(lines), 15)
        self.assertEqual([line for line in lines if line not in printed], [])

    def test_without_it_the_service_passes(self):
        report = self.run_example(FIXED="yes")
        self.assertEqual(self.mistakes(report), {})
        self.assertGreater(report["summary"]["passed"], 250)


if __name__ == "__main__":
    main()
