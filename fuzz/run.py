#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs fuzz targets, as many at once as there are processors, and shows what they did.

    run.py [--json | --one | --minimize] FOLDER TARGET|all [SECONDS]

FOLDER is where the build has the programs: fuzz/ in its directory. SECONDS are for each target.

Results are in FOLDER/result.json, a line for each run of a target in FOLDER/runs.jsonl, and new
inputs in FOLDER/found/TARGET. --one is for a test: it shows the target's own output. --minimize
writes those of the new inputs that reach new places into corpus/TARGET.txt beside this program.

The exit status is 1 if a target has found a fault, and 2 if there is no result.
"""

import argparse
import hashlib
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent

# In bytes: what costs time in proportion to the input, and what needs longer ones to say anything.
DEFAULT_LONGEST = 512
LONGEST = {"hex": 256, "traceparent": 256, "baggage": 1024, "list": 1024, "tracestate": 1024,
           "celery": 2048, "envelope": 2048, "sqs": 2048}

OPTIONS = [
    "-entropic_scale_per_exec_time=1",  # inputs that run fast are changed more often
    "-print_final_stats=1",
    "-timeout=100",
    "-error_exitcode=1",  # libFuzzer's own, 77, would mean "skipped" to Meson
]
MERGE_TIMEOUT = 1200
MAX_BYTES = 6_000  # of a minimized corpus, without escapes
LINE = re.compile(r"#(\d+)\s.*?cov: (\d+) ft: (\d+) corp: (\d+)/(\d+)(b|Kb|Mb)")
UNITS = {"b": 1, "Kb": 1 << 10, "Mb": 1 << 20}


def die(message):
    print(f"fuzz: {message}", file=sys.stderr)
    sys.exit(2)


def size_of(folder):
    """How many files it has, and their bytes."""
    sizes = [path.stat().st_size for path in folder.iterdir()] if folder.is_dir() else []
    return {"files": len(sizes), "bytes": sum(sizes)}


def longest(target):
    return LONGEST.get(target, DEFAULT_LONGEST)


class Run:
    """One target at work. Its output is in FOLDER/TARGET.log."""

    def __init__(self, folder, target, seconds):
        self.target = target
        self.program = folder / f"fuzz_{target}"
        self.seeds = folder / "seeds" / target
        self.found = folder / "found" / target
        self.log = folder / f"{target}.log"
        self.artifacts = folder / f"{target}-"
        self.seconds = seconds
        self.found.mkdir(parents=True, exist_ok=True)
        self.before = self.corpus()
        self.begin = time.monotonic()
        self.process = None
        self.status = None
        self.processor_time = 0

    def corpus(self):
        sizes = [size_of(folder) for folder in (self.seeds, self.found)]
        return {key: sum(size[key] for size in sizes) for key in ("files", "bytes")}

    def long_seeds(self):
        """Those that libFuzzer would cut: they run once."""
        if not self.seeds.is_dir():
            return []
        return [path for path in sorted(self.seeds.iterdir()) if path.stat().st_size > longest(self.target)]

    def options(self):
        dictionary = HERE / f"{self.target}.dict"
        return [*OPTIONS, f"-max_len={longest(self.target)}", f"-artifact_prefix={self.artifacts}",
                *([f"-dict={dictionary}"] if dictionary.exists() else [])]

    def start(self):
        log = self.log.open("wb")
        once = self.long_seeds()
        if once and subprocess.run([self.program, *self.options(), *once], stdout=log, stderr=log,
                                   check=False).returncode != 0:
            self.status = 1
            return
        folders = [self.found, *([self.seeds] if self.seeds.is_dir() else [])]
        self.process = subprocess.Popen(
            [self.program, *self.options(), f"-max_total_time={self.seconds}", *folders], stdout=log, stderr=log)

    def has_ended(self, options=os.WNOHANG):
        if self.status is None:
            ended, status, usage = os.wait4(self.process.pid, options)
            if ended:
                self.status = self.process.returncode = os.waitstatus_to_exitcode(status)
                self.processor_time = usage.ru_utime + usage.ru_stime
        return self.status is not None

    def stop(self):
        if self.process is not None and not self.has_ended():
            self.process.terminate()
            self.has_ended(0)

    def lines(self):
        return LINE.findall(self.log.read_text("utf-8", "replace"))

    def progress(self):
        lines = self.lines()
        return f"{self.target} {int(lines[-1][0]):,}" if lines else self.target

    def result(self):
        """What it did; to be called once it has ended."""
        text = self.log.read_text("utf-8", "replace")
        executed = re.findall(r"stat::number_of_executed_units:\s*(\d+)", text)
        lines = self.lines()
        last = [int(number) for number in (lines[-1] if lines else (0, 0, 0, 0, 0, "b"))[:5]]
        seconds = time.monotonic() - self.begin
        executions = int(executed[-1]) if executed else last[0]
        files, size = last[3], last[4] * UNITS[lines[-1][5]] if lines else 0
        artifacts = re.findall(r"Test unit written to (\S+)", text)
        return {
            "target": self.target,
            "executions": executions,
            "seconds": round(seconds, 1),
            "processor_seconds": round(self.processor_time, 1),
            "per_processor_second": round(executions / max(self.processor_time, 0.1)),
            "edges": last[1],
            "features": last[2],
            "corpus_before": self.before,
            "corpus_after": self.corpus(),
            "corpus_used": {"files": files, "bytes": size},
            "failed": self.status != 0,
            "artifacts": artifacts,
        }


def end(run, folder):
    """Its result, which is also added to those of all runs."""
    result = run.result()
    kept = {key: result[key] for key in ("target", "executions", "seconds", "failed")}
    with (folder / "runs.jsonl").open("a") as runs:
        runs.write(json.dumps(kept) + "\n")
    return result


def total_of(folder):
    """The executions of all runs of this build directory."""
    path = folder / "runs.jsonl"
    lines = path.read_text().splitlines() if path.exists() else []
    return sum(json.loads(line)["executions"] for line in lines)


def say(result, done, count):
    what = "FAULT" if result["failed"] else "ok"
    if not sys.stderr.isatty():
        print(f"{done}/{count} {result['target']}: {what}, {result['executions']:,} executions",
              file=sys.stderr, flush=True)


def run_all(folder, targets, seconds):
    waiting = list(targets)
    running = []
    results = []
    shows = sys.stderr.isatty()
    try:
        while waiting or running:
            while waiting and len(running) < len(os.sched_getaffinity(0)):
                running.append(Run(folder, waiting.pop(0), seconds))
                running[-1].start()
            time.sleep(0.5)
            for run in [run for run in running if run.has_ended()]:
                running.remove(run)
                results.append(end(run, folder))
                say(results[-1], len(results), len(targets))
            if shows:
                line = f"{len(results)}/{len(targets)}  " + "  ".join(run.progress() for run in running)
                print(f"\r\033[K{line[:100]}", end="", file=sys.stderr, flush=True)
    finally:
        for run in running:
            run.stop()
        if shows:
            print("\r\033[K", end="", file=sys.stderr, flush=True)
    return results


def table(results, total):
    def corpus(size):
        return f"{size['files']:,} / {size['bytes'] / 1024:,.0f} K"

    rows = [("target", "executions", "runs/CPU s", "edges", "features", "corpus before", "after", "time", "")]
    for result in sorted(results, key=lambda result: result["target"]):
        rows.append((result["target"], f"{result['executions']:,}", f"{result['per_processor_second']:,}",
                     f"{result['edges']:,}", f"{result['features']:,}", corpus(result["corpus_before"]),
                     corpus(result["corpus_after"]), f"{result['seconds']:,.0f} s",
                     "FAULT" if result["failed"] else ""))
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:-1], widths[1:-1]))]
        lines.append("  ".join([*cells, row[-1]]).rstrip())
    executions = sum(result["executions"] for result in results)
    lines.append(f"{executions:,} executions; with all earlier runs {total:,}")
    return "\n".join(lines)


def report_faults(results, folder):
    failed = [result for result in results if result["failed"]]
    for result in failed:
        artifacts = ", ".join(result["artifacts"]) or "no input was kept"
        print(f"{result['target']} found a fault: {artifacts}; its output is in {folder / result['target']}.log",
              file=sys.stderr)
    return bool(failed)


def run_one(folder, target, seconds):
    run = Run(folder, target, seconds)
    try:
        run.start()
        run.has_ended(0)
    finally:
        run.stop()
    result = end(run, folder)
    print(run.log.read_text("utf-8", "replace")[-10_000:])
    return 1 if result["failed"] else 0


def name_of(content):
    return hashlib.sha1(content).hexdigest()


def read_corpus(path):
    """The inputs of a file with one on each line, in Python's escapes."""
    lines = path.read_text("ascii").splitlines() if path.exists() else []
    return [line.encode("ascii").decode("unicode_escape").encode("latin-1") for line in lines]


def write_corpus(path, contents):
    lines = [content.decode("latin-1").encode("unicode_escape").decode("ascii") for content in contents]
    if lines:
        path.write_text("".join(f"{line}\n" for line in lines), "ascii")
    else:
        path.unlink(missing_ok=True)


def minimize(folder, target):
    """Seeds by hand and from vectors come first; of all other inputs those that add edges."""
    run = Run(folder, target, 0)
    kept = HERE / "corpus" / f"{target}.txt"
    earlier = read_corpus(kept)
    with tempfile.TemporaryDirectory() as name:
        old, new = pathlib.Path(name, "old"), pathlib.Path(name, "new")
        for place in (old, new):
            place.mkdir()
        for path in run.seeds.iterdir() if run.seeds.is_dir() else []:
            shutil.copy(path, old)
        for content in earlier:
            (old / name_of(content)).unlink(missing_ok=True)
            (new / name_of(content)).write_bytes(content)
        before = {path.name for path in old.iterdir()}
        merged = subprocess.run(
            [run.program, *run.options(), "-merge=1", "-use_counters=0", old, new, run.found],
            capture_output=True, timeout=MERGE_TIMEOUT, check=False)
        if merged.returncode != 0:
            die(f"{target} cannot be merged:\n{merged.stderr.decode('utf-8', 'replace')[-2000:]}")
        added = [path.read_bytes() for path in old.iterdir() if path.name not in before]
    left = MAX_BYTES
    contents = []
    for content in sorted(added, key=lambda content: (len(content), content)):
        left -= len(content)
        if left >= 0:
            contents.append(content)
    write_corpus(kept, contents)
    size = kept.stat().st_size if contents else 0
    print(f"{target}: {len(contents)} inputs, which reach more than the seeds, {size:,} bytes", flush=True)


def main():
    known = sorted(path.stem for path in HERE.glob("*.dict"))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--json", action="store_true", help="print the result as JSON, not as a table")
    how.add_argument("--one", action="store_true", help="show the output of one target, for a test")
    how.add_argument("--minimize", action="store_true", help="keep what was found, run nothing")
    parser.add_argument("folder", type=lambda name: pathlib.Path(name).resolve())
    parser.add_argument("target", choices=["all", *known])
    parser.add_argument("seconds", type=int, nargs="?", default=60, help="for each target (60)")
    options = parser.parse_args()
    folder, wanted = options.folder, options.target
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(2))  # so that the targets end as well
    targets = [target for target in known if wanted in ("all", target)]
    missing = [target for target in targets if not (folder / f"fuzz_{target}").exists()]
    if missing:
        print(f"fuzz: not built, as what they need is missing: {' '.join(missing)}", file=sys.stderr)
    targets = [target for target in targets if target not in missing]
    if not targets:
        die("there is nothing to run")

    if options.minimize:
        for target in targets:
            minimize(folder, target)
        return 0
    if options.one:
        return run_one(folder, targets[0], options.seconds)
    results = run_all(folder, targets, options.seconds)
    total = total_of(folder)
    document = {"targets": results, "executions": sum(result["executions"] for result in results),
                "executions_of_all_runs": total, "seconds_each": options.seconds}
    (folder / "result.json").write_text(json.dumps(document, indent=2) + "\n")
    print(json.dumps(document, indent=2) if options.json else table(results, total))
    return 1 if report_faults(results, folder) else 0


if __name__ == "__main__":
    sys.exit(main())
