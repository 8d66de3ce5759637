# SPDX-License-Identifier: Apache-2.0
"""Runs a program of an instrumented tree with a mutant, within limits.

The limits are of processor time, so that a busy machine kills no mutant. What sleeps uses none: it
may take `WAITING` times as long by the clock, but not longer than `LONGEST` seconds.
"""

import contextlib
import dataclasses
import math
import os
import signal
import subprocess
import tempfile
import threading

from folders import Broken

WAITING = 100
LONGEST = 300
# Of memory. AddressSanitizer needs some of it.
MEGABYTES = 1500

# The same draws each time. A law that fails is enough: no smaller case is looked for.
SETTINGS = {
    "RC_PARAMS": "seed=19 max_success=30 noshrink=1",
    "GTEST_FAIL_FAST": "1",
    "GTEST_BRIEF": "1",
    "ASAN_OPTIONS": "allocator_may_return_null=1:symbolize=0",
    "UBSAN_OPTIONS": "halt_on_error=1:symbolize=0",
}


@dataclasses.dataclass
class Outcome:
    how: str  # "exit", "signal", or the limit: "time", "waiting", "memory"
    code: int
    seconds: float  # of processors

    @property
    def has_passed(self):
        return self.how == "exit" and self.code in (0, 77)

    @property
    def limit(self):
        return self.how if self.how not in ("exit", "signal") else None


def environment_of(test, extra):
    environment = os.environ | test.environment | SETTINGS | extra
    for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS"):
        environment[name] = ":".join(filter(None, [test.environment.get(name), environment[name]]))
    return environment


def filter_of(cases):
    """For GoogleTest, to which `-` begins what is left out."""
    return ":".join(cases).replace("-", "?")


def patience(seconds):
    return min(WAITING * seconds, LONGEST)


def kill(process):
    """With all that it started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def run(test, command, extra, limit):
    """The outcome and the output of a process of its own."""
    seconds = math.ceil(limit)
    environment = environment_of(test, extra)
    environment["ASAN_OPTIONS"] += f":hard_rss_limit_mb={MEGABYTES}"
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            # At the soft limit comes SIGXCPU, at the hard one SIGKILL, which says less.
            ["prlimit", f"--cpu={seconds}:{seconds + 5}", *command], cwd=test.folder, env=environment,
            stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        has_waited = threading.Event()
        timer = threading.Timer(patience(seconds), lambda: (has_waited.set(), kill(process)))
        timer.start()
        _, status, usage = os.wait4(process.pid, 0)
        timer.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        kill(process)
        output.seek(0)
        how = "exit" if process.returncode >= 0 else "signal"
        if has_waited.is_set():
            how = "waiting"
        elif process.returncode == -signal.SIGXCPU:
            how = "time"
        return Outcome(how, abs(process.returncode), usage.ru_utime + usage.ru_stime), output.read()


class Server:
    """A program of GoogleTest that forks for each run of some of its cases, see server.hpp."""

    def __init__(self, test, seen=None):
        self.test = test
        self.seen = seen
        self.start()

    def start(self):
        answers, replies = os.pipe()
        extra = {"BATON_MUTANTS_SERVED": str(replies)}
        if self.seen:
            extra["BATON_MUTANTS_SEEN"] = self.seen
        self.process = subprocess.Popen(
            self.test.command, cwd=self.test.folder, env=environment_of(self.test, extra), stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, pass_fds=[replies], start_new_session=True,
        )  # fmt: skip
        os.close(replies)
        self.answers = os.fdopen(answers)

    def run(self, mutant, cases, limit):
        seconds = math.ceil(limit)
        line = f"{mutant} {seconds} {patience(seconds)} {MEGABYTES} {filter_of(cases)}\n"
        try:
            self.process.stdin.write(line.encode())
            self.process.stdin.flush()
            answer = self.answers.readline().split()
        except OSError:
            answer = []
        if not answer:
            raise Broken(f"{self.test.name} ends while it serves")
        how, code, milliseconds = answer
        return Outcome(how, int(code), int(milliseconds) / 1000)

    def close(self):
        with contextlib.suppress(OSError):
            self.process.stdin.close()
        self.process.wait()
        self.answers.close()
