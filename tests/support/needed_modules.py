# SPDX-License-Identifier: Apache-2.0
"""For tests whose modules may be missing."""

import os
import sys


def run_again_or_skip(name, error):
    """Runs the script with the tests' own Python if there is one, or else skips it.

    In CI a test must not be skipped, so that it fails there.
    """
    python = os.environ.pop("OPENTELEMETRY_PYTHON", "")
    if os.path.exists(python):
        os.execv(python, [python, "-B", *sys.argv])
    print(f"SKIPPED: {name} is not there: {error}", file=sys.stderr)
    sys.exit(1 if os.environ.get("CI") else 77)
