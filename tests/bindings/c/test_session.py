# SPDX-License-Identifier: Apache-2.0
"""A session in Python: a service that receives a request, works, and sends one, all by ctypes."""

import threading
import unittest

import baton_ctypes as baton

PARENT = b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
REQUEST = [
    (b"Host", b"shop.example"),
    (b"Traceparent", PARENT),
    (b"tracestate", b"rojo=00f067aa0ba902b7,congo=t61rcWkgMzE"),
    (b"baggage", b"userId=Am%C3%A9lie,plan=gold;ttl=60"),
]


class Session(unittest.TestCase):
    def test_receives_works_and_sends(self):
        chain = baton.Chain("tracecontext,baggage,b3")
        incoming = chain.extract(REQUEST)
        self.assertEqual(incoming.trace_id, "4bf92f3577b34da6a3ce929d0e0e4736")
        self.assertEqual(incoming.span_id, "00f067aa0ba902b7")
        self.assertTrue(incoming.is_sampled)
        self.assertEqual(incoming.baggage_value(b"userId").decode(), "Amélie")
        self.assertIsNone(incoming.baggage_value(b"tenant"))

        ours = incoming.child()
        self.assertEqual(ours.trace_id, incoming.trace_id)
        self.assertNotEqual(ours.span_id, incoming.span_id)
        ours.set_tracestate_member(b"shop", b"1")
        ours.set_baggage_member(b"city", "Köln".encode(), [(b"internal", None)])
        with baton.current(ours):
            self.assertEqual(baton.library.baton_current(), ours._as_parameter_.value)

        sent = dict(chain.inject(ours, fields=[(b"accept", b"*/*"), (b"x-b3-flags", b"1")]))
        self.assertEqual(sent, {
            b"accept": b"*/*",
            b"traceparent": f"00-{ours.trace_id}-{ours.span_id}-01".encode(),
            b"tracestate": b"shop=1,rojo=00f067aa0ba902b7,congo=t61rcWkgMzE",
            b"baggage": b"userId=Am%C3%A9lie,plan=gold;ttl=60,city=K%C3%B6ln;internal",
            b"b3": f"{ours.trace_id}-{ours.span_id}-1".encode(),
        })
        self.assertEqual(chain.extract(sent.items()).baggage(), [
            (b"userId", "Amélie".encode(), []),
            (b"plan", b"gold", [(b"ttl", b"60")]),
            (b"city", "Köln".encode(), [(b"internal", None)]),
        ])

    def test_reports_what_is_wrong(self):
        report = baton.Report()
        chain = baton.Chain()
        chain.extract([(b"traceparent", PARENT.upper()), (b"baggage", b"a=1,b")], report=report)
        self.assertEqual(report.issues(), [("traceparent", "bad_hex", 4), ("baggage", "missing_equals", 5)])
        with self.assertRaisesRegex(ValueError, "unknown propagator 'b4'"):
            baton.Chain("b4")
        with self.assertRaises(baton.Error) as failed:
            chain.extract(REQUEST).set_tracestate_member(b"A", b"1")
        self.assertEqual(bytes(baton.library.baton_issue_name(failed.exception.issue.code)), b"bad_key")

    def test_keeps_what_strangers_must_not_see(self):
        chain = baton.Chain(destinations="*.internal: all; *: context", callers="restart")
        link = baton.Context()
        accepted = chain.extract(REQUEST, link=link)
        self.assertEqual(accepted.trace_id, "0" * 32)
        self.assertEqual(link.trace_id, "4bf92f3577b34da6a3ce929d0e0e4736")
        ours = baton.Chain().extract(REQUEST)
        self.assertIn(b"baggage", dict(chain.inject(ours, b"db.internal")))
        self.assertEqual(list(dict(chain.inject(ours, b"elsewhere.example"))), [b"traceparent"])

    def test_counts(self):
        total, formats = baton.counts()
        chain = baton.Chain("tracecontext")
        chain.extract(REQUEST)
        chain.extract([])
        more, later = baton.counts()
        self.assertEqual(more, total + 2)
        self.assertEqual(later["tracecontext"][1], formats.get("tracecontext", (0, 0))[1] + 1)

    def test_threads_have_their_own_current_context(self):
        context = baton.Chain().extract(REQUEST)
        seen = []
        with baton.current(context):
            thread = threading.Thread(
                target=lambda: seen.append(baton.library.baton_context_has_span(
                    baton.c_void_p(baton.library.baton_current()))))
            thread.start()
            thread.join()
        self.assertEqual(seen, [0])


if __name__ == "__main__":
    unittest.main()
