# SPDX-License-Identifier: Apache-2.0
"""`baton exec` runs a command with the context in its environment, and changes nothing else."""

import os
import pty
import signal
import subprocess
import tempfile
import unittest

from support import BATON, SPAN_ID, TRACE_ID, TRACEPARENT, baton, environment, main

B3 = f"{TRACE_ID}-{SPAN_ID}-1"


def run(*options, command=("env", "-0"), **variables):
    return baton("exec", *options, "--", *command, **variables)


def environment_of(result):
    """Entries in order, as the command received them."""
    return [entry for entry in result.out.decode().split("\0") if entry]


def variables(result):
    return dict(entry.split("=", 1) for entry in environment_of(result))


class Context(unittest.TestCase):
    def test_starts_nothing_by_itself(self):
        result = run()
        self.assertEqual((result.status, result.err), (0, b""))
        self.assertFalse({"TRACEPARENT", "TRACESTATE", "BAGGAGE"} & variables(result).keys())
        seen = variables(run(BAGGAGE="user=1"))
        self.assertEqual(seen["BAGGAGE"], "user=1")
        self.assertNotIn("TRACEPARENT", seen)

    def test_starts_a_trace_when_told_to(self):
        seen = [variables(run("--new")) for _ in range(2)]
        for each in seen:
            self.assertRegex(each["TRACEPARENT"], r"^00-[0-9a-f]{32}-[0-9a-f]{16}-02$")
            self.assertFalse({"TRACESTATE", "BAGGAGE"} & each.keys())
        self.assertEqual(len({each["TRACEPARENT"] for each in seen}), 2)

    def test_forwards_ours(self):
        result = run(TRACEPARENT=TRACEPARENT, TRACESTATE="a=1", BAGGAGE="user=1")
        self.assertEqual((result.status, result.err), (0, b""))
        seen = variables(result)
        self.assertEqual([seen[name] for name in ("TRACEPARENT", "TRACESTATE", "BAGGAGE")],
                         [TRACEPARENT, "a=1", "user=1"])

    def test_a_new_one_ignores_ours(self):
        for traceparent in (TRACEPARENT, "bad"):
            result = run("--new", "--sampling=sample", TRACEPARENT=traceparent, TRACESTATE="a=1",
                         BAGGAGE="user=1")
            self.assertEqual((result.status, result.err), (0, b""))
            seen = variables(result)
            self.assertRegex(seen["TRACEPARENT"], r"-03$")
            self.assertNotIn(TRACE_ID, seen["TRACEPARENT"])
            self.assertFalse({"TRACESTATE", "BAGGAGE"} & seen.keys())

    def test_sampling_decides_of_a_new_trace_alone(self):
        self.assertRegex(variables(run("--new", "--sampling=drop"))["TRACEPARENT"], "-02$")
        result = run("--sampling=sample", TRACEPARENT=TRACEPARENT)
        self.assertEqual((result.status, result.out), (2, b""))
        self.assertIn(b"--new", result.err)

    def test_forwards_a_decision_alone(self):
        seen = variables(run("--propagators=b3", B3="0"))
        self.assertEqual(seen["B3"], "0")

    def test_translates(self):
        seen = variables(run("--propagators=b3,tracecontext", TRACEPARENT=TRACEPARENT))
        self.assertEqual((seen["B3"], seen["TRACEPARENT"]), (B3, TRACEPARENT))
        seen = variables(run(B3=B3, TRACEPARENT="stale", BATON_EXTRACT="b3,tracecontext",
                             BATON_INJECT="b3multi"))
        self.assertEqual((seen["X_B3_TRACEID"], seen["X_B3_SPANID"]), (TRACE_ID, SPAN_ID))
        self.assertFalse({"B3", "TRACEPARENT"} & seen.keys())
        seen = variables(run(OTEL_PROPAGATORS="none", TRACEPARENT="as it is"))
        self.assertEqual(seen["TRACEPARENT"], "as it is")

    def test_a_list_of_formats_replaces_no_trust_rule(self):
        ours = {"TRACEPARENT": TRACEPARENT, "BAGGAGE": "a=1,b=2"}
        for rules, left in (
            ({}, ours),
            ({"BATON_DESTINATIONS": "*: none"}, {}),
            ({"BATON_DESTINATIONS": "*: baggage=a"}, {"BAGGAGE": "a=1"}),
            ({"BATON_CALLERS": "restart baggage=b"}, {"BAGGAGE": "b=2"}),
        ):
            for options in ((), ("--propagators=tracecontext,baggage",)):
                with self.subTest(rules=rules, options=options):
                    result = run(*options, **ours, **rules)
                    seen = {name: value for name, value in variables(result).items() if name in ours}
                    self.assertEqual((result.status, result.err, seen), (0, b"", left))

    def test_hands_a_trace_id_alone_on_where_it_can_be_said(self):
        root = f"Root=1-{TRACE_ID[:8]}-{TRACE_ID[8:]}"
        seen = variables(run("--propagators=tracecontext,gcp,xray",
                             X_AMZN_TRACE_ID=root, TRACEPARENT="stale"))
        self.assertEqual(seen["X_AMZN_TRACE_ID"], root)
        self.assertEqual(seen["X_CLOUD_TRACE_CONTEXT"], f"{TRACE_ID}/0")
        self.assertNotIn("TRACEPARENT", seen)

    def test_other_variables_stay_byte_for_byte(self):
        script = 'exec env -i "A=$(printf "1\\n\\377")" lower=2 traceparent=3 B= A1=4 "$BATON" exec --new -- env -0'
        out = subprocess.run(["sh", "-c", script], capture_output=True, timeout=60,
                             env=environment(BATON=BATON)).stdout.split(b"\0")
        self.assertEqual(out[:5], [b"A=1\n\xff", b"lower=2", b"traceparent=3", b"B=", b"A1=4"])
        self.assertRegex(out[5], b"^TRACEPARENT=")
        self.assertEqual(out[6:], [b""])

    def test_nested_commands_share_one_trace(self):
        result = run("--new", command=(BATON, "exec", "--", "sh", "-c", f"env -0; exec {BATON} exec -- env -0"))
        seen = [e for e in environment_of(result) if e.startswith("TRACEPARENT=")]
        self.assertEqual(len(seen), 2)
        self.assertEqual(len(set(seen)), 1)


class BadContext(unittest.TestCase):
    def test_is_told_and_the_rest_is_forwarded(self):
        result = run(TRACEPARENT="00-4BF9", TRACESTATE="a=1", BAGGAGE="a=1,b c=2,d=3")
        self.assertEqual(result.status, 0)
        self.assertEqual(result.err.decode().splitlines(), [
            "baton: TRACEPARENT: bad_hex, not a lowercase hexadecimal digit at byte 4; "
            "no trace context is read",
            "baton: BAGGAGE: bad_key, invalid character in a key at byte 6; this member is dropped",
        ])
        seen = variables(result)
        self.assertFalse({"TRACEPARENT", "TRACESTATE"} & seen.keys())
        self.assertEqual(seen["BAGGAGE"], "a=1,d=3")

    def test_strict_does_not_run_the_command(self):
        result = run("--strict", TRACEPARENT="00-4BF9")
        self.assertEqual((result.status, result.out), (1, b""))
        self.assertIn(b"bad_hex", result.err)
        self.assertEqual(run("--strict", TRACEPARENT=TRACEPARENT).status, 0)
        self.assertEqual(run("--strict", "--new", TRACEPARENT="00-4BF9").status, 0)

    def test_strict_minds_what_the_chain_meets(self):
        # The second format does not look at its variable if the first one has found a span.
        lambdas = {"TRACEPARENT": TRACEPARENT, "_X_AMZN_TRACE_ID": "garbage"}
        result = run("--strict", "--propagators=tracecontext,xray-lambda", **lambdas)
        self.assertEqual((result.status, result.err), (0, b""))
        result = run("--strict", "--propagators=xray-lambda,tracecontext", **lambdas)
        self.assertEqual((result.status, result.out), (1, b""))

    def test_hostile_values(self):
        for name in ("TRACEPARENT", "TRACESTATE", "BAGGAGE", "B3", "UBER_TRACE_ID"):
            for value in ("\x1b[31m\n", "x" * 100_000, ",=;" * 30_000, "%" * 100_000, "\udcff\udc80"):
                with self.subTest(name=name, value=value[:10]):
                    result = run("--propagators=tracecontext,baggage,b3,jaeger", **{name: value})
                    self.assertEqual(result.status, 0)
                    self.assertNotIn(b"\x1b", result.err)
                    self.assertNotIn("TRACEPARENT", variables(result))
        self.assertIn(b" more issues\n", run(BAGGAGE="a b," * 1000).err)

    def test_the_configuration_is_told_too(self):
        result = run("--new", OTEL_PROPAGATORS="b3,zipkin")
        self.assertEqual(result.status, 0)
        self.assertIn(b"zipkin", result.err)
        self.assertIn("B3", variables(result))
        # A list replaces those of the environment, but not the rest.
        result = run("--new", "--propagators=b3", OTEL_PROPAGATORS="zipkin", BATON_POLICY="any")
        self.assertEqual(result.status, 0)
        self.assertRegex(result.err, b"^baton: environment: BATON_POLICY is 'any'[^;]*\n$")
        self.assertIn("B3", variables(result))

    def test_is_colored_on_a_terminal_alone(self):
        for changes, is_colored in (({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)):
            with self.subTest(changes=changes):
                ours, theirs = pty.openpty()
                subprocess.run([BATON, "exec", "--", "true"], stderr=theirs, timeout=60,
                               stdin=subprocess.DEVNULL,
                               env=environment(TRACEPARENT="bad", **changes))
                os.close(theirs)
                self.assertEqual(b"\x1b[31m" in os.read(ours, 4096), is_colored)
                os.close(ours)


class Command(unittest.TestCase):
    def test_gives_its_status(self):
        for status in (0, 1, 2, 7, 255):
            self.assertEqual(run(command=("sh", "-c", f"exit {status}")).status, status)

    def test_gives_its_signal(self):
        self.assertEqual(run(command=("sh", "-c", "kill -TERM $$")).status, -signal.SIGTERM)

    def test_is_the_same_process(self):
        with subprocess.Popen([BATON, "exec", "--", "sh", "-c", "echo $$"], env=environment(),
                              stdout=subprocess.PIPE) as process:
            self.assertEqual(int(process.stdout.read()), process.pid)

    def test_gets_its_arguments_and_its_input_as_they_are(self):
        result = baton("exec", "--", "cat", "-", "--", given=b"a\0b\n\n")
        self.assertEqual((result.status, result.out), (0, b"a\0b\n\n"))
        words = ["--", "--new", "", "a b", "$HOME", "\n", "exec", "--help"]
        result = run(command=("sh", "-c", 'printf "<%s>" "$@"', "sh", *words))
        self.assertEqual(result.out.decode(), "".join(f"<{word}>" for word in words))

    def test_that_cannot_be_run(self):
        with tempfile.NamedTemporaryFile() as file:
            for command, status in (("no-such-command", 127), ("/no/such/path", 127), ("", 127),
                                    ("/", 126), (file.name, 126)):
                with self.subTest(command=command):
                    result = run(command=(command, "argument"))
                    self.assertEqual((result.status, result.out), (status, b""))
                    self.assertRegex(result.err.decode(), f"^baton: cannot run {command}: [^\n]+\n$")
        self.assertEqual(run(command=("no\x1b[31m",)).err.count(b"\x1b"), 0)

    def test_gets_the_signals_as_we_got_them(self):
        show = ["grep", "SigIgn", "/proc/self/status"]
        for handler in (signal.SIG_DFL, signal.SIG_IGN):
            ignored = [subprocess.run(command, capture_output=True, env=environment(), timeout=60,
                                      restore_signals=False,
                                      preexec_fn=lambda h=handler: signal.signal(signal.SIGPIPE, h)
                                      ).stdout
                       for command in (show, [BATON, "exec", "--", *show])]
            self.assertEqual(ignored[0], ignored[1])

    def test_runs_where_nobody_hears_the_warning(self):
        for shell in ('"$BATON" exec -- echo ran 2>&-', '"$BATON" exec -- echo ran 2>/dev/full'):
            out = subprocess.run(["sh", "-c", shell], capture_output=True, timeout=60,
                                 env=environment(BATON=BATON, TRACEPARENT="bad")).stdout
            self.assertEqual(out, b"ran\n")


class Stale(unittest.TestCase):
    def test_no_variable_of_a_family_remains(self):
        seen = variables(run(UBERCTX_SECRET="1", UBER_TRACE_ID="1:2:0:1", OT_BAGGAGE_A="1",
                             OTEL_PROPAGATORS="jaeger", BATON_DESTINATIONS="*: none"))
        self.assertFalse({"UBERCTX_SECRET", "UBER_TRACE_ID"} & seen.keys())
        self.assertEqual(seen["OT_BAGGAGE_A"], "1")

    def test_the_variable_of_lambda_is_that_of_the_command(self):
        old = f"Root=1-{TRACE_ID[:8]}-{TRACE_ID[8:]};Parent={SPAN_ID};Sampled=1"
        lambda_ = "--propagators=xray-lambda"
        nested = variables(run("--new", lambda_, command=(BATON, "exec", lambda_, "--", "env", "-0"),
                               _X_AMZN_TRACE_ID=old))
        self.assertNotIn(TRACE_ID[8:], nested["_X_AMZN_TRACE_ID"])
        self.assertEqual(nested["X_AMZN_TRACE_ID"], nested["_X_AMZN_TRACE_ID"])
        self.assertEqual(variables(run(lambda_, _X_AMZN_TRACE_ID=old))["X_AMZN_TRACE_ID"], old)
        denied = variables(run(lambda_, _X_AMZN_TRACE_ID=old, BATON_DESTINATIONS="*: none"))
        self.assertFalse({"_X_AMZN_TRACE_ID", "X_AMZN_TRACE_ID"} & denied.keys())


if __name__ == "__main__":
    main()
