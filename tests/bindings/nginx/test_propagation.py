# SPDX-License-Identifier: Apache-2.0
"""What the module does to the fields of a request, in front of upstreams of all protocols."""

import peers
import server
from peers import FastCgiApp, HttpApp, ScgiApp, UwsgiApp, curl
from service import SPAN_ID, TRACE_ID, TRACEPARENT

B3 = f"{TRACE_ID}-{SPAN_ID}-1"
MULTI = {"X-B3-TraceId": TRACE_ID, "X-B3-SpanId": SPAN_ID, "X-B3-Sampled": "1",
         "X-B3-ParentSpanId": "05e3ac9a4f6e3b90"}
TRACE_FIELDS = ("traceparent", "tracestate", "baggage", "b3", "x-b3-traceid", "x-b3-spanid",
                "x-b3-parentspanid", "x-b3-sampled", "x-b3-flags", "uber-trace-id", "uberctx-user",
                "jaeger-baggage", "x-datadog-trace-id", "x-amzn-trace-id")

MOVE = "baton on; baton_extract tracecontext,baggage,b3; baton_policy first_match;"
PROXY = "proxy_http_version 1.1; location / { proxy_pass http://@app; }"


def traces(request):
    """The trace fields that arrived."""
    return {name: request[name] for name in TRACE_FIELDS if request[name] is not None}


class Propagation(server.TestCase):
    def echo(self, nginx, app, fields, target="/"):
        status, _, _ = nginx.get(target, fields)
        self.assertEqual(status, 200)
        return traces(app.received[-1])

    def test_b3_becomes_w3c(self):
        nginx, app = self.serve(MOVE + PROXY)
        for fields in ({"b3": B3}, {"B3": B3, "baggage": "k=v"}, MULTI, {**MULTI, "b3": B3}):
            with self.subTest(fields):
                expected = {"traceparent": TRACEPARENT}
                if "baggage" in fields:
                    expected["baggage"] = "k=v"
                self.assertEqual(self.echo(nginx, app, fields), expected)

    def test_short_trace_ids_are_filled_up(self):
        nginx, app = self.serve(MOVE + PROXY)
        got = self.echo(nginx, app, {**MULTI, "X-B3-TraceId": TRACE_ID[16:]})
        self.assertEqual(got["traceparent"][3:35], "0" * 16 + TRACE_ID[16:])

    def test_the_first_or_the_last_format_wins(self):
        other = "1" * 32
        fields = {"traceparent": TRACEPARENT, "tracestate": "a=1", "b3": f"{other}-{'2' * 16}-0"}
        nginx, app = self.serve(f"""{MOVE}
            location / {{ proxy_pass http://@app; }}
            location /last {{ baton_policy last_wins; proxy_pass http://@app; }}""")
        self.assertEqual(self.echo(nginx, app, fields),
                         {"traceparent": TRACEPARENT, "tracestate": "a=1"})
        self.assertEqual(self.echo(nginx, app, fields, "/last")["traceparent"][3:35], other)

    def test_both_are_written(self):
        nginx, app = self.serve("baton on; baton_extract tracecontext b3; "
                                "baton_inject tracecontext b3;" + PROXY)
        for fields in ({"b3": B3}, {"traceparent": TRACEPARENT}, MULTI):
            with self.subTest(fields):
                self.assertEqual(self.echo(nginx, app, fields),
                                 {"traceparent": TRACEPARENT, "b3": B3})

    def test_jaeger_becomes_w3c_with_its_baggage(self):
        nginx, app = self.serve("baton on; baton_extract tracecontext,baggage,jaeger; "
                                "baton_policy first_match;" + PROXY)
        got = self.echo(nginx, app, {"Uber-Trace-Id": f"{TRACE_ID}:{SPAN_ID}:0:1",
                                     "uberctx-user": "Am%C3%A9lie", "jaeger-baggage": "plan=gold"})
        self.assertEqual(got, {"traceparent": TRACEPARENT,
                               "baggage": "user=Am%C3%A9lie,plan=gold"})

    def test_back_to_the_old_format(self):
        nginx, app = self.serve("baton on; baton_extract tracecontext,b3; baton_inject b3multi;" +
                                PROXY)
        got = self.echo(nginx, app, {"traceparent": TRACEPARENT, "tracestate": "a=1"})
        self.assertEqual(got, {"x-b3-traceid": TRACE_ID, "x-b3-spanid": SPAN_ID,
                               "x-b3-sampled": "1"})

    def test_a_request_without_a_trace_remains_without(self):
        nginx, app = self.serve(MOVE + PROXY)
        for fields in ({}, {"b3": "nonsense"}, {"tracestate": "a=1"}, {"traceparent": "00-x"}):
            with self.subTest(fields):
                self.assertEqual(self.echo(nginx, app, fields), {})

    def test_off_changes_nothing(self):
        fields = {"traceparent": TRACEPARENT, "tracestate": "a=1", "baggage": "k=v", "b3": B3,
                  **{name.lower(): value for name, value in MULTI.items()}}
        nginx, app = self.serve(f"""
            location / {{ proxy_pass http://@app; }}
            location /off {{ baton off; proxy_pass http://@app; }}
            location /none {{ baton on; baton_extract none; baton_inject none;
                              proxy_pass http://@app; }}""")
        for target in ("/", "/off", "/none"):
            self.assertEqual(self.echo(nginx, app, fields, target), fields)

    def test_repeated_fields(self):
        nginx, app = self.serve(MOVE + PROXY)
        parts = [("baggage", "a=1"), ("Baggage", "b=2"), ("baggage", "bad"), ("BAGGAGE", "c=3")]
        self.assertEqual(self.echo(nginx, app, [("tracestate", "x=1"), ("traceparent", TRACEPARENT),
                                                ("TraceState", "y=2"), *parts]),
                         {"traceparent": TRACEPARENT, "tracestate": "x=1,y=2",
                          "baggage": "a=1,b=2,c=3"})
        # Of the same field twice, one remains.
        nginx, app = self.serve("baton on; baton_extract b3; baton_inject b3;" + PROXY)
        self.assertEqual(self.echo(nginx, app, [("b3", B3), ("b3", B3)]), {"b3": B3})

    def test_two_traceparents(self):
        nginx, app = self.serve(MOVE + PROXY)
        # Two of them are none: W3C Trace Context, 3.2.
        twice = [("traceparent", TRACEPARENT), ("Traceparent", TRACEPARENT)]
        self.assertEqual(self.echo(nginx, app, [*twice, ("baggage", "a=1")]), {"baggage": "a=1"})

    def test_all_else_passes_as_it_came(self):
        nginx, app = self.serve(MOVE + PROXY)
        with nginx.connect() as client:
            client.send(b"GET /a%20b?c=d&e HTTP/1.1\r\nHost: some.host:81\r\nX-One: 1\r\n"
                        b"B3: " + B3.encode() + b"\r\nCookie: a=b; c=d\r\nx-one: \xe9\r\n"
                        b"X-Empty:\r\nUser-Agent: test/1\r\nX-Last: 2\r\n\r\n")
            self.assertEqual(client.response()[::2], (200, b"fine"))
        request = app.received[-1]
        self.assertEqual(request.line, "GET /a%20b?c=d&e HTTP/1.1")
        self.assertEqual(request.fields[-7:],
                         [("X-One", "1"), ("Cookie", "a=b; c=d"), ("x-one", "\xe9"),
                          ("X-Empty", ""), ("User-Agent", "test/1"), ("X-Last", "2"),
                          ("traceparent", TRACEPARENT)])

    def test_nothing_is_respelled_if_nothing_changes(self):
        nginx, app = self.serve(MOVE + PROXY)
        nginx.get("/", [("X-One", "1"), ("TraceParent", TRACEPARENT), ("X-Two", "2")])
        self.assertEqual(app.received[-1].fields[-3:],
                         [("X-One", "1"), ("TraceParent", TRACEPARENT), ("X-Two", "2")])

    def test_nginx_still_finds_its_own_fields(self):
        """It has pointers to them."""
        nginx, app = self.serve(MOVE + """
            location / { if ($http_cookie != "a=1; b=2") { return 400; }
              proxy_set_header X-Cookie $cookie_b; proxy_set_header X-Agent $http_user_agent;
              proxy_set_header X-Seen $http_traceparent/$http_b3;
              proxy_set_header X-For $proxy_add_x_forwarded_for;
              proxy_pass http://@app; }""")
        status, _, _ = nginx.get("/", [("b3", B3), ("Cookie", "a=1; b=2"), ("User-Agent", "x"),
                                       ("X-Forwarded-For", "10.0.0.1")])
        self.assertEqual(status, 200)
        request = app.received[-1]
        self.assertEqual([request[name] for name in ("x-cookie", "x-agent", "x-seen", "x-for")],
                         ["2", "x", f"{TRACEPARENT}/", "10.0.0.1, 127.0.0.1"])

    def test_proxy_set_header_has_the_last_word(self):
        nginx, app = self.serve(MOVE + """location / { proxy_set_header traceparent mine;
            proxy_set_header Baggage ""; proxy_pass http://@app; }""")
        self.assertEqual(self.echo(nginx, app, {"b3": B3, "baggage": "a=1"}),
                         {"traceparent": "mine"})

    def test_many_fields(self):
        """More than one array of nginx's list; the b3 field is in each place of it."""
        nginx, app = self.serve(MOVE + PROXY)
        for place in range(0, 90, 7):
            fields = [(f"X-{i}", str(i)) for i in range(90)]
            fields.insert(place, ("b3", B3))
            self.assertEqual(self.echo(nginx, app, fields), {"traceparent": TRACEPARENT})
            got = [pair for pair in app.received[-1].fields if pair[0].startswith("X-")]
            self.assertEqual(got, [pair for pair in fields if pair[0] != "b3"])

    def test_keep_alive(self):
        nginx, app = self.serve(MOVE + PROXY)
        with nginx.connect() as client:
            for i in range(20):
                trace = f"{i + 1:032x}"
                client.send(f"GET /{i} HTTP/1.1\r\nHost: a\r\nb3: {trace}-{SPAN_ID}-1\r\n\r\n"
                            .encode())
                self.assertEqual(client.response()[0], 200)
                self.assertEqual(app.received[-1]["traceparent"], f"00-{trace}-{SPAN_ID}-01")

    def test_pipelined_requests(self):
        nginx, app = self.serve(MOVE + PROXY)
        ids = [f"{i + 1:032x}" for i in range(20)]
        with nginx.connect() as client:
            client.send("".join(f"GET / HTTP/1.1\r\nHost: a\r\nb3: {one}-{SPAN_ID}-1\r\n\r\n"
                                for one in ids).encode())
            for _ in ids:
                self.assertEqual(client.response()[0], 200)
        self.assertEqual([one["traceparent"] for one in app.received],
                         [f"00-{one}-{SPAN_ID}-01" for one in ids])

    def test_bodies(self):
        nginx, app = self.serve(MOVE + "client_max_body_size 0; client_body_buffer_size 8k;" + PROXY)
        for size in (0, 1, 9_000, 1_000_000):
            done = curl("--fail", "--data-binary", "@-", "-H", f"b3: {B3}", nginx.url(),
                        input=b"x" * size)
            self.assertEqual((done.returncode, done.stdout), (0, b"fine"))
            self.assertEqual(app.received[-1]["traceparent"], TRACEPARENT)
            self.assertEqual(app.received[-1]["content-length"], str(size))

    def test_underscores_do_not_slip_by(self):
        """If nginx lets them pass, they are the same names for FastCGI and its like."""
        nginx, app = self.serve("underscores_in_headers on; baton on; baton_extract b3; "
                                "baton_inject b3multi;" + PROXY)
        self.echo(nginx, app, {"b3": B3, "x_b3_traceid": "f" * 32, "X_B3_Sampled": "0"})
        self.assertEqual(app.received[-1].all("x_b3_traceid"), [])
        self.assertEqual(app.received[-1].all("x_b3_sampled"), [])


class Protocols(server.TestCase):
    """The other ways to an upstream, and HTTP/2."""

    def assert_passes(self, kind, directive, names=("b3", "B3")):
        app = self.app(kind)
        nginx, _ = self.serve(f"{MOVE} location / {{ {directive} }}", app)
        for name in names:
            status, _, body = nginx.get("/", [(name, B3), ("baggage", "a=1"), ("Baggage", "b=2"),
                                              ("X-Other", "1")])
            self.assertEqual(status, 200)
            self.assertEqual(traces(app.received[-1]),
                             {"traceparent": TRACEPARENT, "baggage": "a=1,b=2"})
            self.assertEqual(app.received[-1]["x-other"], "1")

    def test_proxy_pass(self):
        self.assert_passes(HttpApp, "proxy_pass http://@app;")

    def test_proxy_pass_by_a_variable(self):
        self.assert_passes(HttpApp, "set $where @app; proxy_pass http://$where;")

    def test_fastcgi_pass(self):
        self.assert_passes(FastCgiApp, "fastcgi_pass @app; fastcgi_param REQUEST_URI $uri;")

    def test_fastcgi_pass_with_a_field_of_its_own(self):
        app = self.app(FastCgiApp)
        nginx, _ = self.serve(MOVE + "location / { fastcgi_pass @app; "
                              "fastcgi_param HTTP_TRACEPARENT mine; }", app)
        nginx.get("/", {"b3": B3, "baggage": "a=1"})
        self.assertEqual(traces(app.received[-1]), {"traceparent": "mine", "baggage": "a=1"})

    def test_uwsgi_pass(self):
        self.assert_passes(UwsgiApp, "uwsgi_pass @app; uwsgi_param REQUEST_URI $uri;")

    def test_scgi_pass(self):
        self.assert_passes(ScgiApp, "scgi_pass @app; scgi_param REQUEST_URI $uri;")

    def test_grpc_pass(self):
        """The upstream is another server of this nginx, with HTTP/2, and in front of the app."""
        app = self.app()
        nginx = self.nginx(f"""
            server {{ listen @front http2; {MOVE} location / {{ grpc_pass grpc://@second; }} }}
            server {{ listen @second http2; location / {{ proxy_pass http://@app; }} }}
            """, upstreams={"app": app}).start()
        done = curl("--fail", "--http2-prior-knowledge", "-H", f"b3: {B3}", "-H", "baggage: a=1",
                    "-H", "baggage: b=2", "-H", "te: trailers",
                    "-H", "content-type: application/grpc", "--data-binary", "x", nginx.url())
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(traces(app.received[-1]),
                         {"traceparent": TRACEPARENT, "baggage": "a=1,b=2"})

    def test_http_2(self):
        app = self.app()
        nginx = self.nginx(f"""server {{ listen @front http2; {MOVE}
            location / {{ proxy_pass http://@app; }} }}""", upstreams={"app": app}).start()
        fields = [("b3", B3), ("cookie", "a=1"), ("cookie", "b=2")]
        with nginx.connect() as client:
            peers.http2_requests(client, [(f"/{i}", fields) for i in range(10)])
        self.assertEqual(sorted(one.line for one in app.received),
                         sorted(f"GET /{i} HTTP/1.0" for i in range(10)))
        for request in app.received:
            self.assertEqual(traces(request), {"traceparent": TRACEPARENT})
            self.assertEqual(request["cookie"], "a=1; b=2")


class Trust(server.TestCase):
    FIELDS = {"traceparent": TRACEPARENT, "tracestate": "a=1", "baggage": "tenant=t,user=u"}

    def passed(self, directives):
        nginx, app = self.serve(f"baton on; {directives} {PROXY}")
        nginx.get("/", self.FIELDS)
        return traces(app.received[-1])

    def test_callers(self):
        self.assertEqual(self.passed("baton_callers all;"), self.FIELDS)
        self.assertEqual(self.passed("baton_callers full baggage=tenant;"),
                         {**self.FIELDS, "baggage": "tenant=t"})
        self.assertEqual(self.passed("baton_callers restart;"), {})
        self.assertEqual(self.passed("baton_callers restart baggage=user,none.*;"),
                         {"baggage": "user=u"})
        # Without a tracer there is no decision: see CallerTrust::keep_ids.
        self.assertEqual(self.passed("baton_callers keep_ids;"),
                         {"traceparent": TRACEPARENT[:-1] + "0", "tracestate": "a=1"})

    def test_upstream(self):
        self.assertEqual(self.passed("baton_upstream all;"), self.FIELDS)
        self.assertEqual(self.passed("baton_upstream none;"), {})
        self.assertEqual(self.passed("baton_upstream context baggage=tenant;"),
                         {"traceparent": TRACEPARENT, "baggage": "tenant=t"})
        self.assertEqual(self.passed("baton_upstream context tracestate;"),
                         {"traceparent": TRACEPARENT, "tracestate": "a=1"})

    def passed_of_jaeger(self, directives, more=(), formats=("jaeger", "jaeger")):
        """The trace fields that arrive, with all that begin as Jaeger's baggage does."""
        nginx, app = self.serve(f"underscores_in_headers on; baton on; baton_extract {formats[0]}; "
                                f"baton_inject {formats[1]}; {directives} {PROXY}")
        nginx.get("/", [("uber-trace-id", f"{TRACE_ID}:{SPAN_ID}:0:1"), ("uberctx-user", "u"),
                        ("UberCtx-Tenant", "t"), *more])
        return {name.lower(): value for name, value in app.received[-1].fields
                if name.lower() in TRACE_FIELDS or name.lower().startswith(("uber", "ot-"))}

    def test_baggage_of_jaeger_does_not_pass(self):
        """Its names are the application's, so the module must know them by their beginning."""
        ids = {"uber-trace-id": f"{TRACE_ID}:{SPAN_ID}:0:1"}
        one = {**ids, "uberctx-tenant": "t"}
        for directives, expected in (
                ("", {**one, "uberctx-user": "u"}),
                ("baton_callers restart;", {}),
                ("baton_callers restart baggage=tenant;", {"uberctx-tenant": "t"}),
                ("baton_callers full baggage=tenant;", one),
                ("baton_callers full baggage=tenant; baton_upstream context baggage=tenant;", one),
                ("baton_upstream context baggage=tenant;", one),
                ("baton_upstream context;", ids),
                ("baton_upstream none;", {})):
            with self.subTest(directives):
                self.assertEqual(self.passed_of_jaeger(directives), expected)

    def test_nor_does_it_if_it_is_only_read(self):
        got = self.passed_of_jaeger("baton_callers restart; baton_tracer ids;", formats=(
            "tracecontext,jaeger", "tracecontext"))
        self.assertNotEqual(got.pop("traceparent")[3:35], TRACE_ID)
        self.assertEqual(got, {})

    def test_nor_what_is_no_baggage(self):
        """The chain did not read it, and an upstream may."""
        more = [("uberctx-", "1"), ("uberctx-bad", "%zz"), ("uberctx_user", "other"),
                ("uberctx-" + "k" * 9_000, "1"), ("ot-baggage-user", "1")]
        got = self.passed_of_jaeger("large_client_header_buffers 4 16k; "
                                    "baton_callers full baggage=tenant;", more)
        self.assertEqual(got, {"uber-trace-id": f"{TRACE_ID}:{SPAN_ID}:0:1", "uberctx-tenant": "t",
                               "ot-baggage-user": "1"})

    def test_what_a_format_that_is_only_written_would_read_does_not_pass(self):
        """B3's two ways to write it."""
        for inject, field in (("b3multi", "b3"), ("b3", "X-B3-Sampled")):
            nginx, app = self.serve(f"baton on; baton_inject {inject}; {PROXY}")
            nginx.get("/", {field: B3})
            self.assertEqual(traces(app.received[-1]), {})


if __name__ == "__main__":
    server.unittest.main()
