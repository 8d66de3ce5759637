# SPDX-License-Identifier: Apache-2.0
"""On the path of a request the module takes memory from the request's pool only. Without memory for a
configuration, that fails, and nothing else."""

import os
import pathlib
import re
import signal
import struct
import tempfile

import peers
import server
from service import SPAN_ID, TRACE_ID, TRACEPARENT
from test_propagation import B3, MULTI

LONG = ",".join(f"key{i}={'v' * 40}" for i in range(60))
REQUESTS = {
    "W3C": {"traceparent": TRACEPARENT, "tracestate": "a=1,b=2", "baggage": "tenant=t,user=u"},
    "long lists": {"traceparent": TRACEPARENT, "tracestate": LONG[:400], "baggage": LONG},
    "lists in parts": [("traceparent", TRACEPARENT), ("tracestate", "a=1"), ("tracestate", "b=2"),
                       ("baggage", "a=1"), ("baggage", "a=2;p=1"), ("baggage", "b=3")],
    "B3": {"b3": B3, "baggage": "a=1"},
    "B3 multi": MULTI,
    "both": {"b3": B3, "traceparent": TRACEPARENT, "tracestate": "a=1"},
    "other ids": {"b3": f"{'1' * 32}-{SPAN_ID}-d", "traceparent": TRACEPARENT, "tracestate": "a=1"},
    "debug": {"b3": f"{TRACE_ID}-{SPAN_ID}-d", "tracestate": "ot=th:8"},
    "OpenTelemetry's member": {"traceparent": TRACEPARENT, "tracestate": "a=1,ot=th:8;rv:" +
                               "0123456789abcd"},
    "malformed": {"traceparent": "x", "b3": "y", "baggage": "z,=,a=\x01"},
    "X-Ray": {"x-amzn-trace-id": "Root=1-5759e988-bd862e3fe1be46a994272793;"
                                 "Parent=53995c3f42cd8ad8;Sampled=1"},
    "Google Cloud": {"x-cloud-trace-context": "105445aa7843bc8bf206b12000100000/1;o=1"},
    "Datadog": {"x-datadog-trace-id": "81985529216486895", "x-datadog-parent-id": "6766797444",
                "x-datadog-sampling-priority": "2", "x-datadog-origin": "synthetics",
                "x-datadog-tags": "_dd.p.dm=-4,_dd.p.tid=640cfd8d00000000"},
    "Jaeger": {"uber-trace-id": f"{TRACE_ID}:{SPAN_ID}:0:1", "jaeger-baggage": "plan=gold, a=b",
               **{f"uberctx-Tenant{i}": "Am%C3%A9lie+%2C" * 3 for i in range(20)}},
    "OT": {"ot-tracer-traceid": TRACE_ID, "ot-tracer-spanid": SPAN_ID, "ot-tracer-sampled": "true",
           **{f"ot-baggage-key{i}": "value of a member" for i in range(20)}},
    "Jaeger, much": {"uber-trace-id": f"{TRACE_ID}:{SPAN_ID}:0:1", "uberctx-" + "k" * 300: "v",
                     "Uberctx-Key1": "+" * 400, **{f"uberctx-key{i}": "%41" * 50 for i in range(60)}},
    "Jaeger, too much": {"jaeger-debug-id": "why",
                         **{f"uberctx-key{i}": "%" * 60 for i in range(200)}},
    "OT, much": {"ot-tracer-traceid": TRACE_ID, "ot-tracer-spanid": SPAN_ID,
                 **{f"OT-Baggage-KEY{i}": "v" * 100 for i in range(60)}},
    "keys in two cases": {"traceparent": TRACEPARENT, "tracestate": "dd=s:2;t.dm:-4",
                          "uber-trace-id": f"{TRACE_ID}:{SPAN_ID}:0:1", "uberctx-tenant": "4",
                          "baggage": "Tenant=1,tenant=2,tenant=3,key1x=" + "%C3%A9" * 90},
    "nothing": {},
}
LOCATIONS = """
    log_format ids "$baton_trace_id $baton_span_id $baton_parent_id $baton_sampled $baton_format "
                   "$baton_baggage_tenant $baton_baggage_key59";
    server { listen @front; access_log FOLDER/access.log ids; proxy_http_version 1.1;
      proxy_buffer_size 5k; proxy_buffers 8 5k;
      baton on; baton_extract FORMATS; baton_inject FORMATS;
      location / { proxy_pass http://@app; }
      location /first { baton_policy first_match; proxy_pass http://@app; }
      location /ids { baton_tracer ids; baton_response on; proxy_pass http://@app;
        baton_sampler parentbased_traceidratio 0.5; }
      location /always { baton_tracer ids; baton_sampler traceidratio 1; proxy_pass http://@app; }
      location /trust { baton_callers full baggage=tenant,key1*;
        baton_upstream context baggage=key1*; proxy_pass http://@app; }
      location /restart { baton_callers restart; baton_tracer ids; proxy_pass http://@app; }
      location /again { error_page 404 = /ids; return 404; }
      location /twice { auth_request /auth; proxy_pass http://@app; }
      location /auth { internal; baton_inject b3multi; proxy_pass http://@app/auth; }
      location = /metrics { baton_metrics; }
    }"""
TARGETS = ("/", "/first", "/ids", "/always", "/trust", "/restart", "/again", "/twice", "/metrics")


class Memory(server.TestCase):
    def make(self, formats):
        counter = tempfile.NamedTemporaryFile()
        self.addCleanup(counter.close)
        counter.write(bytes(32))
        counter.flush()
        self.counter = pathlib.Path(counter.name)
        self.upstream = self.app()
        nginx = self.nginx(LOCATIONS.replace("FORMATS", formats), upstreams={"app": self.upstream},
                           env={"LD_PRELOAD": os.environ["COUNT_ALLOCATIONS"],
                                "ALLOCATIONS": counter.name})
        nginx.path.write_text(nginx.path.read_text().replace("FOLDER", str(nginx.folder)))
        return nginx

    def start(self, formats):
        return self.make(formats).start()

    def allocations(self):
        return int.from_bytes(self.counter.read_bytes()[:8], "little")

    def let_malloc_fail(self, size):
        with self.counter.open("r+b") as counter:
            counter.seek(8)
            counter.write(size.to_bytes(8, "little"))

    def test_no_request_takes_memory_from_elsewhere(self):
        nginx = self.start("tracecontext,baggage,b3,b3multi,jaeger,xray,datadog,gcp,opencensus,"
                           "ottrace")
        # The configuration does: the counter counts.
        self.assertGreater(self.allocations(), 50)
        count = 0
        for round_ in range(8):
            for target in TARGETS:
                for name, fields in REQUESTS.items():
                    before = self.allocations()
                    with self.subTest(name, target=target, round=round_):
                        self.assertEqual(nginx.get(target, fields)[0], 200)
                        self.assertEqual(self.allocations() - before, 0)
                    count += 1
        self.assertGreater(count, 1000)
        self.assertEqual(len(re.findall(" ", "".join(nginx.log(lines=count - 1)))) % 6, 0)

    def test_without_memory_a_request_fails_and_nothing_else(self):
        nginx = self.start("jaeger")
        before = self.allocations()
        fields = {"uber-trace-id": f"{TRACE_ID}:{SPAN_ID}:0:1", "uberctx-tenant": "+" * 2000}

        def is_sent():
            status = nginx.get("/", fields)[0]
            self.assertIn(status, (200, 500))
            if status == 200:
                self.assertEqual(self.upstream.received[-1]["uberctx-tenant"], "%20" * 2000)
            return status == 200

        self.assertTrue(is_sent())
        self.let_malloc_fail(4096)  # one that the encoded value needs; nginx needs others
        self.assertFalse(is_sent())
        self.assertEqual(nginx.get("/", {**fields, "uberctx-tenant": "t"})[0], 200)
        self.let_malloc_fail(0)
        self.assertTrue(is_sent())
        self.assertEqual(self.allocations(), before)

    def let_new_throw(self, number):
        """The call with that number, counted from now on and from one; zero: none."""
        with self.counter.open("r+b") as counter:
            counter.seek(16)
            counter.write(number.to_bytes(8, "little") + bytes(8))

    def has_new_thrown(self):
        throwing, calls = struct.unpack("<QQ", self.counter.read_bytes()[16:])
        return 0 < throwing <= calls

    def test_without_memory_a_configuration_fails(self):
        nginx = self.make("tracecontext,baggage,b3")
        for number in range(1, 2000):
            self.let_new_throw(number)
            status, said = nginx.test()
            if not self.has_new_thrown():
                self.assertEqual(status, 0, said)
                break
            with self.subTest(number=number):
                self.assertEqual(status, 1, said)
                self.assertIn("baton: no memory in ", said)
        self.assertGreater(number, 50)

    def test_without_memory_a_reload_leaves_the_configuration_in_place(self):
        nginx = self.start("tracecontext,baggage,b3")
        workers = nginx.children()
        for number in (1, 10, 40):
            self.let_new_throw(number)
            failures = nginx.error_log().count("baton: no memory")
            nginx.process.send_signal(signal.SIGHUP)
            server.wait_until(lambda: nginx.error_log().count("baton: no memory") > failures,
                              "a reload fails")
            self.let_new_throw(0)
            self.assertEqual(nginx.get("/ids", REQUESTS["W3C"])[0], 200)
            self.assertEqual(nginx.children(), workers)
        nginx.wait_for_the_end_of(nginx.reload())
        self.assertEqual(nginx.get("/ids", REQUESTS["W3C"])[0], 200)

    def test_a_reload_frees_what_the_old_configuration_held(self):
        locations = "".join(f"location /{i} {{ baton on; baton_callers full baggage=key{i}; }}"
                            for i in range(1000))
        nginx = self.nginx(f"server {{ listen @front; {locations} }}", workers=1).start()

        def resident_kilobytes():
            status = pathlib.Path(f"/proc/{nginx.process.pid}/status").read_text("ascii")
            return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1])

        def reload(times):
            for _ in range(times):
                nginx.wait_for_the_end_of(nginx.reload())
            return resident_kilobytes()

        before = reload(3)
        self.assertLess(reload(10), before + 2000)

    def test_formats_alone(self):
        for formats in ("jaeger", "ottrace", "tracecontext,baggage", "b3"):
            nginx = self.start(formats)
            before = self.allocations()
            for target in TARGETS:
                for name, fields in REQUESTS.items():
                    with self.subTest(name, target=target, formats=formats):
                        self.assertEqual(nginx.get(target, fields)[0], 200)
                        self.assertEqual(self.allocations(), before)


if __name__ == "__main__":
    server.unittest.main()
