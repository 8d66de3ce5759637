# SPDX-License-Identifier: Apache-2.0
"""What is mutated and whose coverage is measured, by which tests, and the goals."""

import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


class Broken(Exception):
    """What a person must repair before there is a result."""


# By folder, or by how the names of headers begin: the suites of Meson whose tests are about it, and
# the goals in percent: of mutants that die, of lines and of branches that tests come to.
FOLDERS = {
    "src/core": (["core", "threads", "translators", "b3"], 95, 98, 95),
    "src/text": (["core", "translators", "b3", "payload"], 95, 98, 95),
    "src/json": (["payload"], 95, 98, 95),
    "translators": (["translators", "b3", "core"], 95, 98, 95),
    "carriers/amqp": (["amqp"], 90, 90, 90),
    "carriers/celery": (["celery", "payload"], 90, 90, 90),
    "carriers/environment": (["environment"], 90, 90, 90),
    "carriers/grpc": (["grpc"], 90, 90, 90),
    "carriers/http": (["http"], 90, 90, 90),
    "carriers/kafka": (["kafka"], 90, 90, 90),
    "carriers/sqs": (["payload"], 90, 90, 90),
    "bindings/c": (["bindings"], 90, 90, 90),
    "bindings/nginx": (["nginx"], 90, 90, 90),
    "include/baton/carriers/amqp": (["amqp"], 90, 90, 90),
    "include/baton/carriers/beast": (["http"], 90, 90, 90),
    "include/baton/carriers/celery": (["celery", "payload"], 90, 90, 90),
    "include/baton/carriers/curl": (["curl"], 90, 90, 90),
    "include/baton/carriers/environment": (["environment"], 90, 90, 90),
    "include/baton/carriers/grpc": (["grpc"], 90, 90, 90),
    "include/baton/carriers/http": (["http"], 90, 90, 90),
    "include/baton/carriers/kafka": (["kafka"], 90, 90, 90),
    "include/baton/carriers/sqs": (["payload"], 90, 90, 90),
    "include/baton/bindings/opentelemetry": (["bindings"], 90, 90, 90),
    "include/baton": (["core", "threads", "translators", "b3", "http", "testing", "log"], 90, 90, 90),
}
# Headers of what Debian does not package, and the folder of tests that is built if it is there.
UNPACKAGED = {"include/baton/bindings/opentelemetry": "tests/bindings/opentelemetry"}
# Built without sanitizers, since nginx has no runtime of theirs: its tests come to the module in it.
PLAIN = {"bindings/nginx"}
# All but the public headers of the core: these are mutated if they are asked for.
DEFAULT = ["src", "translators", "carriers", "bindings", "include/baton/carriers", "include/baton/bindings"]


def sources(folders):
    found = {path for folder in folders for path in (ROOT / folder).rglob("*.[ch]pp")}
    return sorted(str(path.relative_to(ROOT)) for path in found)


def is_in(path, folder):
    """`include/baton/carriers/http` has http.hpp and http_field.hpp, if it is one of the folders."""
    return path.startswith(folder + "/") or (folder in FOLDERS and re.match(re.escape(folder) + "[._]", path))


def folder_of(path):
    return next(folder for folder in FOLDERS if is_in(path, folder))


def paths_of(asked):
    """The sources that are asked for, in that order."""
    known = sources(FOLDERS)
    chosen = {}
    for name in asked:
        name = name.rstrip("/")
        its = [path for path in known if path == name or is_in(path, name)]
        if not its:
            raise Broken(f"{name}: no source of {', '.join(FOLDERS)}")
        chosen |= dict.fromkeys(its)
    return list(chosen)
