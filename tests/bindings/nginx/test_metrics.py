# SPDX-License-Identifier: Apache-2.0
"""The counts of all workers, and what becomes of them if workers end or the configuration changes."""

import os
import pathlib
import signal

import peers
import server
from peers import curl
from service import SPAN_ID, TRACE_ID, TRACEPARENT
from test_propagation import B3

METRICS = "location = /metrics { baton_metrics; }"
COUNTING = "baton on; baton_extract tracecontext,b3; baton_policy first_match;"


class Metrics(server.TestCase):
    def start(self, directives=COUNTING, **options):
        return self.serve(directives + METRICS + "location / { proxy_pass http://@app; }",
                          **options)[0]

    def test_they_tell_who_sends_what(self):
        nginx = self.start()
        other = f"{'1' * 32}-{SPAN_ID}-1"
        for fields in ([{"b3": B3}] * 3 + [{"traceparent": TRACEPARENT}] * 2 + [{}] +
                       [{"b3": "nonsense"}, {"b3": other, "traceparent": TRACEPARENT}]):
            nginx.get("/", fields)
        counts = {name: count for name, count in nginx.metrics().items() if count != 0}
        self.assertEqual(counts, {
            "baton_extractions_total": 8,
            'baton_format_found_total{format="tracecontext"}': 3,
            'baton_format_found_total{format="b3"}': 5,
            'baton_format_won_total{format="tracecontext"}': 3,
            'baton_format_won_total{format="b3"}': 3,
            'baton_format_malformed_total{format="b3"}': 1,
            'baton_format_disagreed_total{format="b3"}': 1})

    def test_of_a_server_that_has_nothing_else(self):
        self.assertEqual(self.serve(METRICS)[0].metrics()["baton_extractions_total"], 0)

    def test_of_all_workers(self):
        nginx, _ = self.serve("""listen @many reuseport; add_header X-Worker $pid;
            proxy_http_version 1.1;""" + COUNTING + METRICS +
                              "location / { proxy_pass http://@app; }", workers=4)
        workers = set()
        for _ in range(200):
            _, head, _ = nginx.get("/", {"b3": B3}, "many")
            workers.add(head.partition(b"X-Worker: ")[2].split()[0])
        self.assertGreater(len(workers), 1)
        for _ in range(10):  # whoever answers
            self.assertEqual(nginx.metrics()["baton_extractions_total"], 200)
        # A worker asks whether the others live, and sends them nothing.
        self.assertNotIn("SIGHUP", nginx.error_log())

    def test_under_load(self):
        nginx = self.start("baton on; baton_extract b3; location = /nothing "
                           "{ return 204 $baton_trace_id; } location = /x "
                           "{ try_files /none /nothing; }")
        with nginx.connect() as one, nginx.connect() as two:
            for client in (one, two):
                client.send(f"GET / HTTP/1.1\r\nHost: a\r\nb3: {B3}\r\n\r\n".encode() * 300)
            for client in (one, two):
                for _ in range(300):
                    self.assertEqual(client.response()[0], 200)
        self.assertEqual(nginx.metrics()['baton_format_won_total{format="b3"}'], 600)

    def test_a_reload_keeps_them(self):
        nginx = self.start()
        for _ in range(20):
            nginx.get("/", {"b3": B3})
        before = nginx.metrics()
        for _ in range(3):
            nginx.wait_for_the_end_of(nginx.reload())
            self.assertEqual(nginx.metrics(), before)
        nginx.get("/", {"b3": B3})
        self.assertEqual(nginx.metrics()["baton_extractions_total"], 21)

    def test_a_reload_with_other_formats(self):
        nginx = self.start()
        nginx.get("/", {"b3": B3})
        text = nginx.path.read_text()
        nginx.path.write_text(text.replace("tracecontext,b3", "jaeger,tracecontext"))
        nginx.wait_for_the_end_of(nginx.reload())
        nginx.get("/", {"uber-trace-id": f"{TRACE_ID}:{SPAN_ID}:0:1", "b3": B3})
        counts = nginx.metrics()
        self.assertEqual(counts['baton_format_won_total{format="b3"}'], 1)
        self.assertEqual(counts['baton_format_won_total{format="jaeger"}'], 1)
        self.assertEqual(counts["baton_extractions_total"], 2)

    def test_reloads_without_the_module(self):
        """The master unloads it, and loads it again."""
        nginx = self.start()
        used = nginx.path.read_text()
        unused = used.replace(f"load_module {server.MODULE};", "").replace(COUNTING + METRICS, "")

        def is_loaded():
            return server.MODULE in pathlib.Path(f"/proc/{nginx.process.pid}/maps").read_text()

        for _ in range(5):
            nginx.get("/", {"b3": B3})
            self.assertEqual(nginx.metrics()["baton_extractions_total"], 1)
            nginx.path.write_text(unused)
            nginx.wait_for_the_end_of(nginx.reload())
            self.assertFalse(is_loaded())
            self.assertEqual(nginx.get("/", {"b3": B3})[0], 200)
            nginx.path.write_text(used)
            nginx.wait_for_the_end_of(nginx.reload())
            self.assertTrue(is_loaded())

    def test_a_wrong_reload_changes_nothing(self):
        nginx = self.start()
        nginx.get("/", {"b3": B3})
        nginx.path.write_text(nginx.path.read_text().replace("tracecontext,b3", "nonsense"))
        workers = nginx.children()
        nginx.process.send_signal(signal.SIGHUP)
        server.wait_until(lambda: "unknown propagator 'nonsense'" in nginx.error_log(),
                          "the error is logged")
        nginx.get("/", {"b3": B3})
        self.assertEqual(nginx.children(), workers)
        self.assertEqual(nginx.metrics()["baton_extractions_total"], 2)

    def test_old_workers_still_count(self):
        """One of them serves a long request while the configuration changes."""
        nginx = self.start()
        with nginx.connect() as client:
            client.send(f"POST / HTTP/1.1\r\nHost: a\r\nb3: {B3}\r\nContent-Length: 4\r\n\r\n"
                        .encode())
            server.wait_until(lambda: nginx.metrics()["baton_extractions_total"] == 1,
                              "it has begun")
            old = nginx.reload()
            for _ in range(5):
                nginx.get("/", {"b3": B3})
            self.assertTrue(set(old) & set(nginx.children()))
            self.assertEqual(nginx.metrics()["baton_extractions_total"], 6)
            client.send(b"1234")
            self.assertEqual(client.response()[0], 200)
        nginx.wait_for_the_end_of(old)
        self.assertEqual(nginx.metrics()["baton_extractions_total"], 6)

    def test_killed_workers_leave_their_counts_and_their_blocks(self):
        """More of them than there are blocks; also if no other worker is left."""
        for workers, rounds in ((8, 35), (1, 260)):
            nginx = self.start(workers=workers)
            for total in range(1, rounds + 1):
                nginx.get("/", {"b3": B3})
                victims = nginx.children()
                for victim in victims:
                    os.kill(victim, signal.SIGKILL)
                server.wait_until(lambda: len(set(nginx.children()) - set(victims)) >= workers,
                                  "others take their place")
                self.assertEqual(nginx.metrics()["baton_extractions_total"], total)
            self.assertNotIn("not in the metrics", nginx.error_log())

    def test_more_reloads_than_blocks(self):
        """Blocks of workers that have ended are used again."""
        nginx = self.start(workers=8)
        for i in range(40):
            nginx.wait_for_the_end_of(nginx.reload())
            nginx.get("/", {"b3": B3})
        self.assertEqual(nginx.metrics()["baton_extractions_total"], 40)
        self.assertNotIn("not in the metrics", nginx.error_log())

    def test_more_workers_than_blocks(self):
        """The last ones say so, and serve all the same."""
        nginx = self.start(workers=258)
        server.wait_until(lambda: nginx.error_log().count("this one is not in the metrics") == 2,
                          "two workers have no block")
        self.assertEqual(nginx.get("/", {"b3": B3})[0], 200)

    def test_without_a_master(self):
        nginx = self.start(workers=0)
        nginx.get("/", {"b3": B3})
        self.assertEqual(nginx.metrics()["baton_extractions_total"], 1)

    def test_the_location(self):
        nginx = self.start()
        self.assertEqual(nginx.metrics()["baton_extractions_total"], 0)  # a scrape is none
        head = curl("--head", nginx.url(target="/metrics")).stdout
        self.assertIn(b"200 OK\r\n", head)
        self.assertRegex(head, rb"Content-Length: [1-9]")
        for method, status in (("POST", b"405"), ("PUT", b"405")):
            done = curl("-X", method, "-o", "/dev/null", "-w", "%{http_code}", "-d", "x",
                        nginx.url(target="/metrics"))
            self.assertEqual(done.stdout, status)

    def test_they_are_text_for_other_modules(self):
        nginx = self.start("gzip on; gzip_types text/plain; charset utf-8;" + COUNTING)
        answer = nginx.send(b"GET /metrics HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n"
                            b"Connection: close\r\n\r\n")
        self.assertIn(b"\r\nContent-Encoding: gzip\r\n", answer)
        self.assertIn(b"\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n", answer)

    def test_where_nothing_is_served(self):
        nginx = self.nginx("")
        text = nginx.path.read_text()
        nginx.path.write_text(text[:text.index("http {")])
        nginx.start()
        server.wait_until(lambda: len(nginx.children()) == 2, "workers run")
        nginx.stop()
        self.assertNotIn("exited on signal", nginx.error_log())

    def test_requests_in_a_row(self):
        """None leaves the client waiting, or with bytes that are the next one's."""
        nginx = self.start()
        with nginx.connect() as client:
            def send(method, *fields, body=""):
                lines = "".join(f"{field}\r\n" for field in ("Host: a", *fields))
                client.send(f"{method} /metrics HTTP/1.1\r\n{lines}\r\n{body}".encode())

            for _ in range(2):
                send("HEAD")
                self.assertIn(b" 200 OK\r\n", client.head())
                send("GET")
                status, _, body = client.response()
                self.assertEqual(status, 200)
                self.assertTrue(body.startswith(b"# HELP"))
            send("GET", "Transfer-Encoding: chunked", body="no size\r\n")
            self.assertEqual(client.response()[0], 400)

    def test_where_nginx_answers_itself(self):
        """Nothing follows its answer."""
        nginx = self.start()
        answer = nginx.send(b'GET /metrics HTTP/1.1\r\nHost: a\r\nIf-Match: "another"\r\n\r\n')
        self.assertIn(b" 412 Precondition Failed\r\n", answer)
        self.assertNotIn(b"baton_extractions_total", answer)

    def test_in_a_page(self):
        nginx, _ = self.serve(METRICS + "location / { ssi on; proxy_pass http://@app; }",
                              self.app(peers.HttpApp, peers.answer(
                                  b'<!--# include virtual="/metrics" -->the end',
                                  fields=["Content-Type: text/html"])))
        with nginx.connect() as client:
            client.send(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            text = client.rest()
        self.assertIn(b"baton_extractions_total 0", text)
        self.assertTrue(text.endswith(b"the end\r\n0\r\n\r\n"))
        self.assertEqual(text.count(b"\r\n0\r\n"), 1)  # the last chunk

    def test_the_text_is_the_librarys(self):
        nginx = self.start()
        lines = curl(nginx.url(target="/metrics")).stdout.decode().splitlines()
        self.assertEqual(lines[:3], ["# HELP baton_extractions_total Requests that were looked at.",
                                     "# TYPE baton_extractions_total counter",
                                     "baton_extractions_total 0"])
        self.assertIn('baton_format_found_total{format="b3"} 0', lines)
        for name in ("", "other"):  # no row is without a format, and none is of several
            self.assertNotIn(f'format="{name}"', "".join(lines))
        names = [line.split()[2] for line in lines if line.startswith("# TYPE")]
        self.assertEqual(names, ["baton_extractions_total", "baton_format_found_total",
                                 "baton_format_won_total", "baton_format_malformed_total",
                                 "baton_format_disagreed_total"])

    def test_subrequests_are_counted_once(self):
        nginx, _ = self.serve(COUNTING + METRICS + """
            location / { auth_request /auth; mirror /mirrored; proxy_pass http://@app; }
            location /auth { internal; proxy_pass http://@app; }
            location /mirrored { internal; baton_inject b3; proxy_pass http://@app; }""",
                              self.app(peers.HttpApp))
        nginx.get("/", {"b3": B3})
        # Another location with directives of its own reads anew.
        server.wait_until(lambda: nginx.metrics()["baton_extractions_total"] == 2, "it is mirrored")


if __name__ == "__main__":
    server.unittest.main()
