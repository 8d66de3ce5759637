# SPDX-License-Identifier: Apache-2.0
"""Which room may include which: checks every include of the tree against one table."""

import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent

# A room has the files with this prefix of the path; of two that match, the longer one counts.
ROOMS = {
    "public": ["include/baton/"],
    "asio": ["include/baton/asio.hpp"],
    "fmt": ["include/baton/fmt.hpp"],
    "log": ["include/baton/log/"],
    "text": ["src/text/"],
    "core": ["src/core/"],
    "json": ["src/json/"],
    "pch": ["src/pch/"],
    "translators": ["translators/", "include/baton/translators/"],
    "http": ["carriers/http/", "include/baton/carriers/http", "include/baton/carriers/beast"],
    "amqp": ["carriers/amqp/", "include/baton/carriers/amqp"],
    "celery": ["carriers/celery/", "include/baton/carriers/celery/"],
    "celery tasks": ["carriers/celery/tasks/", "include/baton/carriers/celery/tasks/",
                     "include/baton/carriers/celery.hpp"],
    "curl": ["carriers/curl/", "include/baton/carriers/curl"],
    "environment": ["carriers/environment/", "include/baton/carriers/environment"],
    "grpc": ["carriers/grpc/", "include/baton/carriers/grpc"],
    "kafka": ["carriers/kafka/", "include/baton/carriers/kafka"],
    "kafka plugin": ["carriers/kafka/plugin/"],
    "sqs": ["carriers/sqs/", "include/baton/carriers/sqs"],
    "exporter": ["exporter/", "include/baton/exporter/"],
    "c": ["bindings/c/"],
    "opentelemetry": ["bindings/opentelemetry/", "include/baton/bindings/opentelemetry"],
    "nginx": ["bindings/nginx/"],
    "testing": ["testing/", "include/baton/testing/"],
    "tools": ["tools/"],
    "examples": ["examples/"],
}  # fmt: skip

# What a room may include besides itself and the public headers.
MAY_INCLUDE = {
    "public": [],
    "asio": [],
    "fmt": [],
    "log": [],
    "pch": [],
    "text": [],
    "core": ["text"],
    "json": ["text", "core"],
    "translators": ["text", "core"],
    "http": ["text", "asio"],
    "amqp": ["core"],
    "celery": ["text", "core", "json", "pch"],
    "celery tasks": ["text", "json", "celery"],
    "curl": ["http"],
    "environment": ["core"],
    "grpc": [],
    "kafka": ["core", "text"],
    "kafka plugin": ["kafka", "environment"],
    "sqs": ["core", "json"],
    "exporter": ["text", "core"],
    "c": ["text", "core"],
    "opentelemetry": [],
    "nginx": ["core", "http"],
    "testing": ["text", "translators", "http"],
    "tools": ["text", "environment", "testing", "pch"],
    "examples": ["asio", "log", "http", "curl", "grpc", "kafka", "amqp", "celery tasks", "sqs", "environment",
                 "exporter", "opentelemetry", "testing"],
}

INCLUDE = re.compile(r'^#include (?:"|<(?=baton/))([^">]+)[">]', re.MULTILINE)


def room_of(path):
    fits = [(len(begin), room) for room, begins in ROOMS.items() for begin in begins if path.startswith(begin)]
    return max(fits)[1] if fits else None


def sources():
    folders = ["include", "src", "translators", "carriers", "exporter", "bindings", "testing", "tools", "examples"]
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.[ch]pp"))]


class Rooms(unittest.TestCase):
    def find(self, path, name):
        """The included file of this tree, from its root; None if it is not of this tree."""
        if name.startswith("baton/"):
            return "include/" + name
        for folder in ("src", ".", "examples", "bindings", path.parent):
            found = (ROOT / folder / name).resolve()
            if found.exists():
                return str(found.relative_to(ROOT))
        is_foreign = name.startswith("tl/") or name.endswith(".grpc.pb.h")
        self.assertTrue(is_foreign, f"{path} includes {name}, which is nowhere")
        return None

    def test_a_room_includes_only_what_it_may(self):
        seen = set()
        for path in sources():
            file = str(path.relative_to(ROOT))
            room = room_of(file)
            self.assertIsNotNone(room, f"{file} is in no room")
            for name in INCLUDE.findall(path.read_text()):
                included = self.find(path, name)
                other = room_of(included) if included else None
                if other is None or other in (room, "public"):
                    continue
                seen.add((room, other))
                with self.subTest(file=file, includes=name):
                    self.assertIn(other, MAY_INCLUDE[room], f"{room} must not know {other}")
        allowed = {(room, other) for room, others in MAY_INCLUDE.items() for other in others}
        self.assertEqual(sorted(allowed - seen), [], "the table allows what no file needs")

    def test_each_include_names_its_room(self):
        for path in sources():
            if room_of(str(path.relative_to(ROOT))) == "examples":
                continue
            for name in INCLUDE.findall(path.read_text()):
                with self.subTest(file=str(path), includes=name):
                    self.assertRegex(name, r"^[a-z0-9_]+/")


if __name__ == "__main__":
    unittest.main()
