# SPDX-License-Identifier: Apache-2.0
"""Compares Baton's samplers with the consistent probability samplers of OpenTelemetry for Python."""

import os
import pathlib
import random
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from needed_modules import run_again_or_skip  # noqa: E402

try:
    from opentelemetry import trace
    from opentelemetry.sdk.trace import _sampling_experimental as theirs
    from opentelemetry.sdk.trace.sampling import Decision
except ImportError as error:
    run_again_or_skip("OpenTelemetry for Python", error)

SAMPLE = os.environ["SAMPLE"]
ALL = 1 << 56
LAST_56_BITS = ALL - 1


def decide(sampler, parents, argument=None):
    """Baton's decisions about children of these contexts."""
    env = {"OTEL_TRACES_SAMPLER": sampler}
    if argument is not None:
        env["OTEL_TRACES_SAMPLER_ARG"] = argument
    lines = ""
    for parent in parents:
        lines += (f"00-{parent.trace_id:032x}-{parent.span_id:016x}-{parent.trace_flags:02x}\t"
                  f"{parent.trace_state.to_header()}\n")
    done = subprocess.run([SAMPLE], input=lines, env=env, capture_output=True, check=True,
                          text=True, timeout=60)
    assert done.stderr == "", done.stderr
    decisions = [line.split("\t") for line in done.stdout.splitlines()]
    return [(decision == "sample", trace.TraceState.from_header([state]))
            for decision, state in decisions]


def their_decision(sampler, parent):
    context = trace.set_span_in_context(trace.NonRecordingSpan(parent))
    result = sampler.should_sample(context, parent.trace_id, "", trace_state=parent.trace_state)
    return result.decision == Decision.RECORD_AND_SAMPLE, result.trace_state


def sub_members(state):
    """They order those of `ot` anew."""
    return sorted(filter(None, (state or {}).get("ot", "").split(";")))


def members(state):
    return [(key, value) for key, value in (state or {}).items() if key != "ot"]


class Sampling(unittest.TestCase):
    def setUp(self):
        self.random = random.Random(14)

    def parent(self, threshold=None, sampled=None):
        """A context with that threshold, and often a randomness of its own."""
        trace_id = self.random.getrandbits(128) | 1
        randomness = trace_id & LAST_56_BITS
        ot = ["k:v"]  # theirs do not erase a member that would be empty, and so leave its `th`
        if self.random.random() < 0.5:
            randomness = self.random.getrandbits(56)
            ot.append(f"rv:{randomness:014x}")
        if threshold is not None:
            ot.append("th:" + (f"{threshold:014x}".rstrip("0") or "0"))
        if sampled is None:
            sampled = threshold is not None and randomness >= threshold
            if not sampled and threshold is not None:
                ot.pop()  # it is only in sampled spans
        self.random.shuffle(ot)
        state = [("rojo", "1"), ("ot", ";".join(ot)), ("congo", "2")]
        self.random.shuffle(state)
        if self.random.random() < 0.2:
            state = [("rojo", "1")]
        return trace.SpanContext(trace_id, self.random.getrandbits(64) | 1, True,
                                 trace.TraceFlags(sampled), trace.TraceState(state))

    def compare(self, parents, ours, sampler):
        self.assertEqual(len(ours), len(parents))
        count = 0
        for parent, (is_sampled, state) in zip(parents, ours):
            with self.subTest(parent=parent):
                they_sample, their_state = their_decision(sampler, parent)
                self.assertEqual(is_sampled, they_sample)
                self.assertEqual(sub_members(state), sub_members(their_state))
                self.assertEqual(members(state), members(their_state))
                count += is_sampled
        return count

    def test_ratios_decide_alike(self):
        for ratio in ("1", "0.9", "0.5", "0.3333333333", "0.1", "0.01", "0.0001"):
            highest = trace.SpanContext(LAST_56_BITS, 1, True, trace.TraceFlags(0))
            [(is_sampled, state)] = decide("traceidratio", [highest], ratio)
            self.assertTrue(is_sampled)
            threshold = int(state["ot"].removeprefix("th:").ljust(14, "0"), 16)
            # Theirs do not round to some digits; so they get what ours have rounded.
            probability = (ALL - threshold) / ALL
            self.assertAlmostEqual(probability / float(ratio), 1, delta=1e-4)
            sampler = theirs.composite_sampler(theirs.composable_traceid_ratio_based(probability))
            parents = [self.parent(self.random.getrandbits(56), sampled=self.random.random() < 0.5)
                       for _ in range(3000)]
            # Ids at the threshold itself.
            for trace_id in {threshold, max(threshold - 1, 1), min(threshold + 1, LAST_56_BITS)} - {0}:
                parents.append(trace.SpanContext(trace_id, 1, True, trace.TraceFlags(0)))
            count = self.compare(parents, decide("traceidratio", parents, ratio), sampler)
            self.assertAlmostEqual(count, 3000 * float(ratio), delta=200)

    def test_parents_are_followed_alike(self):
        sampler = theirs.composite_sampler(
            theirs.composable_parent_threshold(theirs.composable_always_on()))
        parents = [self.parent(self.random.getrandbits(56)) for _ in range(2000)]
        parents += [self.parent(None, sampled) for sampled in (True, False) for _ in range(500)]
        for name in ("parentbased_always_on", "parentbased_always_off"):
            count = self.compare(parents, decide(name, parents), sampler)
            self.assertGreater(count, 500)

    def test_ratios_behind_each_other_are_nested(self):
        """A trace goes through both, in turns; the lower ratio samples a part of the higher one's."""
        sampler = theirs.composite_sampler(theirs.composable_traceid_ratio_based(0.5))
        parents = [self.parent() for _ in range(2000)]
        lower = decide("traceidratio", parents, "0.125")
        between = []
        for parent, (_, state) in zip(parents, lower):
            between.append((parent, *their_decision(sampler, trace.SpanContext(
                parent.trace_id, 1, True, trace.TraceFlags(0), state))))
        behind = decide("traceidratio", [trace.SpanContext(
            parent.trace_id, 1, True, trace.TraceFlags(0), state) for parent, _, state in between], "0.75")
        for (low, _), (_, middle, _), (high, _) in zip(lower, between, behind):
            self.assertLessEqual(low, middle)
            self.assertLessEqual(middle, high)
        self.assertGreater(sum(low for low, _ in lower), 100)
        self.assertLess(sum(high for high, _ in behind), 1900)


if __name__ == "__main__":
    unittest.main()
