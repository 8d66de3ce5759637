# SPDX-License-Identifier: Apache-2.0
"""Beside headers-more, which changes the fields of requests as well: what it does to them must be
what it does without the module, in each location that a request passes."""

import os
import re

import peers
import server
from service import TRACEPARENT
from test_propagation import B3, TRACE_FIELDS, traces

HEADERS_MORE = os.environ["NGINX_HEADERS_MORE"]
FRONT = "baton on; baton_extract tracecontext,baggage,b3; baton_policy first_match; "
TO_APP = "proxy_pass http://@app;"
# The second location's: the same lists, another one, and the client's own.
SETUPS = {"same": "", "b3": "baton_inject b3;", "both": "baton_inject b3,b3multi,tracecontext;",
          "off": "baton off;"}
FIELDS = [("X-First", "1"), ("b3", B3), ("X-Foo", "old"), ("Authorization", "old"),
          ("User-Agent", "old"), ("X-Real-IP", "old"), ("X-Forwarded-For", "10.0.0.1"),
          ("Cookie", "a=1"), ("X-Foo-Two", "old"), ("baggage", "k=v"), ("X-Last", "1")]
# headers-more crashes if a subrequest removes the last field of all, also without the module.
IN_SUBREQUESTS = [*FIELDS, ("Accept", "1")]
COMMANDS = ["", *(f"more_clear_input_headers {names};" for names in
                  ("X-Foo", "X-First", "X-Last", "Authorization", "User-Agent", "Cookie",
                   "X-Forwarded-For", "X-None", "X-Foo X-Last", "X-*", "X-First X-Foo Cookie X-Last",
                   "Authorization User-Agent Cookie X-Forwarded-For")),
            *(f"more_set_input_headers '{field}';" for field in
              ("X-Foo: new", "X-First: new", "Authorization: new", "User-Agent: new", "Cookie: new",
               "X-Forwarded-For: new", "X-Real-IP: new", "X-New: new", "Range: bytes=0-")),
            "".join(f"more_set_input_headers 'X-New-{i}: new';" for i in range(30)),
            "more_set_input_headers 'X-New: 1'; more_clear_input_headers X-New X-Foo;"]


class OtherModules(server.TestCase):
    @staticmethod
    def others(requests):
        """All fields but those of traces."""
        return [sorted((name.lower(), value) for name, value in one.fields
                       if name.lower() not in (*TRACE_FIELDS, "host")) for one in requests]

    def assert_same(self, locations, targets, fields=FIELDS, response=peers.answer()):
        """With one nginx for all requests."""
        apps = [self.app(peers.HttpApp, response) for _ in range(2)]
        without = re.sub(r"baton(_\w+)? [^;]*;", "", FRONT + locations)
        without = re.sub(r"\$baton_\w+", "$request_id", without)
        nginxes = [
            self.nginx(f"server {{ listen @front; {lines} }}", upstreams={"app": app},
                       module=module, others=[HEADERS_MORE], workers=1).start()
            for app, module, lines in zip(apps, (server.MODULE, None), (FRONT + locations, without))]
        got = {}
        for title, target in targets.items():
            with self.subTest(title):
                for app, nginx in zip(apps, nginxes):
                    app.received.clear()
                    self.assertEqual(nginx.get(target, fields)[0], 200)
                ours, theirs = (self.others(app.received) for app in apps)
                self.assertEqual(ours, theirs)
                got[title] = [traces(one) for one in apps[0].received]
        return got

    def test_behind_a_redirect(self):
        locations, targets = "", {}
        for setup, directives in SETUPS.items():
            for command in COMMANDS:
                number = len(targets)
                locations += f"""location = /{number} {{ try_files /none /to{number}; }}
                    location = /to{number} {{ {directives} {command} {TO_APP} }}"""
                targets[setup, command] = f"/{number}"
        expected = {"same": {"traceparent": TRACEPARENT, "baggage": "k=v"}, "b3": {"b3": B3},
                    "off": {"b3": B3, "baggage": "k=v"}}
        got = self.assert_same(locations, targets)
        self.assertEqual(len(got), len(targets))
        for (setup, command), arrived in got.items():
            if setup in expected:
                self.assertEqual(arrived, [expected[setup]], (setup, command))

    def test_behind_two_redirects(self):
        locations, targets = "", {}
        for command in COMMANDS:
            number = len(targets)
            locations += f"""location = /{number} {{ try_files /none /via{number}; }}
                location = /via{number} {{ baton_inject b3; {command} try_files /none /to{number}; }}
                location = /to{number} {{ baton off; {TO_APP} }}"""
            targets[command] = f"/{number}"
        for command, arrived in self.assert_same(locations, targets).items():
            self.assertEqual(arrived, [{"b3": B3, "baggage": "k=v"}], command)

    def test_in_a_subrequest(self):
        locations, targets = "", {}
        for setup, directives in SETUPS.items():
            for command in COMMANDS:
                number = len(targets)
                locations += f"""location = /{number} {{ auth_request /to{number}; {TO_APP} }}
                    location = /to{number} {{ {directives} {command}
                                              proxy_pass http://@app/to{number}; }}"""
                targets[setup, command] = f"/{number}"
        for title, (_, behind) in self.assert_same(locations, targets,
                                                       IN_SUBREQUESTS).items():
            self.assertEqual(behind, {"traceparent": TRACEPARENT, "baggage": "k=v"}, title)

    def test_in_many_subrequests(self):
        """Which use the same list as long as nothing else changes."""
        kinds = ["a", "b", "set", "b", "clear", "b", "off", "b", "new", "b", "a", "b", "b"]
        page = "".join(f'<!--# include virtual="/{kind}?{i}" wait="yes" -->'
                       for i, kind in enumerate(kinds)).encode()

        def respond(request):
            is_page = "/page" in request.line
            return peers.answer(page if is_page else b"",
                                fields=["Content-Type: text/html"] if is_page else [])

        locations = f"""location / {{ ssi on; {TO_APP} }}
            location /b {{ baton_inject b3; {TO_APP} }}
            location /off {{ baton off; {TO_APP} }}
            location /set {{ baton_inject b3; {TO_APP}
              more_set_input_headers "X-Foo: new" "Authorization: new"; }}
            location /clear {{ baton_inject b3; {TO_APP} more_clear_input_headers X-First; }}
            location /new {{ baton_inject b3; {TO_APP} more_set_input_headers "X-New: new"; }}"""
        got = self.assert_same(locations, {"": "/page"}, IN_SUBREQUESTS, respond)[""]
        w3c = {"traceparent": TRACEPARENT, "baggage": "k=v"}
        expected = [{"a": w3c, "off": {"b3": B3, "baggage": "k=v"}}.get(kind, {"b3": B3})
                    for kind in kinds]
        self.assertEqual(got, [w3c, *expected])

    def test_behind_a_variable(self):
        """Which made the module read the request before the other one changed it."""
        locations, targets = "", {}
        for command in COMMANDS:
            number = len(targets)
            locations += f"""location = /{number} {{ set $known $baton_trace_id;
                                               {command} {TO_APP} }}
                location = /then{number} {{ set $known $baton_trace_id; {command}
                                            try_files /none /off; }}"""
            targets[command] = f"/{number}"
            targets[command, "off"] = f"/then{number}"
        self.assert_same(locations + f"location = /off {{ baton off; {TO_APP} }}", targets)

    def test_fields_of_traces(self):
        """What it removes or sets in place of ours is not undone where the module is off."""
        app = self.app()
        nginx, _ = self.serve(FRONT + f"""
            location = /clear {{ try_files /none /cleared; }}
            location = /cleared {{ baton off; more_clear_input_headers traceparent baggage; {TO_APP} }}
            location = /set {{ try_files /none /mine; }}
            location = /mine {{ baton off; more_set_input_headers "traceparent: mine"; {TO_APP} }}
            location = /ours {{ try_files /none /again; }}
            location = /again {{ more_set_input_headers "traceparent: mine" "b3: mine"; {TO_APP} }}
            """, app, others=[HEADERS_MORE])
        fields = {"Traceparent": TRACEPARENT, "tracestate": "bad", "baggage": "k=v , l=w"}
        for target, expected in (
                ("/clear", {"tracestate": "bad"}),
                ("/set", {"traceparent": "mine", "tracestate": "bad", "baggage": "k=v , l=w"}),
                ("/ours", {"traceparent": TRACEPARENT, "baggage": "k=v,l=w"})):
            nginx.get(target, fields)
            self.assertEqual(traces(app.received[-1]), expected, target)


if __name__ == "__main__":
    server.unittest.main()
