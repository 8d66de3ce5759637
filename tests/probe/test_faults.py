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
from probed import Service, failed_cases, probe

PAGE = (HERE.parents[1] / "docs" / "probe.md").read_text("utf-8").replace("\n", " ")
AT_LEAST = 0.95  # of the faults must be found


def judged(group, *options):
    """The failed cases, and what is wrong in each, of the service with these options."""
    read, written = GROUPS[group]
    formats = (f"--propagators={read}", f"--written={written}")
    with Service(sys.executable, "-B", HERE / "faulty" / "service.py", *formats, *options) as service:
        return failed_cases(probe(service.url, *formats, "--spans=fresh", "--strict",
                                  "--rate=10000"))


class Faults(unittest.TestCase):
    def test_sound_code_passes(self):
        for group in GROUPS:
            with self.subTest(group):
                self.assertEqual(judged(group), {})

    def test_each_is_found_by_name(self):
        faults = list(listed())
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            judgements = pool.map(lambda fault: judged(fault[0], "--fault", fault[1]), faults)
        missed, passed = [], []
        for (_, name, what, mistake, cases), found in zip(faults, judgements):
            self.show(name, what, mistake, found)
            if (mistake is None) != (not found):
                missed.append(f"{name} ({what}): {found or 'nothing was found'}")
            for case in cases.split():
                seen = {each for known in fnmatch.filter(found, case) for each in found[known]}
                if mistake not in seen:
                    missed.append(f"{name} ({what}): {case} shows {seen or 'nothing'}")
            passed += [] if found else [name]
        count = len(faults) - len(passed)
        print(f"| planted faults: {count} of {len(faults)} found by baton probe")
        self.assertEqual(missed, [])
        self.assertRegex(PAGE, rf"plant {len(faults)} mistakes .*sees {count} of them")
        self.assertGreaterEqual(count, AT_LEAST * len(faults))

    @staticmethod
    def show(name, what, mistake, found):
        cases = [case for case, mistakes in found.items() if mistake in mistakes]
        others = f" and {len(cases) - 3} more" if len(cases) > 3 else ""
        print(f"{name:37} {what}")
        print(f"    {mistake}: {', '.join(cases[:3])}{others}" if cases else "    not found")


if __name__ == "__main__":
    unittest.main()
