# SPDX-License-Identifier: Apache-2.0
"""Programs that are services, and what `baton probe` says of them."""

import json
import os
import re
import subprocess

from stage import ENDS_WITH_US

PATIENCE = 60  # seconds until a program counts as stuck


class Service:
    """A program that says where it listens, in its first line."""

    def __init__(self, *command, **variables):
        self.process = subprocess.Popen(
            [*ENDS_WITH_US, *command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
            env={**os.environ, **variables})
        line = self.process.stdout.readline()
        found = re.fullmatch(r"listening on (http://127\.0\.0\.1:\d+)\n", line)
        if found is None:
            self.stop()
            raise RuntimeError(f"{command} said {line!r}")
        self.url = found[1] + "/test"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()


def probe(url, *options):
    """The document that `baton probe` prints."""
    run = subprocess.run(
        [os.environ["BATON"], "probe", "--json", *options, url], stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=10 * PATIENCE)
    if run.returncode not in (0, 1):
        raise RuntimeError(f"baton probe ends with {run.returncode}: {run.stderr}")
    return json.loads(run.stdout)


def findings_of(document):
    """By case, the levels by mistake, of all that is not as the probe expects."""
    return {case["name"]: {finding["name"]: finding["level"] for finding in case["findings"]}
            for case in document["cases"] if case["findings"]}
