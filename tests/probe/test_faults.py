# SPDX-License-Identifier: Apache-2.0
"""`baton probe` finds mistakes of hand-written propagation, each by name, and none in sound code."""

import concurrent.futures
import fnmatch
import pathlib
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "faulty"))

from faults import GROUPS, group_of, listed
from probed import Service, findings_of, probe

PAGE = (HERE.parents[1] / "docs" / "probe.md").read_text("utf-8").replace("\n", " ")
AT_LEAST = 0.95  # of the faults must be found
LEVELS = ("must", "should", "choice")
LIBERTIES = {
    "traceparent/twice-different", "tracestate/uppercase-key", "tracestate/33-members",
    "tracestate/duplicate-key", "baggage/key-with-space",
    "baggage/two-fields-one-empty", "baggage/order", "baggage/lowercase-escapes",
    "baggage/escapes-that-are-not-utf-8"}


def strongest(levels):
    return min(levels, key=LEVELS.index)


def run(group, service_options, *options):
    """What the probe says of the service with these options."""
    read, written = GROUPS[group]
    formats = (f"--propagators={read}", f"--written={written}")
    with Service(sys.executable, "-B", HERE / "faulty" / "service.py", *formats,
                 *service_options) as service:
        return probe(service.url, *formats, "--rate=10000", *options)


def judged(group, *service_options):
    """What is found of each level, by case."""
    return findings_of(run(group, service_options, "--spans=fresh", "--strict"))


class Faults(unittest.TestCase):
    def test_sound_code_passes(self):
        for group in GROUPS:
            with self.subTest(group):
                self.assertEqual(judged(group), {})

    def test_who_takes_every_may_passes(self):
        for options in ((), ("--random=1000", "--seed=2")):
            with self.subTest(options):
                report = run("w3c", ["--lenient"], *options)
                found = findings_of(report)
                self.assertEqual({case: found[case] for case in found
                                  if "must" in found[case].values()}, {})
                self.assertTrue(report["passed"])
                # What is noted shows that the service does take its liberties.
                noted = {case["name"] for case in report["cases"] if case["outcome"] == "noted"}
                self.assertEqual(LIBERTIES - noted, set())

    def test_each_is_found_by_name(self):
        faults = list(listed())
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            judgements = pool.map(lambda fault: judged(fault[0], "--fault", fault[1]), faults)
        missed, passed, levels = [], [], []
        for (_, name, what, mistake, cases), found in zip(faults, judgements):
            self.show(name, what, mistake, found)
            if (mistake is None) != (not found):
                missed.append(f"{name} ({what}): {found or 'nothing was found'}")
            for case in cases.split():
                seen = {each for known in fnmatch.filter(found, case) for each in found[known]}
                if mistake not in seen:
                    missed.append(f"{name} ({what}): {case} shows {seen or 'nothing'}")
            passed += [] if found else [name]
            levels += [strongest(level for each in found.values() for level in each.values())
                       ] if found else []
        count = len(faults) - len(passed)
        print(f"| planted faults: {count} of {len(faults)} found by baton probe")
        self.assertEqual(missed, [])
        musts, shoulds, choices = (levels.count(level) for level in LEVELS)
        print(f"| against a must: {musts}, a should: {shoulds}, another choice: {choices}")
        self.assertRegex(PAGE, rf"plant {len(faults)} mistakes .*sees {count} of them")
        self.assertRegex(PAGE, rf"{musts} are against a \*must\*, {shoulds} against a \*should\*, "
                               rf"and {choices} are choices")
        self.assertGreaterEqual(count, AT_LEAST * len(faults))

    @staticmethod
    def show(name, what, mistake, found):
        cases = [case for case, mistakes in found.items() if mistake in mistakes]
        others = f" and {len(cases) - 3} more" if len(cases) > 3 else ""
        print(f"{name:37} {what}")
        print(f"    {mistake}: {', '.join(cases[:3])}{others}" if cases else "    not found")


if __name__ == "__main__":
    unittest.main()
