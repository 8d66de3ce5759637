# SPDX-License-Identifier: Apache-2.0
"""The commands of docs/migrating-from-b3.md, in sequence in one shell, print what the page says."""

import os
import pathlib
import re
import socket
import subprocess
import tempfile
import time
import unittest

PAGE = pathlib.Path(__file__).parents[2] / "docs" / "migrating-from-b3.md"
PATIENCE = 60  # seconds until a command counts as stuck
END = "-- end of output --"


def examples():
    """Pairs of a command and what it must print."""
    for block in re.findall(r"^```console\n(.*?)^```$", PAGE.read_text("utf-8"), re.M | re.S):
        for example in re.split(r"^\$ ", block, flags=re.M)[1:]:
            line, _, rest = example.partition("\n")
            if line.endswith("<<END"):
                text, end, rest = rest.partition("\nEND\n")
                line += "\n" + text + end
            yield line, rest


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return str(server.getsockname()[1])


class Shell:
    def __init__(self, folder):
        self.folder = folder
        path = os.pathsep.join([*os.environ["PROGRAMS"].split(os.pathsep), os.environ["PATH"]])
        environment = {k: v for k, v in os.environ.items()
                       if k != "OTEL_PROPAGATORS" and not k.startswith("BATON_")}
        self.process = subprocess.Popen(
            ["bash", "--norc"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, cwd=folder,
            env={**environment, "PATH": path, "TMPDIR": folder})

    def send(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def run(self, command):
        if command.startswith("kill "):
            command += "; wait 2>/dev/null"  # until the port is free again
        self.send(f"{{ {command}\n}} </dev/null; echo '{END}'")
        lines = []
        while (line := self.process.stdout.readline()).rstrip() != END:
            assert line, f"the shell died at: {command}"
            lines.append(line)
        return "".join(lines)

    def start(self, command, lines):
        """Leaves the command running as soon as it has printed that many lines."""
        file = pathlib.Path(tempfile.mkstemp(dir=self.folder)[1])
        self.send(f"{command.removesuffix('&')} >{file} 2>&1 </dev/null &")
        deadline = time.monotonic() + PATIENCE
        while (text := file.read_text()).count("\n") < lines and time.monotonic() < deadline:
            time.sleep(0.01)
        return text

    def close(self):
        self.send("kill $(jobs -p) $(cat nginx.pid 2>/dev/null); exit")
        self.process.communicate(timeout=PATIENCE)


class Guide(unittest.TestCase):
    maxDiff = None

    def test_prints_what_the_page_says(self):
        page_ports = sorted(set(re.findall(r"\b(?:9000|808\d)\b", PAGE.read_text("utf-8"))))
        ports = {port: free_port() for port in page_ports}
        with tempfile.TemporaryDirectory() as folder:
            shell = Shell(folder)
            self.addCleanup(shell.close)
            count = 0
            for command, expected in examples():
                for port, free in ports.items():
                    command = command.replace(port, free)
                if command.endswith("&"):
                    printed = shell.start(command, expected.count("\n"))
                else:
                    printed = shell.run(command)
                for port, free in ports.items():
                    printed = printed.replace(free, port)
                self.assertEqual(printed, expected, command)
                count += 1
            self.assertGreater(count, 30)


if __name__ == "__main__":
    unittest.main()
