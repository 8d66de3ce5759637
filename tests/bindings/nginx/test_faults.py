# SPDX-License-Identifier: Apache-2.0
"""Each call of the module into nginx fails once. Then the request, or the configuration, fails, and
nothing else."""

import contextlib
import os
import pathlib
import re
import shutil
import signal
import tempfile

import server
from service import SPAN_ID, TRACE_ID, TRACEPARENT
from test_propagation import B3

MODULE = os.environ["NGINX_MODULE_WITH_FAULTS"]
FUNCTIONS = set(os.environ["NGINX_FUNCTIONS"].split())
FORMATS = "tracecontext,baggage,b3,jaeger"
LONG = ",".join(f"key{i}={'v' * 40}" for i in range(60))
REQUESTS = {
    "W3C": {"traceparent": TRACEPARENT, "tracestate": "a=1,ot=th:8",
            "baggage": "tenant=t,user=u,tenant=longer"},
    "lists in parts": [("b3", B3), ("baggage", "a=1"), ("baggage", "tenant=t"),
                       ("tracestate", "a=1"), ("traceparent", TRACEPARENT), ("tracestate", "b=2")],
    "Jaeger": {"uber-trace-id": f"{TRACE_ID}:{SPAN_ID}:0:1",
               **{f"uberctx-Tenant{i}": "Am%C3%A9lie+%2C" * 3 for i in range(30)}},
    "long": {"traceparent": TRACEPARENT, "baggage": LONG},
    "nothing": {},
}
LOCATIONS = f"""
    log_format ids "$baton_trace_id $baton_span_id $baton_parent_id $baton_sampled $baton_format "
                   "$baton_baggage_tenant";
    server {{ listen @front; access_log FOLDER/access.log ids;
      baton on; baton_extract {FORMATS}; baton_inject {FORMATS};
      location / {{ proxy_pass http://@app; }}
      location /ids {{ baton_tracer ids; baton_response on; baton_policy first_match;
        baton_sampler parentbased_traceidratio 1; proxy_pass http://@app; }}
      location /trust {{ baton_callers full baggage=tenant; baton_upstream context baggage=tenant;
        baton_b3_short_trace_ids on; proxy_pass http://@app; }}
      location /early {{ set $early $baton_trace_id; set $later $baton_trace_id;
        set $tenant $baton_baggage_tenant; proxy_pass http://@app; }}
      location /again {{ error_page 403 = /ids; deny all; }}
      location /out {{ error_page 403 = /off; baton_inject b3; deny all; }}
      location /off {{ baton off; proxy_pass http://@app; }}
      location = /metrics {{ baton_metrics; }}
    }}"""
TARGETS = ("/", "/ids", "/trust", "/early", "/again", "/out", "/metrics")


class Faults(server.TestCase):
    failed = set()

    def setUp(self):
        self.logged = 0
        file = tempfile.NamedTemporaryFile()
        self.addCleanup(file.close)
        self.numbers = pathlib.Path(file.name)
        self.let_fail(0)

    def let_fail(self, number):
        """The call with that number, counted from now on and from one; zero: none."""
        with self.numbers.open("r+b") as numbers:
            numbers.write(bytes(8) + number.to_bytes(8, "little") + bytes(48))

    def what_failed(self):
        """The function of which a call has failed; empty: none."""
        name = self.numbers.read_bytes()[16:].rstrip(b"\0").decode()
        if name:
            self.failed.add(name)
        return name

    def each_failure(self, most=400):
        """Lets one call fail after the other; the user of it breaks off when none has."""
        for number in range(1, most):
            self.let_fail(number)
            yield number
            if not self.what_failed():
                self.let_fail(0)
                return
        self.fail("there is no end of calls")

    def make(self, kind=server.Nginx, **options):
        self.upstream = self.app()
        nginx = kind(LOCATIONS, module=MODULE, upstreams={"app": self.upstream},
                     env={"FAULTS": str(self.numbers)}, **options)
        self.addCleanup(nginx.remove)
        nginx.path.write_text(nginx.path.read_text().replace("FOLDER", str(nginx.folder)))
        return nginx

    def fields(self):
        """What the upstream got last of all formats, without ids that differ each time."""
        return [(name.lower(), re.sub(r"[0-9a-f]{16,32}", "ID", value))
                for name, value in self.upstream.received[-1].fields]

    def status(self, nginx, target, request):
        """Of the response; None if nginx closes the connection instead. When it returns, the
        request is over: nginx logs it after the response, and asks for variables then."""
        status = None
        with contextlib.suppress(ConnectionError, AttributeError, IndexError, ValueError):
            status = nginx.get(target, request)[0]
        self.logged += 1
        nginx.log(lines=self.logged)
        return status

    @staticmethod
    def allowed(function):
        """What may become of a request if that call has failed."""
        if function == "ngx_http_discard_request_body":
            return (500,)
        return (200, 500, None) if function else (200,)

    def fail_requests(self, nginx, targets=TARGETS):
        for target in targets:
            for name, request in REQUESTS.items():
                self.assertEqual(self.status(nginx, target, request), 200)
                whole = self.fields()
                failures = 0
                for number in self.each_failure():
                    before = len(self.upstream.received)
                    status = self.status(nginx, target, request)
                    function = self.what_failed()
                    with self.subTest(name, target=target, number=number, function=function):
                        self.assertIn(status, self.allowed(function))
                        sent = len(self.upstream.received) - before
                        self.assertLessEqual(sent, 1)
                        if sent:
                            self.assertEqual(self.fields(), whole)
                        failures += 1 if function else 0
                self.assertGreater(failures, 0)

    def test_requests(self):
        nginx = self.make(workers=1).start()
        workers = nginx.children()
        self.fail_requests(nginx)
        self.assertEqual(nginx.children(), workers)
        # nginx has asked for the length of a variable, and then got a longer one.
        self.assertNotIn("no buffer space", nginx.error_log())

    def test_a_variable_that_once_cannot_be_had_is_empty(self):
        """nginx asks for its length first. Both answers agree, also if an earlier one was given."""
        nginx = self.make(workers=1)
        nginx.path.write_text(nginx.path.read_text().replace("location = /metrics", """
            location /first { access_log off; set $first $baton_trace_id; rewrite ^ /second last; }
            location /second { access_log off; baton_inject b3; set $second "<$baton_trace_id>";
              add_header X-Second $second; return 204; }
            location = /metrics"""))
        nginx.start()
        seen = set()
        for _ in self.each_failure():
            try:
                _, head, _ = nginx.get("/first", REQUESTS["W3C"])
            except (ConnectionError, AttributeError, IndexError, ValueError):
                continue
            if found := re.search(rb"X-Second: (.*)\r", head):
                seen.add(found[1].decode())
        self.assertEqual(seen, {"<>", f"<{TRACE_ID}>"})
        self.assertNotIn("no buffer space", nginx.error_log())

    def extractions(self, nginx):
        """So many are counted. No call fails from here on."""
        self.let_fail(0)
        self.logged += 1
        return nginx.metrics()["baton_extractions_total"]

    def test_a_request_that_cannot_be_read_is_counted_once(self):
        """For each of its locations: the variables of the log do not read it again."""
        nginx = self.make(workers=1).start()
        for target, locations in (("/", 1), ("/ids", 1), ("/early", 1), ("/again", 2)):
            for name in ("lists in parts", "Jaeger"):
                before = self.extractions(nginx)
                for number in range(1, 400):
                    self.let_fail(number)
                    self.status(nginx, target, REQUESTS[name])
                    function = self.what_failed()
                    after = self.extractions(nginx)
                    with self.subTest(name, target=target, number=number, function=function):
                        self.assertLessEqual(after - before, locations)
                    if not function:
                        self.assertEqual(after - before, locations)
                        break
                    before = after
                else:
                    self.fail("there is no end of calls")

    def test_configurations(self):
        nginx = self.make(workers=1)
        failures = 0
        for number in self.each_failure():
            status, said = nginx.test()
            with self.subTest(number=number, function=self.what_failed()):
                self.assertEqual(status, 1 if self.what_failed() else 0, said)
                failures += status
        self.assertGreater(failures, 20)

    def test_reloads(self):
        """A configuration that cannot be made leaves the old one in place."""
        nginx = self.make(workers=1).start()
        for number in (1, 2, 8, 20):
            self.let_fail(number)
            workers = nginx.children()
            lines = nginx.error_log().count("reconfiguring")
            nginx.process.send_signal(signal.SIGHUP)
            server.wait_until(lambda: self.what_failed(), "a call fails")
            server.wait_until(lambda: nginx.error_log().count("reconfiguring") > lines, "a reload")
            self.let_fail(0)
            self.assertEqual(self.status(nginx, "/ids", REQUESTS["W3C"]), 200)
            self.assertEqual(nginx.children(), workers)
        nginx.wait_for_the_end_of(nginx.reload())
        self.assertEqual(nginx.get("/ids", REQUESTS["W3C"])[0], 200)

    @classmethod
    def tearDownClass(cls):
        assert cls.failed == FUNCTIONS, f"no call has failed of: {FUNCTIONS - cls.failed}"


class Checked(server.Nginx):
    """Under memcheck, without a master."""

    def __init__(self, http, **options):
        super().__init__(http, workers=0, **options)

    def command(self, *options):
        return ["valgrind", "--error-exitcode=99", f"--log-file={self.folder}/memcheck",
                *super().command(*options)]


@server.unittest.skipUnless(shutil.which("valgrind"), "valgrind is not installed")
class Memory(Faults):
    """No memory is used that was freed or never written."""

    def test_requests(self):
        nginx = self.make(Checked).start()
        self.fail_requests(nginx, ("/ids", "/out"))
        nginx.stop()
        self.assertIn("ERROR SUMMARY: 0 errors", (nginx.folder / "memcheck").read_text())

    test_configurations = test_reloads = None
    test_a_variable_that_once_cannot_be_had_is_empty = None
    test_a_request_that_cannot_be_read_is_counted_once = None

    @classmethod
    def tearDownClass(cls):
        pass


if __name__ == "__main__":
    server.unittest.main()
