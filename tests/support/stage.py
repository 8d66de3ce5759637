# SPDX-License-Identifier: Apache-2.0
"""Shared by the tests with real counterparts, which need programs and packages of other projects.

They read TEST_PYTHON, a Python with the packages, and TEST_FOLDER, for the data of servers, from
the environment.
"""

import os
import shutil
import socket
import sys

# Before a command: the kernel asks it to end if this process ends, for any reason. Meson kills a
# test half a second after it has asked it to end, and a broker needs longer to stop.
ENDS_WITH_US = ("setpriv", "--pdeathsig", "TERM")


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


def skip(reason):
    """Ends the test as skipped, for Meson. CI must test everything."""
    print(f"SKIPPED: {reason}", file=sys.stderr)
    sys.exit(1 if os.environ.get("CI") else 77)


def need(*programs):
    for program in programs:
        if shutil.which(program) is None:
            skip(f"{program} is not installed")


def start_again(error):
    """Restarts with TEST_PYTHON, which has the missing packages; skips the test without it."""
    python = os.environ.pop("TEST_PYTHON", "")
    if os.path.exists(python):
        os.execv(python, [python, "-B", *sys.argv])
    skip(error)
