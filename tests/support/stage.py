# SPDX-License-Identifier: Apache-2.0
"""What tests with real counterparts need beside their tests: ./dev test runs them as a stage."""

import json
import os
import pathlib
import socket
import sys


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


class Stage:
    """Of its environment it takes PREFIX_FOLDER, where results go, and PREFIX_PYTHON."""

    def __init__(self, name, prefix):
        self.name = name
        self.python = f"{prefix}_PYTHON"
        self.folder = pathlib.Path(os.environ[f"{prefix}_FOLDER"])
        self.results = {}

    def log(self, result, output, name=None):
        """What tests/summary.py reads, as Meson writes it."""
        self.results[name or self.name] = {"result": result, "stderr": output}
        path = self.folder / "meson-logs" / "testlog.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(json.dumps({"name": each, **what}) + "\n"
                                for each, what in self.results.items()))

    def skip(self, reason):
        print(f"SKIPPED: nothing is tested with {self.name}: {reason}", file=sys.stderr)
        in_ci = bool(os.environ.get("CI"))
        self.log("FAIL" if in_ci else "SKIP", "")
        sys.exit(1 if in_ci else 77)

    def start_again(self, error):
        """By the Python that has what could not be imported, or not at all."""
        python = os.environ.pop(self.python, "")
        if os.path.exists(python):
            os.execv(python, [python, "-B", *sys.argv])
        self.skip(error)
