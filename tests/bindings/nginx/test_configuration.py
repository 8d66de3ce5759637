# SPDX-License-Identifier: Apache-2.0
"""What `nginx -t` says of directives, and how blocks inherit them."""

import subprocess

import server
from service import SPAN_ID, TRACE_ID, TRACEPARENT
from test_propagation import B3, traces

# A wrong directive, and what nginx says of it.
WRONG = {
    "baton maybe;": 'invalid value "maybe" in "baton" directive, it must be "on" or "off"',
    "baton;": 'invalid number of arguments in "baton" directive',
    "baton on; baton off;": '"baton" directive is duplicate',
    "baton_extract b4;": "baton_extract: unknown propagator 'b4', known: tracecontext, baggage, b3, ",
    "baton_extract tracecontext,nonsense,b3;": "baton_extract: unknown propagator 'nonsense'",
    "baton_extract none,b3;": "baton_extract: 'none' excludes all other propagators",
    "baton_extract b3; baton_extract b3;": '"baton_extract" directive is duplicate',
    "baton_extract;": 'invalid number of arguments in "baton_extract" directive',
    "baton_inject tracecontext b4;": "baton_inject: unknown propagator 'b4'",
    "baton_policy first;": 'invalid value "first"',
    "baton_callers some;": "baton_callers: unknown word 'some', known: all, full, keep_ids, restart, "
                           "baggage in 'some'",
    "baton_callers full restart;": "baton_callers: 'full', 'keep_ids' and 'restart' exclude each "
                                   "other in 'full restart'",
    "baton_callers full baggage=a=b;": "'a=b' is not a baggage key",
    "baton_upstream some;": "baton_upstream: unknown word 'some', known: all, none, context, ",
    "baton_upstream all none;": "baton_upstream: 'all' and 'none' exclude all other words",
    "baton_upstream tracestate;": "baton_upstream: 'tracestate' without 'context'",
    'baton_upstream "context; *: all";': "baton_upstream: ';' in 'context; *: all'",
    "baton_tracer span;": 'invalid value "span"',
    "baton_sampler sometimes;": "baton_sampler: unknown sampler 'sometimes', known: always_on, ",
    "baton_sampler traceidratio 2;": "baton_sampler: the argument of sampler 'traceidratio' is '2', "
                                     "but must be a number from 0 to 1",
    "baton_sampler always_on 1;": "baton_sampler: ",
    "baton_sampler always_on; baton_sampler always_on;": '"baton_sampler" directive is duplicate',
    "baton_sampler a b c;": 'invalid number of arguments in "baton_sampler" directive',
    "baton_response traceresponse;": 'it must be "on" or "off"',
    "baton_b3_short_trace_ids yes;": 'it must be "on" or "off"',
    "baton_metrics;": '"baton_metrics" directive is not allowed here',
    "location /m { baton_metrics on; }": 'invalid number of arguments in "baton_metrics" directive',
    "location /m { baton_metrics; baton_metrics; }": '"baton_metrics" directive is duplicate',
    "baton_trace on;": 'unknown directive "baton_trace"',
    "set $baton_trace_id x;": 'the duplicate "baton_trace_id" variable',
}


class Wrong(server.TestCase):
    def test_each_is_named_with_its_place(self):
        for directive, message in WRONG.items():
            with self.subTest(directive):
                nginx = self.nginx(f"server {{ listen @front;\n{directive}\n}}")
                status, said = nginx.test()
                self.assertEqual(status, 1)
                self.assertIn(message, said)
                line = nginx.path.read_text().split("\n").index(directive) + 1
                self.assertRegex(said, rf"^nginx: \[emerg\] .* in {nginx.path}:{line}\n")
                self.assertNotRegex(said, r"\(\d+: ")  # an error of the system

    def test_a_long_value_does_not_hide_its_place(self):
        for directive in ("baton_extract", "baton_callers", "baton_upstream", "baton_sampler"):
            nginx = self.nginx(f"{directive} {'x' * 2000};")
            status, said = nginx.test()
            self.assertEqual(status, 1)
            self.assertRegex(said, rf"{directive}: .* in {nginx.path}:\d+\n")

    def test_all_that_is_right(self):
        everywhere = """baton on; baton_extract tracecontext , baggage b3,b3multi jaeger;
            baton_inject none; baton_policy last_wins; baton_callers keep_ids baggage=a,b.*;
            baton_upstream context tracestate baggage; baton_tracer ids;
            baton_sampler parentbased_baton_rate_limited 10; baton_response on;
            baton_b3_short_trace_ids on; baton_sampling_in_tracestate off;"""
        nginx = self.nginx(f"""{everywhere} server {{ listen @front; {everywhere}
            location / {{ {everywhere} if ($arg_a) {{ baton off; }} }}
            location /m {{ baton_metrics; }} }}""")
        self.assertEqual(nginx.test(), (0, ""))

    def test_zones_of_others(self):
        nginx = self.nginx("limit_req_zone $uri zone=baton:1m rate=1r/s; baton on; "
                           "server { listen @front; location /m { baton_metrics; } }")
        self.assertEqual(nginx.test(), (0, ""))

    def test_all_formats(self):
        names = ("tracecontext,baggage,b3,b3multi,jaeger,xray,ottrace,datadog,gcp,opencensus,"
                 "xray-lambda")
        nginx = self.nginx(f"baton on; baton_extract {names}; baton_inject {names};")
        self.assertEqual(nginx.test(), (0, ""))

    def test_unused_it_does_nothing(self):
        nginx, app = self.serve("location / { proxy_pass http://@app; }")
        fields = {"b3": B3, "traceparent": TRACEPARENT}
        nginx.get("/", fields)
        self.assertEqual(traces(app.received[0]), fields)


class Module(server.TestCase):
    def test_it_needs_nothing_else(self):
        """But libraries that every Debian has. nginx has the functions of nginx."""
        head = subprocess.run(["objdump", "-p", server.MODULE], capture_output=True, text=True,
                              check=True).stdout
        needed = {line.split()[1] for line in head.splitlines() if line.strip().startswith("NEEDED")}
        self.assertLessEqual(needed, {"libstdc++.so.6", "libm.so.6", "libgcc_s.so.1", "libc.so.6",
                                      "ld-linux-x86-64.so.2"})

    def test_it_shows_only_what_nginx_looks_for(self):
        """So that it does not meet Baton in another module."""
        names = subprocess.run(["nm", "-D", "--defined-only", server.MODULE], capture_output=True,
                               text=True, check=True).stdout
        self.assertEqual(sorted(line.split()[-1] for line in names.splitlines()),
                         ["ngx_module_names", "ngx_module_order", "ngx_modules"])


class Inheritance(server.TestCase):
    def test_of_each_directive(self):
        """An inner block changes what it says, and has the rest of the outer one."""
        app = self.app()
        nginx = self.nginx("""
            baton on; baton_extract b3; baton_inject b3;
            server { listen @front; proxy_http_version 1.1;
              location / { proxy_pass http://@app; }
              location /write { baton_inject tracecontext; proxy_pass http://@app;
                location /write/off { baton off; proxy_pass http://@app; }
                location /write/w3c { baton_extract tracecontext; proxy_pass http://@app; } }
              location /if { if ($arg_off) { baton off; } proxy_pass http://@app; } }
            server { listen @second; baton off; baton_inject b3multi;
              location / { proxy_pass http://@app; }
              location /on { baton on; proxy_pass http://@app; } }
            """, upstreams={"app": app}).start()
        b3, w3c = {"b3": B3}, {"traceparent": TRACEPARENT}
        multi = {"x-b3-traceid": TRACE_ID, "x-b3-spanid": SPAN_ID, "x-b3-sampled": "1"}
        for name, target, fields, expected in (
                ("front", "/", b3, b3), ("front", "/", {**b3, **w3c}, {**b3, **w3c}),
                ("front", "/write", b3, w3c), ("front", "/write/off", b3, b3),
                ("front", "/write/w3c", {**b3, "traceparent": w3c["traceparent"]}, {**b3, **w3c}),
                ("front", "/if", b3, b3), ("front", "/if?off=1", {**b3, **multi}, {**b3, **multi}),
                ("second", "/", b3, b3), ("second", "/on", b3, multi)):
            with self.subTest(target=target, name=name):
                self.assertEqual(nginx.get(target, fields, name)[0], 200)
                self.assertEqual(traces(app.received[-1]), expected)


if __name__ == "__main__":
    server.unittest.main()
