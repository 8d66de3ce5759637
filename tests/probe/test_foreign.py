# SPDX-License-Identifier: Apache-2.0
"""`baton probe` on a service of others finds what docs/probe.md says, no more and no less.

usage: test_foreign.py Python|Go|Java|nginx|'nginx with Baton'
"""

import os
import pathlib
import re
import sys
import unittest

import stage
from probed import Service, findings_of, probe

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PAGE = (ROOT / "docs" / "probe.md").read_text("utf-8")
# What each service reads and writes, one run each.
FORMATS = ["tracecontext,baggage", "b3", "b3multi", "jaeger"]


def python():
    try:
        import httpx  # noqa: F401
        import opentelemetry.instrumentation.asgi  # noqa: F401
        import opentelemetry.instrumentation.httpx  # noqa: F401
        import uvicorn  # noqa: F401
    except ImportError as error:
        stage.start_again(error)
    return lambda formats: Service(sys.executable, "-B", HERE / "asgi_service.py",
                                   OTEL_PROPAGATORS=formats)


def go():
    program = os.environ["GO_SERVICE"]
    if not os.path.exists(program):
        # Also in CI: Debian 12 has no Go that is new enough.
        print("SKIPPED: the service in Go is not built, which needs a newer Go", file=sys.stderr)
        sys.exit(77)
    return lambda formats: Service(program, OTEL_PROPAGATORS=formats)


def java():
    stage.need("java", "javac")
    agent = next(pathlib.Path(os.environ["AGENT_JARS"]).glob("*.jar"), None)
    if agent is None:
        stage.skip("OpenTelemetry's agent for Java is not there")
    return lambda formats: Service(
        "java", "-Xmx256m", "-XX:TieredStopAtLevel=1", "-Dsun.net.httpserver.nodelay=true",
        f"-javaagent:{agent}", HERE / "Service.java",
        OTEL_PROPAGATORS=formats, OTEL_TRACES_EXPORTER="none", OTEL_METRICS_EXPORTER="none",
        OTEL_LOGS_EXPORTER="none", OTEL_JAVAAGENT_LOGGING="none")


class Nginx:
    """A proxy, whose upstream is the listener of the probe."""

    def __init__(self, directives, module):
        import server

        (self.port,) = stage.free_ports(1)
        http = f"server {{ listen @front; {directives} proxy_pass http://@probe; }} }}"
        self.options = ("--call=route", f"--listen=127.0.0.1:{self.port}")
        self.nginx = server.Nginx(http, module=module, workers=1, upstreams={"probe": self})
        self.url = self.nginx.start().url()

    def stop(self):
        self.nginx.remove()


def nginx():
    return lambda _: Nginx("location / {", None)


def nginx_with_baton():
    return lambda formats: Nginx(f"baton on; baton_extract {formats}; baton_inject {formats}; location / {{",
                                 os.environ["NGINX_MODULE"])


# Each skips the test if something is missing, and returns what starts the service.
SERVICES = {"Python": python, "Go": go, "Java": java, "nginx": nginx,
            "nginx with Baton": nginx_with_baton}


# The strongest level of what a row is about, and its mark.
LEVELS = {"must": "x", "should": "s", "choice": "c"}


def read_table():
    """By service, the marks of the page by what they are about: the names of cases, or of mistakes,
    which have no slash."""
    section = re.search(r"^## What foreign services do\n(.*?)(?=^## )", PAGE, re.M | re.S)[1]
    rows = [[cell.strip() for cell in line[1:-1].split("|")]
            for line in section.splitlines() if line.startswith("|")]
    marked = {name: {} for name in SERVICES}
    for _, names, *marks in rows[2:]:
        for service, mark in zip(rows[0][2:], marks, strict=True):
            if mark:
                marked[service][tuple(re.findall(r"`([^`]+)`", names))] = mark
    return marked


def strongest(levels):
    return min(levels, key=list(LEVELS).index)


class Foreign(unittest.TestCase):
    maxDiff = None
    name = start = None

    def probe(self):
        """By case, the levels by mistake, of all runs."""
        found = {}
        for formats in FORMATS:
            service = self.start(formats)
            self.addCleanup(service.stop)
            options = getattr(service, "options", ())
            document = probe(service.url, f"--propagators={formats}", "--strict", "--random=0",
                             "--rate=10000", *options)
            self.assertIsNone(document["stopped"])
            for case, mistakes in findings_of(document).items():
                known = found.setdefault(case, {})
                for name, level in mistakes.items():
                    known[name] = strongest([level, known.get(name, level)])
        return found

    def test_does_what_the_page_says(self):
        found = self.probe()
        rows = read_table()[self.name]
        marked = {name for names in rows for name in names}
        # A mistake that is marked explains each case in which there is no other.
        seen = {}
        for case, mistakes in sorted(found.items()):
            others = [name for name in mistakes if name not in marked]
            print(f"{case:50} {', '.join(f'{name} ({mistakes[name]})' for name in others)}")
            if others:
                seen[case] = strongest(mistakes[name] for name in others)
            for name in mistakes.keys() & marked:
                seen[name] = strongest([mistakes[name], seen.get(name, "choice")])
        print(f"| baton probe on {self.name}: {len(marked)} deviations, in {len(found)} cases")
        self.assertEqual(sorted(seen), sorted(marked))
        self.assertEqual({names: LEVELS[strongest(seen[name] for name in names)]
                          for names in rows}, rows)


class Versions(unittest.TestCase):
    """The page names the versions that are pinned."""

    def test_are_those_of_the_page(self):
        requirements = (ROOT / "tests" / "requirements.txt").read_text("utf-8")
        modules = (HERE / "go" / "go.mod").read_text("utf-8")
        agent = (ROOT / "tests" / "examples" / "relay" / "real" / "pom.xml").read_text("utf-8")
        pinned = [re.search(pattern, text, re.M)[1] for pattern, text in (
            (r"^opentelemetry-sdk==(.*)", requirements),
            (r"^opentelemetry-instrumentation-asgi==(.*)", requirements),
            (r"^uvicorn==(.*)", requirements),
            (r"^httpx==(.*)", requirements),
            (r"otel v(.*)$", modules),
            (r"otelhttp v(.*)$", modules),
            (r"javaagent</artifactId>\s*<version>(.*)</version>", agent))]
        for version in pinned:
            self.assertRegex(PAGE, rf"(?<![\d.]){re.escape(version)}(?!\.?\d)")


if __name__ == "__main__":
    program, Foreign.name = sys.argv
    Foreign.start = staticmethod(SERVICES[Foreign.name]())
    unittest.main(argv=[program])
