# SPDX-License-Identifier: Apache-2.0
"""The versions of all that a measurement depends on."""

import pathlib
import platform
import re
import subprocess
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def of_baton():
    return re.search(r"version: '([^']+)'", (ROOT / "meson.build").read_text())[1]


def processor():
    found = re.search(r"model name\s*: (.+)", pathlib.Path("/proc/cpuinfo").read_text())
    return found[1] if found else platform.machine()


def machine():
    release = platform.freedesktop_os_release()["PRETTY_NAME"]
    cores = len(re.findall(r"^processor\s*:", pathlib.Path("/proc/cpuinfo").read_text(), re.MULTILINE))
    memory = int(re.search(r"MemTotal:\s*(\d+)", pathlib.Path("/proc/meminfo").read_text())[1]) // (1 << 20)
    return [
        ("operating system", release),
        ("kernel", platform.release()),
        ("processor", f"{processor()}, {cores} cores"),
        ("memory", f"{memory} GiB"),
    ]


def debian_packages():
    names = set()
    for listed in (ROOT / "packaging" / "packages").glob("*.txt"):
        names |= {line for line in listed.read_text().splitlines() if line and not line.startswith("#")}
    asked = ["dpkg-query", "-W", "-f", "${db:Status-Status} ${binary:Package} ${Version}\\n", *sorted(names)]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    lines = [line.split() for line in done.stdout.splitlines()]
    return [(name, version) for status, name, version in lines if status == "installed"]


def python_packages():
    """With all that these need; none if the tests ran without them."""
    python = ROOT / "build" / "python" / "bin" / "python"
    if not python.exists():
        return []
    asked = [python, "-m", "pip", "list", "--disable-pip-version-check", "--format", "freeze"]
    listed = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.splitlines()
    return [tuple(line.split("==")) for line in listed]


def jars():
    found = []
    for pom in sorted((ROOT / "tests").rglob("pom.xml")):
        for its in xml.etree.ElementTree.parse(pom).findall(".//{*}dependency"):
            found.append((its.findtext("{*}artifactId"), its.findtext("{*}version")))
    return found


def all_versions():
    return [*machine(), *debian_packages(), *python_packages(), *jars()]
