# SPDX-License-Identifier: Apache-2.0
"""Internal redirects and subrequests: each location reads what the client sent, and sends by its
own directives."""

import pathlib
import re

import peers
import server
from peers import HttpApp, answer
from service import SPAN_ID, TRACE_ID, TRACEPARENT
from test_propagation import B3, traces

W3C = {"traceparent": TRACEPARENT}
FRONT = "baton on; baton_extract tracecontext,baggage,b3; baton_policy first_match;"
TO_B3 = "baton_inject b3;"
TO_APP = "proxy_pass http://@app;"


class Redirects(server.TestCase):
    def arrivals(self, directives, target="/", fields=None, response=answer()):
        """Traces of all requests that the app received for one to nginx, by their targets."""
        nginx, app = self.serve(FRONT + directives, self.app(HttpApp, response))
        status, _, _ = nginx.get(target, fields or {"b3": B3})
        self.assertEqual(status, 200)
        # A mirrored request may come behind the response.
        server.wait_until(lambda: app.received, "the app has a request")
        self.nginx_, self.app_ = nginx, app
        return {one.line.split()[1]: traces(one) for one in app.received}

    def test_rewrite(self):
        self.assertEqual(self.arrivals(f"""
            location / {{ rewrite ^ /new last; }}
            location /new {{ {TO_B3} {TO_APP} }}"""), {"/new": {"b3": B3}})

    def test_try_files(self):
        self.assertEqual(self.arrivals(f"""
            location / {{ try_files /none /behind; }}
            location /behind {{ {TO_B3} {TO_APP} }}"""), {"/behind": {"b3": B3}})

    def test_a_named_location(self):
        self.assertEqual(self.arrivals(f"""
            location / {{ try_files /none AT_fallback; }}
            location AT_fallback {{ {TO_B3} {TO_APP} }}"""), {"/": {"b3": B3}})

    def test_error_page_to_another_format(self):
        def respond(request):
            return answer(status="503 No") if request.line.startswith("GET /first") else answer()

        self.assertEqual(self.arrivals(f"""
            proxy_intercept_errors on; error_page 503 = /second;
            location /first {{ {TO_APP} }}
            location /second {{ {TO_B3} {TO_APP} }}""", "/first", response=respond),
            {"/first": W3C, "/second": {"b3": B3}})

    def test_error_page_to_a_location_that_is_off(self):
        """The client's own fields are back; the order of different names has no meaning."""
        def respond(request):
            return answer(status="503 No") if request.line.startswith("GET /first") else answer()

        fields = [("B3", B3), ("X-One", "1"), ("tracestate", "x=1")]
        self.assertEqual(self.arrivals(f"""
            proxy_intercept_errors on; error_page 503 = /second;
            location /first {{ {TO_APP} }}
            location /second {{ baton off; {TO_APP} }}""", "/first", fields, respond),
            {"/first": W3C, "/second": {"b3": B3, "tracestate": "x=1"}})
        self.assertCountEqual(self.app_.received[1].fields[-3:], fields)

    def test_error_page_to_a_location_that_reads_other_formats(self):
        def respond(request):
            return answer(status="503 No") if request.line.startswith("GET /first") else answer()

        other = {"uber-trace-id": f"{'1' * 32}:{'2' * 16}:0:1"}
        self.assertEqual(self.arrivals(f"""
            proxy_intercept_errors on; error_page 503 = /second;
            location /first {{ {TO_APP} }}
            location /second {{ baton_extract jaeger; {TO_APP} }}""", "/first",
            {"b3": B3, **other}, respond),
            {"/first": {**W3C, **other},
             "/second": {"traceparent": f"00-{'1' * 32}-{'2' * 16}-01", "b3": B3}})

    def test_what_the_first_location_cannot_write_is_not_lost(self):
        """W3C's fields have no debug, and the second location has not seen them."""
        def respond(request):
            return answer(status="503 No") if request.line.startswith("GET /first") else answer()

        debug = {"b3": f"{TRACE_ID}-{SPAN_ID}-d"}
        self.assertEqual(self.arrivals(f"""
            proxy_intercept_errors on; error_page 503 = /second;
            location /first {{ {TO_APP} }}
            location /second {{ baton_extract b3; {TO_B3} {TO_APP} }}""", "/first", debug, respond),
            {"/first": W3C, "/second": debug})

    def test_x_accel_redirect(self):
        def respond(request):
            fields = ["X-Accel-Redirect: /second"] if "/first" in request.line else []
            return answer(fields=fields)

        self.assertEqual(self.arrivals(f"""
            location /first {{ {TO_APP} }}
            location /second {{ internal; {TO_B3} {TO_APP} }}""", "/first", response=respond),
            {"/first": W3C, "/second": {"b3": B3}})

    def test_back_and_forth(self):
        """Ten redirects, as many as nginx allows: memory and fields remain as they should."""
        def respond(request):
            number = int(request.line.split()[1].strip("/ab"))
            fields = [f"X-Accel-Redirect: /{'ab'[number % 2]}{number + 1}"] if number < 8 else []
            return answer(fields=fields)

        arrived = self.arrivals(f"""
            location /a {{ {TO_APP} }}
            location /b {{ {TO_B3} {TO_APP} }}""", "/a0", response=respond)
        self.assertEqual(len(arrived), 9)
        for target, got in arrived.items():
            self.assertEqual(got, W3C if target.startswith("/a") else {"b3": B3}, target)

    def test_mirror(self):
        self.assertEqual(self.arrivals_of_two(f"""
            location / {{ mirror /mirrored; {TO_APP} }}
            location /mirrored {{ internal; {TO_B3} proxy_pass http://@app/mirrored; }}"""),
            {"/": W3C, "/mirrored": {"b3": B3}})

    def test_mirror_with_the_same_directives(self):
        self.assertEqual(self.arrivals_of_two(f"""
            location / {{ mirror /mirrored; {TO_APP} }}
            location /mirrored {{ internal; proxy_pass http://@app/mirrored; }}"""),
            {"/": W3C, "/mirrored": W3C})

    def test_mirror_to_a_location_that_is_off(self):
        self.assertEqual(self.arrivals_of_two(f"""
            location / {{ mirror /mirrored; {TO_APP} }}
            location /mirrored {{ internal; baton off; proxy_pass http://@app/mirrored; }}"""),
            {"/": W3C, "/mirrored": {"b3": B3}})

    def arrivals_of_two(self, directives):
        self.arrivals(directives)
        server.wait_until(lambda: len(self.app_.received) >= 2, "both have arrived")
        return {one.line.split()[1]: traces(one) for one in self.app_.received}

    def test_auth_request(self):
        """Its subrequest comes first; the request itself must not have what that one sent."""
        self.assertEqual(self.arrivals(f"""
            location / {{ auth_request /auth; {TO_APP} }}
            location /auth {{ internal; {TO_B3} proxy_pass http://@app/auth; }}"""),
            {"/auth": {"b3": B3}, "/": W3C})

    def test_auth_request_that_is_on_alone(self):
        self.assertEqual(self.arrivals(f"""
            location / {{ baton off; auth_request /auth; {TO_APP} }}
            location /auth {{ internal; {TO_B3.replace('b3', 'b3multi')}
                              proxy_pass http://@app/auth; }}"""),
            {"/auth": {"x-b3-traceid": TRACE_ID, "x-b3-spanid": SPAN_ID, "x-b3-sampled": "1"},
             "/": {"b3": B3}})

    def test_ssi(self):
        page = "".join(f'<!--# include virtual="/{kind}{i}" -->' for i in range(40)
                       for kind in "ab").encode()

        def respond(request):
            is_page = "/page" in request.line
            return answer(page if is_page else b"[part]",
                          fields=["Content-Type: text/html"] if is_page else [])

        arrived = self.arrivals(f"""
            location / {{ ssi on; {TO_APP} }}
            location /a {{ {TO_APP} }}
            location /b {{ {TO_B3} {TO_APP} }}""", "/page", response=respond)
        self.assertEqual(len(arrived), 81)
        for target, got in arrived.items():
            self.assertEqual(got, {"b3": B3} if target.startswith("/b") else W3C, target)

    def test_many_subrequests_take_no_more_memory(self):
        """Of two locations by turns, or of one."""
        def grown(kinds):
            """The most memory of the worker, in kB."""
            count, fields = 600, [("b3", B3), *((f"X-{i}", "1") for i in range(300))]
            page = "".join(f'<!--# include virtual="/{kinds[i % len(kinds)]}{i}" -->'
                           for i in range(count)).encode()

            def respond(request):
                is_page = "/page" in request.line
                return answer(page if is_page else b"",
                              fields=["Content-Type: text/html"] if is_page else [])

            nginx, app = self.serve(FRONT + f"""
                large_client_header_buffers 4 32k;
                location / {{ ssi on; {TO_APP} }}
                location /a {{ empty_gif; }}
                location /b {{ {TO_B3} empty_gif; }}""", self.app(HttpApp, respond), workers=1)
            self.assertEqual(nginx.get("/page", fields)[0], 200)
            status = pathlib.Path(f"/proc/{nginx.children()[0]}/status").read_text("ascii")
            return int(re.search(r"VmHWM:\s+(\d+)", status)[1])

        most = grown("a") + 2_000
        self.assertLess(grown("ab"), most)
        self.assertLess(grown("b"), most)

    def test_nested_subrequests(self):
        def respond(request):
            target = request.line.split()[1]
            body = b"[end]"
            if target in ("/page", "/a1", "/b2"):
                following = {"/page": "/a1", "/a1": "/b2", "/b2": "/a3"}[target]
                body = f'<!--# include virtual="{following}" -->'.encode()
            return answer(body, fields=["Content-Type: text/html"])

        arrived = self.arrivals(f"""ssi on;
            location / {{ {TO_APP} }}
            location /b {{ {TO_B3} {TO_APP} }}""", "/page", response=respond)
        self.assertEqual(arrived, {"/page": W3C, "/a1": W3C, "/b2": {"b3": B3}, "/a3": W3C})

    def test_the_second_upstream_gets_the_same(self):
        def behave(connection, _):
            connection.head()  # and then it ends

        bad = peers.Upstream(behave)
        self.addCleanup(bad.stop)
        app = self.app()
        nginx = self.nginx(f"""upstream both {{ server @bad; server @app backup; }}
            server {{ listen @front; {FRONT} location / {{ proxy_pass http://both; }} }}""",
                           upstreams={"bad": bad, "app": app}).start()
        self.assertEqual(nginx.get("/", {"b3": B3})[0], 200)
        self.assertEqual(traces(app.received[-1]), W3C)


if __name__ == "__main__":
    server.unittest.main()
