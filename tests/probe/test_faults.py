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

AT_LEAST = 0.95  # of the faults must be found


def judged(group, *options):
    """The failed cases, and what is wrong in each, of the service with these options."""
    read, written = GROUPS[group]
    formats = (f"--propagators={read}", f"--written={written}")
    with Service(sys.executable, "-B", HERE / "faulty" / "service.py", *formats, *options) as service:
        return failed_cases(probe(service.url, *formats, "--spans=fresh", "--strict",
                                  "--rate=10000", "--timeout=2"))


class Faults(unittest.TestCase):
    def test_sound_code_passes(self):
        for group in GROUPS:
            with self.subTest(group):
                self.assertEqual(judged(group), {})

    def test_each_is_found_by_name(self):
        faults = list(listed())
        self.assertGreaterEqual(len(faults), 40)
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            found = dict(zip([name for _, name, _, _ in faults],
                             pool.map(lambda fault: judged(fault[0], "--fault", fault[1]), faults)))
        missed = []
        for group, name, what, cases in faults:
            self.show(name, what, found[name])
            for case in cases:
                if not fnmatch.filter(found[name], case):
                    missed.append(f"{name} ({what}): {case} passes")
        count = sum(map(bool, found.values()))
        print(f"| planted faults: {count} of {len(faults)} found by baton probe")
        self.assertEqual(missed, [])
        self.assertGreaterEqual(count, AT_LEAST * len(faults))

    @staticmethod
    def show(name, what, failed):
        cases = list(failed)
        more = f" and {len(cases) - 3} more" if len(cases) > 3 else ""
        print(f"{name:38} {what}\n    " + (", ".join(cases[:3]) + more or "NOT FOUND"))


if __name__ == "__main__":
    unittest.main()
