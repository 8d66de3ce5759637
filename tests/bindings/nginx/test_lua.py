# SPDX-License-Identifier: Apache-2.0
"""Beside Lua, which makes subrequests and adds fields in phases in which nginx's own modules do not."""

import os

import peers
import server
from service import TRACE_ID, TRACEPARENT, TRACEPARENT_FORM

MODULES = os.environ["NGINX_LUA"].split(":")
IDS = "baton on; baton_tracer ids; "
TO_APP = "proxy_pass http://@app;"


class Lua(server.TestCase):
    def test_a_subrequest_before_the_request_is_read(self):
        """The client's request has one trace and one span, whoever asks for them first."""
        app = self.app()
        nginx, _ = self.serve(IDS + f"""
            location /before {{ rewrite_by_lua_block {{ ngx.location.capture("/check") }} {TO_APP} }}
            location /check {{ rewrite_by_lua_block {{ ngx.req.clear_header("traceparent") }}
                               {TO_APP} }}""", app, others=MODULES)
        for fields in ({}, {"traceparent": TRACEPARENT}):
            app.received.clear()
            self.assertEqual(nginx.get("/before", fields)[0], 200)
            ids = [TRACEPARENT_FORM.match(request["traceparent"]).groups()
                   for request in app.received]
            self.assertEqual(len(ids), 2)
            self.assertEqual(ids[0], ids[1])
            self.assertEqual(ids[0][0] == TRACE_ID, bool(fields))

    def test_fields_that_requests_add_to_a_list_that_they_share(self):
        # With a capture in place of the exec, nginx sometimes waits for ever, also without the module.
        parts = ["a", "b", "c"]
        page = "".join(f'<!--# include virtual="/part?name={part}" -->' for part in parts).encode()
        calls = ", ".join(f'{{"/part", {{args="name={part}"}}}}' for part in parts)
        for title, page_location in {
                "nginx's subrequests": f"ssi on; {TO_APP}",
                "Lua's": f"""baton off;
                    content_by_lua_block {{ ngx.location.capture_multi{{ {calls} }} }}"""}.items():
            with self.subTest(title):
                app = self.app(peers.HttpApp, lambda request: peers.answer(
                    page if "/page" in request.line else b"", fields=["Content-Type: text/html"]))
                nginx, _ = self.serve(f"""baton on; baton_extract tracecontext,b3;
                    location /page {{ {page_location} }}
                    location /part {{ content_by_lua_block {{
                      ngx.req.set_header("X-Part", ngx.var.arg_name)
                      ngx.sleep(0.05)
                      ngx.exec("/app", "name=" .. ngx.var.arg_name) }} }}
                    location /app {{ {TO_APP} }}""", app, others=MODULES)
                b3 = "b3: 80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-1"
                # The list of the location has no field, one, some, and more than an array of nginx.
                for fields in (["tracestate: a=1"], [b3], ["a: 1", b3, "c: 3"],
                               [b3, *(f"a{i}: 1" for i in range(30))]):
                    app.received.clear()
                    head = "\r\n".join(["GET /page HTTP/1.0", *fields])
                    self.assertIn(b" 200 OK", nginx.send(f"{head}\r\n\r\n".encode()).splitlines()[0])
                    self.assertCountEqual(
                        [(request.line.split()[1], request["x-part"]) for request in app.received
                         if "/page" not in request.line],
                        [(f"/app?name={part}", part) for part in parts], fields)


if __name__ == "__main__":
    server.unittest.main()
