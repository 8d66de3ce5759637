# SPDX-License-Identifier: Apache-2.0
"""nginx as a tracer that only makes ids, and what its logs and its clients learn of a trace."""

import re

import peers
import server
from peers import answer
from service import SPAN_ID, TRACE_ID, TRACEPARENT, TRACEPARENT_FORM

LOG = """log_format ids "$uri trace=$baton_trace_id span=$baton_span_id parent=$baton_parent_id "
                        "sampled=$baton_sampled format=$baton_format";"""
IDS = "baton on; baton_extract tracecontext,baggage,b3; baton_tracer ids;"
PROXY = "location / { proxy_pass http://@app; }"


class Spans(server.TestCase):
    def start(self, directives, app=None, **options):
        app = app or self.app()
        nginx = self.nginx(f"{LOG} server {{ listen @front; access_log {{}}/access.log ids; "
                           f"{directives} }}".replace("{}", "FOLDER"), upstreams={"app": app},
                           **options)
        nginx.path.write_text(nginx.path.read_text().replace("FOLDER", str(nginx.folder)))
        return nginx.start(), app

    def test_a_span_between_the_caller_and_the_upstream(self):
        nginx, app = self.start(IDS + "baton_response on;" + PROXY)
        _, head, _ = nginx.get("/", {"traceparent": TRACEPARENT, "tracestate": "a=1"})
        trace, span, flags = TRACEPARENT_FORM.match(app.received[0]["traceparent"]).groups()
        self.assertEqual((trace, flags), (TRACE_ID, "01"))
        self.assertNotEqual(span, SPAN_ID)
        self.assertEqual(app.received[0]["tracestate"], "a=1")
        self.assertIn(f"\r\ntraceresponse: 00-{trace}-{span}-01\r\n".encode(), head)
        self.assertEqual(nginx.log(), [f"/ trace={trace} span={span} parent={SPAN_ID} sampled=1 "
                                       "format=tracecontext"])

    def test_a_trace_begins_where_none_came(self):
        nginx, app = self.start(IDS + PROXY)
        for _ in range(3):
            nginx.get()
        expected, traces = [], set()
        for request in app.received:
            trace, span, flags = TRACEPARENT_FORM.match(request["traceparent"]).groups()
            self.assertEqual(flags, "03")  # sampled, random
            expected.append(f"/ trace={trace} span={span} parent=- sampled=1 format=-")
            traces.add(trace)
        self.assertCountEqual(nginx.log(lines=3), expected)
        self.assertEqual(len(traces), 3)

    def test_forwarding_starts_nothing(self):
        nginx, app = self.start("baton on; baton_response on;" + PROXY)
        _, head, _ = nginx.get()
        self.assertIsNone(app.received[0]["traceparent"])
        _, more, _ = nginx.get("/", {"traceparent": TRACEPARENT})
        self.assertNotIn(b"traceresponse", head + more)
        self.assertCountEqual(nginx.log(lines=2),
                              ["/ trace=- span=- parent=- sampled=- format=-",
                               f"/ trace={TRACE_ID} span={SPAN_ID} parent=- sampled=1 "
                               "format=tracecontext"])

    def test_workers_do_not_repeat_ids(self):
        nginx, app = self.start(IDS + PROXY)
        for _ in range(200):
            nginx.get()
        self.assertEqual(len({one["traceparent"] for one in app.received}), 200)

    def test_samplers(self):
        decided = {"traceparent": TRACEPARENT[:-1] + "0"}
        undecided = {"b3": f"{TRACE_ID}-{SPAN_ID}"}
        for sampler, of_nothing, of_dropped, of_undecided in (
                ("", "03", "00", "01"), ("baton_sampler always_off;", "02", "00", "00"),
                ("baton_sampler always_on;", "03", "01", "01"),
                ("baton_sampler parentbased_always_off;", "02", "00", "00"),
                ("baton_sampler parentbased_traceidratio 0;", "02", "00", "00"),
                ("baton_sampler traceidratio 1;", "03", "01", "01")):
            with self.subTest(sampler):
                nginx, app = self.start(IDS + sampler + PROXY)
                for fields in ({}, decided, undecided):
                    nginx.get("/", fields)
                self.assertEqual([one["traceparent"][-2:] for one in app.received],
                                 [of_nothing, of_dropped, of_undecided])

    def test_a_ratio_samples_its_share(self):
        nginx, app = self.start(IDS + "baton_sampler parentbased_traceidratio 0.5;" + PROXY)
        with nginx.connect() as client:
            for _ in range(400):
                client.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                client.response()
        share = sum(one["traceparent"].endswith("03") for one in app.received) / 400
        self.assertTrue(0.35 < share < 0.65, share)
        for one in app.received:
            state = "ot=th:8" if one["traceparent"].endswith("03") else None
            self.assertEqual(one["tracestate"], state)

    def test_restarted_traces(self):
        nginx, app = self.start(IDS + "baton_callers restart;" + PROXY)
        nginx.get("/", {"traceparent": TRACEPARENT, "tracestate": "a=1", "baggage": "a=1"})
        trace, _, flags = TRACEPARENT_FORM.match(app.received[0]["traceparent"]).groups()
        self.assertNotEqual(trace, TRACE_ID)
        self.assertEqual(flags, "03")
        self.assertIsNone(app.received[0]["tracestate"])
        self.assertIsNone(app.received[0]["baggage"])

    def test_undecided_callers(self):
        """Whose sampled flag must not count, but whose ids do."""
        nginx, app = self.start(IDS + "baton_callers keep_ids; "
                                "baton_sampler parentbased_always_off;" + PROXY)
        nginx.get("/", {"traceparent": TRACEPARENT})
        self.assertEqual(app.received[0]["traceparent"][3:35], TRACE_ID)
        self.assertEqual(app.received[0]["traceparent"][-2:], "00")

    def test_a_request_has_one_span(self):
        """Whatever the locations are that it passes."""
        def respond(request):
            return answer(status="503 No") if "/first" in request.line else answer()

        nginx, app = self.start(IDS + """proxy_intercept_errors on; error_page 503 = /second;
            location / { auth_request /auth; proxy_pass http://@app; }
            location /auth { internal; baton_inject b3; proxy_pass http://@app/auth; }
            location /second { baton_policy first_match; baton_inject b3multi,tracecontext;
                               proxy_pass http://@app; }""", self.app(peers.HttpApp, respond))
        for fields in ({}, {"traceparent": TRACEPARENT}):
            app.received.clear()
            nginx.get("/first", fields)
            auth, first, second = app.received
            _, trace, span, _ = first["traceparent"].split("-")
            self.assertEqual(auth["b3"], f"{trace}-{span}-1")
            self.assertEqual((second["x-b3-traceid"], second["x-b3-spanid"]), (trace, span))
            self.assertEqual(second["traceparent"], first["traceparent"])
        self.assertIn(f"trace={trace} span={span}", "".join(nginx.log(lines=2)))

    def test_a_span_has_one_decision(self):
        """Whatever the samplers of the locations are: the first one that is asked decides."""
        for first, second, flags, state in (
                ("always_on", "always_off", "03", None), ("always_off", "always_on", "02", None),
                ("traceidratio 1", "always_off", "03", "ot=th:0"),
                ("always_off", "traceidratio 1", "02", None)):
            with self.subTest(first=first, second=second):
                nginx, app = self.start(IDS + f"""
                    location / {{ baton_sampler {first}; auth_request /auth;
                                  proxy_pass http://@app; }}
                    location /auth {{ baton_sampler {second}; proxy_pass http://@app/auth; }}""")
                nginx.get()
                auth, main = app.received
                self.assertEqual(auth["traceparent"], main["traceparent"])
                self.assertEqual((main["traceparent"][-2:], main["tracestate"]), (flags, state))
                self.assertEqual(auth["tracestate"], state)

    def test_but_another_trace_has_its_own(self):
        nginx, app = self.start(IDS + """location / { auth_request /auth; proxy_pass http://@app; }
            location /auth { baton_callers restart; baton_sampler always_off;
                             proxy_pass http://@app/auth; }""")
        nginx.get("/", {"traceparent": TRACEPARENT})
        auth, main = app.received
        self.assertEqual((auth["traceparent"][-2:], main["traceparent"][-2:]), ("02", "01"))

    def test_locations_share_the_sampler_that_they_inherit(self):
        nginx, app = self.start(IDS + """baton_sampler baton_rate_limited 0.01;
            location / { baton_inject b3; proxy_pass http://@app; }
            location /w3c { proxy_pass http://@app; }
            location /off { baton_tracer off; baton_inject b3;
              location /off/on { baton_tracer ids; proxy_pass http://@app; } }""", workers=1)
        for _ in range(10):
            for target in ("/", "/w3c", "/off/on"):
                nginx.get(target)
        sampled = [one for one in app.received if (one["b3"] or "").endswith("-1") or
                   (one["traceparent"] or "").endswith("03")]
        self.assertEqual(len(app.received), 30)
        self.assertEqual(len(sampled), 1)

    def test_what_never_reaches_an_upstream_is_logged_as_well(self):
        nginx, _ = self.start(IDS + """baton_response on;
            location / { return 204; }
            location /denied { deny all; } """)
        for target in ("/", "/denied"):
            _, head, _ = nginx.get(target, {"traceparent": TRACEPARENT})
            self.assertIn(f"\r\ntraceresponse: 00-{TRACE_ID}-".encode(), head)
        for line in nginx.log(lines=2):
            self.assertIn(f"trace={TRACE_ID} span=", line)

    def test_a_response_that_a_filter_replaces_has_the_same_span(self):
        nginx, _ = self.start(IDS + """baton_response on;
            location = /file { root FOLDER; }
            location = /metrics { access_log off; baton_metrics; }""")
        (nginx.folder / "file").write_text("text")
        for i, (fields, parent) in enumerate(
                (({}, "parent=- sampled=1 format=-"),
                 ({"traceparent": TRACEPARENT}, f"parent={SPAN_ID} sampled=1 format=tracecontext"))):
            status, head, _ = nginx.get("/file", {**fields, "If-Match": '"other"'})
            self.assertEqual(status, 412)
            line = nginx.log(lines=i + 1)[i]
            self.assertTrue(line.endswith(parent), line)
            trace, span = re.search("trace=(.*) span=(.*) parent", line).groups()
            self.assertIn(f"\r\ntraceresponse: 00-{trace}-{span}-".encode(), head)
            self.assertEqual(nginx.metrics()["baton_extractions_total"], i + 1)

    def test_the_upstreams_own_response_field_is_replaced(self):
        fields = [f"TraceResponse: 00-{'1' * 32}-{'2' * 16}-01", "X-Other: 1"]
        app = self.app(peers.HttpApp, answer(fields=fields))
        nginx, _ = self.start(IDS + "location / { baton_response on; proxy_pass http://@app; } "
                              "location /off { proxy_pass http://@app; }", app)
        _, head, _ = nginx.get("/", {"traceparent": TRACEPARENT})
        self.assertEqual(head.lower().count(b"traceresponse"), 1)
        self.assertIn(f"\r\ntraceresponse: 00-{TRACE_ID}-".encode(), head)
        self.assertIn(b"\r\nX-Other: 1\r\n", head)
        _, head, _ = nginx.get("/off", {"traceparent": TRACEPARENT})
        self.assertIn(fields[0].encode(), head)

    def test_b3_options(self):
        nginx, app = self.start("baton on; baton_inject b3,b3multi; baton_b3_short_trace_ids on;" +
                                PROXY)
        nginx.get("/", {"traceparent": TRACEPARENT[:3] + "0" * 16 + TRACEPARENT[19:]})
        self.assertEqual(app.received[0]["b3"], f"{TRACE_ID[16:]}-{SPAN_ID}-1")

    def test_decisions_in_tracestate(self):
        nginx, app = self.start("baton on; baton_extract b3; baton_sampling_in_tracestate on;" +
                                PROXY)
        nginx.get("/", {"b3": f"{TRACE_ID}-{SPAN_ID}-d"})
        self.assertRegex(app.received[0]["tracestate"], "^baton=")


class Variables(server.TestCase):
    def test_a_map_and_headers(self):
        app = self.app()
        nginx = self.nginx("""
            map $baton_sampled $kind { 1 sampled; 0 dropped; default unknown; }
            map $baton_format $old { b3 old; b3multi old; default new; }
            server { listen @front; baton on; baton_extract tracecontext,b3;
              location / { add_header X-Trace $baton_trace_id always;
                proxy_set_header X-Kind $kind; proxy_set_header X-Old $old;
                proxy_pass http://@app; } }""", upstreams={"app": app}).start()
        for fields, kind, old in (({"traceparent": TRACEPARENT}, "sampled", "new"),
                                  ({"b3": f"{TRACE_ID}-{SPAN_ID}-0"}, "dropped", "old"),
                                  ({"b3": f"{TRACE_ID}-{SPAN_ID}"}, "unknown", "old"),
                                  ({"b3": f"{TRACE_ID}-{SPAN_ID}-d"}, "sampled", "old"),
                                  ({}, "unknown", "new")):
            _, head, _ = nginx.get("/", fields)
            self.assertEqual((app.received[-1]["x-kind"], app.received[-1]["x-old"]), (kind, old))
            self.assertEqual(f"X-Trace: {TRACE_ID}".encode() in head, bool(fields))

    def test_in_the_rewrite_phase(self):
        nginx, app = self.serve("""baton on; if ($baton_trace_id = "") { return 400; }
            location / { proxy_pass http://@app; }""")
        self.assertEqual(nginx.get("/", {"traceparent": TRACEPARENT})[0], 200)
        self.assertEqual(nginx.get()[0], 400)
        self.assertEqual(len(app.received), 1)

    def test_nginx_remembers_its_own(self):
        """Not the module's, so these are the ones to use early."""
        nginx, app = self.serve("""baton on; baton_tracer ids;
            location / { set $early "$http_traceparent $baton_trace_id";
              proxy_set_header X-Seen $http_traceparent; proxy_set_header X-Id $baton_span_id;
              proxy_pass http://@app; }""")
        nginx.get("/", {"traceparent": TRACEPARENT})
        got = app.received[0]
        self.assertEqual(got["x-seen"], TRACEPARENT)
        self.assertNotEqual(got["traceparent"], TRACEPARENT)
        self.assertEqual(got["x-id"], got["traceparent"][36:52])

    def test_baggage(self):
        nginx, app = self.serve("""baton on;
            location / { proxy_set_header X-Tenant $baton_baggage_tenant;
              proxy_set_header X-User $baton_baggage_user_id;
              proxy_set_header X-Empty "<$baton_baggage_empty>";
              proxy_set_header X-None "<$baton_baggage_none>"; proxy_pass http://@app; }""")
        for baggage, tenant, user in (
                ("tenant=t1,User-ID=Am%C3%A9lie", "t1", "Am%C3%A9lie"),
                ("a=1, tenant = t2 ;p=1,user.id=7,empty=", "t2", "7"),
                ("tenant=first,tenant=last", "last", None),
                ("TENANT=x%0d%0aX-Injected:%201", "x%0d%0aX-Injected:%201", None),
                ("tenants=1,tenan=2", None, None)):
            with self.subTest(baggage):
                nginx.get("/", {"baggage": baggage})
                got = app.received[-1]
                self.assertEqual((got["x-tenant"], got["x-user"]), (tenant, user))
                self.assertIsNone(got["x-injected"])
                self.assertEqual((got["x-empty"], got["x-none"]), ("<>", "<>"))

    def test_off(self):
        nginx, app = self.serve("""location / { proxy_set_header X-Trace "<$baton_trace_id>";
            proxy_pass http://@app; }""")
        nginx.get("/", {"traceparent": TRACEPARENT})
        self.assertEqual(app.received[0]["x-trace"], "<>")

    def test_malformed_fields_are_in_the_error_log(self):
        nginx, _ = self.serve("baton on; baton_extract tracecontext,baggage,b3; "
                              "location / { return 204 $baton_trace_id; }")
        nginx.get("/", {"traceparent": "00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                        "b3": "x\\n", "baggage": "a=1,b"})
        lines = [line.partition("baton: ")[2].partition(",")[0]
                 for line in nginx.error_log().splitlines() if "[info]" in line and "baton" in line]
        self.assertEqual(lines, [
            "malformed traceparent: not a lowercase hexadecimal digit at byte 4 (bad_hex)",
            "malformed baggage: missing '=' after a key at byte 5 (missing_equals)",
            "malformed b3: id has the wrong number of digits at byte 0 (bad_length)"])


if __name__ == "__main__":
    server.unittest.main()
