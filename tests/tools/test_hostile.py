# SPDX-License-Identifier: Apache-2.0
"""Hostile requests: named, reproducible, and what each form says of them."""

import collections
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest

from support import BATON, baton, environment, main

sys.path.append(os.environ["SUPPORT"])
from stage import ENDS_WITH_US, free_ports

FORMATS = ["tracecontext", "baggage", "b3", "b3multi", "datadog", "gcp", "jaeger", "opencensus",
           "ottrace", "xray", "xray-lambda"]
NGINX = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin")


def cases(*options):
    """What --as=json says: format, words, and fields as bytes."""
    out = baton("hostile", "--as=json", *options).out
    return [(case["format"], case["attacks"],
             [(name.encode("latin-1"), value.encode("latin-1")) for name, value in case["fields"]])
            for case in map(json.loads, out.splitlines())]


def groups(out):
    """What --as=lines says, in the same form."""
    for group in out.split(b"\n\n")[:-1]:
        comment, *lines = group.split(b"\n")
        form, attacks = re.fullmatch(rb"# ([\w-]+): (.*)", comment).groups()
        yield form.decode(), attacks.decode(), [tuple(line.split(b": ", 1)) for line in lines]


class Hostile(unittest.TestCase):
    def test_each_case_is_named(self):
        for name in FORMATS:
            found = cases(f"--format={name}")
            self.assertGreater(len(found), 50)
            self.assertEqual({case[0] for case in found}, {name})
            self.assertEqual(len({case[1] for case in found}), len(found))
        self.assertEqual([case for name in FORMATS for case in cases(f"--format={name}")], cases())

    def test_seed_and_count(self):
        fixed = cases("--format=b3")
        more = f"--count={len(fixed) + 50}"
        one, again, other = (cases("--format=b3", more, f"--seed={seed}") for seed in (1, 1, 2))
        self.assertEqual(one, again)
        self.assertEqual((len(one), len(other)), (len(fixed) + 50,) * 2)
        self.assertEqual(one[:-50], fixed)
        same = [a for a, b in zip(one[-50:], other[-50:]) if a == b]
        self.assertLess(len(same), 5)
        self.assertEqual(cases("--count=3"), cases()[:3])
        self.assertEqual(cases("--count=0"), [])

    def test_lines_say_the_same_and_what_is_left_out_is_counted(self):
        result = baton("hostile")
        every = cases()
        said = [case for case in every if not any(b"\n" in v or b":" in n for n, v in case[2])]
        self.assertEqual(list(groups(result.out)), said)
        self.assertGreater(len(every), len(said))
        self.assertEqual(result.err.decode(),
                         f"baton: {len(every) - len(said)} cases are left out, since --as=lines "
                         "cannot say a line break, or a colon in a name\n")
        self.assertEqual(baton("hostile", "--as=json").err, b"")

    def test_http_says_the_same(self):
        said = []
        for request in baton("hostile", "--as=http").out.split(b"GET / HTTP/1.1\r\n")[1:]:
            self.assertTrue(request.endswith(b"\r\n\r\n"))
            host, name, *lines = request[:-4].split(b"\r\n")
            self.assertEqual(host, b"Host: localhost")
            form, attacks = re.fullmatch(rb"X-Hostile: ([\w-]+): (.*)", name).groups()
            said.append((form.decode(), attacks.decode(), [tuple(line.split(b": ", 1)) for line in lines]))
        self.assertEqual(said, list(groups(baton("hostile").out)))

    def test_the_tool_reads_its_own_lines(self):
        for group in baton("hostile", "--count=400").out.split(b"\n\n")[::3]:
            for command in ("extract", "inspect"):
                result = baton(command, given=group + b"\n\n")
                self.assertEqual((result.status, result.err), (0, b""), group[:200])
                self.assertNotIn(b"# ", result.out.split(b"\n")[0])

    def test_much_is_written_as_it_is_made(self):
        """A reader that leaves ends it, whatever the count; and memory does not grow with it."""
        begin = time.monotonic()
        out = subprocess.run(["sh", "-c", '"$0" hostile --count=1000000000000 | head -1', BATON],
                             capture_output=True, timeout=60, env=environment()).stdout
        self.assertTrue(out.startswith(b"# tracecontext: "))
        self.assertLess(time.monotonic() - begin, 30)
        few, many = self.run_of(1_000), self.run_of(20_000)
        self.assertGreater(many.bytes, 20_000_000)
        self.assertLess(many.peak - few.peak, many.bytes / 1024 / 4)

    Run = collections.namedtuple("Run", "bytes peak")  # the peak of memory in KiB

    def run_of(self, count):
        """A sanitizer must not keep what is freed."""
        with subprocess.Popen([BATON, "hostile", "--format=tracecontext", f"--count={count}"],
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                              env=environment(ASAN_OPTIONS="quarantine_size_mb=1")) as process:
            written = sum(map(len, iter(lambda: process.stdout.read(1 << 16), b"")))
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(process.returncode, 0)
        return self.Run(written, usage.ru_maxrss)

    def test_wrong_options(self):
        for option in ("--format=pigeons", "--as=xml", "--count=-1", "--count=x", "--count=",
                       "--seed=-1", "--seed=99999999999999999999", "--seed=5", "--nope", "more"):
            result = baton("hostile", option)
            self.assertEqual((result.status, result.out), (2, b""), option)
            self.assertRegex(result.err, rb"\Abaton: [^\n]+\n\Z", option)


class Curl(unittest.TestCase):
    def test_needs_an_address(self):
        script = baton("hostile", "--as=curl", "--count=1").out
        done = subprocess.run(["sh"], input=script, capture_output=True, timeout=60)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn(b"set it to the address of the service", done.stderr)

    def test_a_shell_sees_the_same_bytes(self):
        """With a stand-in for curl that prints its arguments."""
        with tempfile.TemporaryDirectory() as folder:
            stand_in = pathlib.Path(folder, "curl")
            stand_in.write_text("#!/bin/sh\nprintf '%s\\0' \"$@\"\nprintf '\\0'\n", "utf-8")
            stand_in.chmod(0o755)
            script = baton("hostile", "--as=curl").out
            done = subprocess.run(["sh"], input=script, capture_output=True, timeout=300,
                                  env={"PATH": f"{folder}:/usr/bin:/bin", "URL": "http://x/"})
        self.assertEqual(done.stderr, b"")
        sent = []
        for call in done.stdout.split(b"\0\0")[:-1]:
            words = call.split(b"\0")
            self.assertEqual(words[-1], b"http://x/")
            sent.append([words[i + 1] for i, word in enumerate(words) if word == b"-H"])
        expected = []
        for _, _, fields in cases():
            joined = b"".join(name + b"\1" + value for name, value in fields)
            if re.search(rb"[\r\n\0]", joined) or any(re.search(b"[:;]|^@|^$", n) for n, _ in fields):
                continue
            expected.append([name + (b": " + value if value.strip(b" \t") else b";")
                             for name, value in fields])
        self.assertGreater(len(expected), 400)
        self.assertEqual(sent, expected)

    @unittest.skipUnless(NGINX and shutil.which("curl"), "nginx or curl is not installed")
    def test_nginx_survives(self):
        with tempfile.TemporaryDirectory(prefix="nginx-") as folder:
            (port,) = free_ports(1)
            temporary = "".join(f"{name}_temp_path {folder}/{name};" for name in
                                ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
            user = "user root;" if os.geteuid() == 0 else ""
            pathlib.Path(folder, "nginx.conf").write_text(
                f"{user} daemon off; pid {folder}/pid; error_log {folder}/error.log; events {{}}\n"
                f"http {{ access_log off; {temporary} server {{ listen 127.0.0.1:{port};"
                " return 200 alive; } }\n", "utf-8")
            nginx = subprocess.Popen([*ENDS_WITH_US, NGINX, "-p", folder, "-e", f"{folder}/error.log",
                                      "-c", f"{folder}/nginx.conf"], stderr=subprocess.DEVNULL)
            try:
                self.attack(nginx, port)
            finally:
                nginx.terminate()
                nginx.wait(20)

    def attack(self, nginx, port):
        for _ in range(200):
            self.assertIsNone(nginx.poll())
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.05)
        url = f"http://127.0.0.1:{port}/"
        script = baton("hostile", "--as=curl", "--count=900").out
        done = subprocess.run(["sh"], input=script, capture_output=True, timeout=500,
                              env={"PATH": os.environ["PATH"], "URL": url})
        lines = done.stdout.decode("utf-8", "replace").splitlines()
        self.assertEqual(len(lines), 900)
        found = {}
        for line in lines:
            status, words = line.split(" ", 1)
            found.setdefault(status, []).append(words)
        print({status: len(words) for status, words in found.items()}, file=sys.stderr)
        self.assertLessEqual(set(found), {"200", "400", "414", "431", "494"}, found.keys())
        self.assertGreater(len(found["200"]), 300)
        self.assertTrue(any("1,000 times the same field" in words for words in found["400"]))
        alive = subprocess.run(["curl", "-sS", "-m", "10", url], capture_output=True, timeout=20)
        self.assertEqual(alive.stdout, b"alive")


if __name__ == "__main__":
    main()
