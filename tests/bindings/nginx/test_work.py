# SPDX-License-Identifier: Apache-2.0
"""What thousands of fields cost nginx with the module, in instructions."""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import time

import server
from service import request
from test_hostility import ALL


class Counted(server.Nginx):
    """Under callgrind, without a master."""

    def __init__(self, http, **options):
        super().__init__(http, workers=0, **options)

    def command(self, *options):
        return ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null",
                f"--log-file={self.folder}/callgrind", *super().command(*options)]

    def instructions(self):
        """Of the whole run; ends it, once it waits: before that, valgrind may hold the signal up."""
        time.sleep(0.3)
        self.process.send_signal(signal.SIGTERM)
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):
            self.process.wait(1)
        with contextlib.suppress(OSError):
            self.connect().close()  # wakes it up
        self.stop()
        return int(re.search(r"Collected : (\d+)", (self.folder / "callgrind").read_text())[1])


@server.unittest.skipIf("LLVM_PROFILE_FILE" in os.environ, "what counts coverage takes instructions")
@server.unittest.skipUnless(shutil.which("valgrind"), "valgrind is not installed")
class Work(server.TestCase):
    REQUESTS = {
        "other fields": [f"X-{i:05}: x" for i in range(4_000)],
        "fields like ours": [f"t{i:09}t: x" for i in range(4_000)],
        "a family": [f"uberctx-{i:05}: x" for i in range(4_000)],
        "the same field": ["traceparent: x"] * 4_000,
        "a list in parts": [f"baggage: k{i}=v" for i in range(4_000)],
    }

    def test_it_is_bounded(self):
        """Thousands of fields cost at most a few times what they cost nginx itself."""
        http = ("large_client_header_buffers 8 64k; max_headers 20000; server {{ listen @front; {} "
                "location / {{ try_files /none /done; }} location /done {{ empty_gif; }} }}")
        for name, fields in self.REQUESTS.items():
            counted = []
            for module, directives in ((server.MODULE, ALL), (None, "")):
                nginx = Counted(http.format(directives), module=module)
                self.addCleanup(nginx.remove)
                nginx.start()
                for lines in ([], fields, fields):
                    self.assertIn(b" 200 OK\r\n", nginx.send(request("GET", "/", lines)))
                counted.append(nginx.instructions())
            with self.subTest(name, instructions=counted):
                self.assertLess(counted[0], 6 * counted[1])


if __name__ == "__main__":
    server.unittest.main()
