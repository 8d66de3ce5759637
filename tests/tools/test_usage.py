# SPDX-License-Identifier: Apache-2.0
import unittest

from support import baton, main

COMMANDS = {
    "extract": ["--propagators", "--json", "--strict", "--help"],
    "translate": ["--from", "--to", "--strict", "--help"],
    "inspect": ["--color", "--help"],
    "new": ["--propagators", "--sampling", "--help"],
    "losses": ["--propagators", "--json", "--help"],
    "probe": ["URL", "--call", "--propagators", "--written", "--listen", "--callback", "--header",
              "--method", "--spans", "--only", "--skip", "--list", "--random", "--seed", "--rate",
              "--timeout", "--max-time", "--strict", "--json", "--junit", "--verbose", "--color",
              "--help", "Exit status: 0 all cases passed"],
    "exec": ["--propagators", "--new", "--sampling", "--strict", "-- COMMAND", "--help"],
}


class Usage(unittest.TestCase):
    def test_help(self):
        result = baton("--help")
        self.assertEqual((result.status, result.err), (0, b""))
        for word in [*COMMANDS, "--version", "Exit status", "b3multi"]:
            self.assertIn(word, result.out.decode())
        for command, options in COMMANDS.items():
            with self.subTest(command=command):
                result = baton(command, "--help")
                self.assertEqual((result.status, result.err), (0, b""))
                self.assertIn(f"Usage: baton {command}", result.out.decode())
                for option in options:
                    self.assertIn(option, result.out.decode())

    def test_version(self):
        result = baton("--version")
        self.assertEqual((result.status, result.err), (0, b""))
        self.assertRegex(result.out.decode(), r"^baton \d+\.\d+\.\d+\n$")

    def test_refused_with_one_line(self):
        both = ["--from=b3", "--to=b3"]
        for arguments, named in [
            ([], "a command is required"),
            (["frobnicate"], "frobnicate"),
            (["--frobnicate"], "--frobnicate"),
            (["extract", "--frobnicate"], "--frobnicate"),
            (["extract", "file"], "file"),
            (["extract", "new"], "new"),
            (["extract", "--propagators"], "--propagators"),
            (["extract", "--propagators="], "--propagators"),
            (["extract", "--propagators= , "], "empty list"),
            (["extract", "--propagators=zipkin"], "'zipkin', known: tracecontext, baggage"),
            (["extract", "--propagators=b3,zipkin"], "'zipkin'"),
            (["extract", "--propagators=B3"], "'B3'"),
            (["extract", "--propagators=none,b3"], "none"),
            (["extract", "--propagators=b3", "--propagators=b3"], "--propagators"),
            (["extract", "--propagators=a\nb\x1b[31m"], "'a\\x0ab\\x1b[31m'"),
            (["extract", "--strict=perhaps"], "--strict"),
            (["translate"], "--from"),
            (["translate", "--from=b3"], "--to"),
            (["translate", "--to=b3"], "--from"),
            (["translate", "--from=b3", "--to=zipkin"], "'zipkin'"),
            (["translate", "--from=zipkin", "--to=b3"], "'zipkin'"),
            (["translate", *both, "--json"], "--json"),
            (["inspect", "--color=sometimes"], "sometimes"),
            (["inspect", "--strict"], "--strict"),
            (["new", "--sampling=perhaps"], "perhaps"),
            (["new", "--propagators=zipkin"], "'zipkin'"),
            (["new", "--strict"], "--strict"),
            (["losses", "--propagators=zipkin"], "'zipkin'"),
            (["losses", "b3"], "b3"),
            (["exec"], "baton exec -- COMMAND"),
            (["exec", "--"], "baton exec -- COMMAND"),
            (["exec", "--new"], "baton exec -- COMMAND"),
            (["exec", "true"], "true"),
            (["exec", "true", "--", "true"], "true"),
            (["exec", "--propagators=zipkin", "--", "echo", "ran"], "'zipkin'"),
            (["exec", "--sampling=perhaps", "--", "echo", "ran"], "perhaps"),
            (["exec", "--json", "--", "echo", "ran"], "--json"),
            (["new", "--", "exec"], "exec"),
        ]:
            with self.subTest(arguments=arguments):
                result = baton(*arguments)
                self.assertEqual((result.status, result.out), (2, b""))
                self.assertRegex(result.err.decode(), r"^baton: [^\n]+\n$")
                self.assertIn(named, result.err.decode())

    def test_arguments_are_checked_before_input_is_read(self):
        result = baton("extract", "--propagators=zipkin", given="no colon\n")
        self.assertIn(b"zipkin", result.err)


if __name__ == "__main__":
    main()
