# SPDX-License-Identifier: Apache-2.0
"""baton probe: connections, answers and calls that are not what they should be, and to which case
each call belongs."""

import os
import socket
import threading
import time
import urllib.parse

import bad_services as bad
from probe_support import ProbeTest
from support import baton, main


class BadServices(ProbeTest):
    def test_stops_if_a_plain_request_is_not_served(self):
        for serve, mistake in [
            (bad.never_answers, "no-answer"),
            (bad.garbage, "answer-not-http"),
            (bad.closes, "closed-without-answer"),
            (bad.closes_midway, "closed-midway"),
            (bad.redirects, "redirected"),
            (bad.fails, "server-error"),
            (bad.never_calls, "not-called"),
            (bad.endless_header, "answer-too-large"),
            (bad.endless_body, "answer-too-large"),
            (bad.slow, "no-answer"),
        ]:
            with self.subTest(serve.__name__):
                begin = time.monotonic()
                report = self.probe(serve, "--random=0", timeout=1)
                self.assertLess(time.monotonic() - begin, 10)
                self.assertEqual(self.mistakes(report), {"first/plain-request": [mistake]})
                self.assertIn("a plain one, was not served", report["stopped"])
                self.assertEqual(report["summary"]["failed"], 1)
                self.assertGreater(report["summary"]["not_run"], 100)

    def test_a_status_below_200_is_no_answer(self):
        for sent in (b"HTTP/1.1 100 Continue\r\n\r\n" * 9, b"HTTP/1.1 007 X\r\nContent-Length: 0\r\n\r\n",
                     b"HTTP/1.1 101 X\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n", None):
            def says(service, connection, request):
                if sent is None:
                    return bad.endless_interim(service, connection, request)
                for url in bad.urls(request):
                    bad.call(url, bad.propagate(request))
                connection.sendall(sent)
                return True

            with self.subTest(sent=sent):
                report = self.probe(says, "--random=0")
                self.assertEqual(self.mistakes(report), {"first/plain-request": ["answer-not-http"]})
                self.assertLess(report["seconds"], 10)

    def test_names_what_is_wrong_with_the_calls(self):
        for serve, mistake in [
            (bad.calls_twice, "called-twice"),
            (bad.calls_twice_later, "called-twice"),
            (bad.drops_connections, "connection-dropped"),
            (bad.calls_with_garbage, "call-not-http"),
            (bad.calls_with_endless_fields, "call-too-large"),
        ]:
            with self.subTest(serve.__name__):
                report = self.probe(serve, "--only=traceparent/name-*", "--random=0")
                self.assertEqual(self.names(report), [mistake])

    def test_fields_of_64_kib_do_no_harm(self):
        for size in (65_000, 65_500, *range(65_520, 65_545, 3), 66_000, 200_000):
            for name in (b"x", b"traceparent", b"x" * size):
                field = name + b": " + b"x" * size if len(name) < size else name + b": x"
                with self.subTest(size=size, name=name[:20]):
                    def sends_much(service, connection, request):
                        bad.call(bad.urls(request)[0], [*bad.propagate(request), field])
                        connection.sendall(bad.answer(200, b"", [field]))
                        return True

                    report = self.probe(sends_much, "--only=traceparent/plain", "--random=0")
                    self.assertLessEqual(set(self.names(report)), {
                        "answer-too-large", "call-not-http", "call-too-large", "traceparent-repeated",
                        "trace-lost"})

    def test_who_passes_on_what_is_large_may_exceed_the_limits(self):
        forwards = bad.with_fields(lambda request: [
            *bad.propagate(request), *(b"tracestate: " + v for v in request.all(b"tracestate")),
            b"x: " + b"y" * 1000])
        report = self.probe(forwards, "--only=http/tracestate-of-64-kib", "--random=0")
        self.assertEqual(self.mistakes(report), {})
        self.assertEqual(report["summary"]["passed"], 2)

        def echoes(service, connection, request):
            connection.sendall(bad.answer(200, b"", [
                *bad.propagate(request), *(b"tracestate: " + v for v in request.all(b"tracestate"))]))
            return True

        report = self.probe(echoes, "--only=http/tracestate-of-64-kib", "--random=0", "--call=response")
        self.assertEqual(self.mistakes(report), {})

    def test_more_than_256_mib_of_fields(self):
        many = [b"a:"] * 15_000  # each is a pair of strings in memory

        def sends_many(service, connection, request):
            for _ in range(8):
                bad.call(bad.urls(request)[0], [*bad.propagate(request), *many])
            connection.sendall(bad.answer(200, b"", many))
            return True

        report = self.probe(sends_many, "--only=traceparent/*", "--random=0")
        self.assertEqual(report["stopped"], "the service has sent more than 256 MiB of fields")
        self.assertGreater(report["summary"]["failed"], 10)
        self.assertGreater(report["summary"]["not_run"], 10)

    def test_a_request_whose_call_has_come_is_not_sent_again(self):
        def crashes(service, connection, request):
            if service.requests < 3:
                return bad.good(service, connection, request)
            for url in bad.urls(request):
                bad.call(url, bad.propagate(request))
            return False

        report = self.probe(crashes, "--only=traceparent/name-*", "--random=0")
        self.assertEqual(self.names(report), ["closed-without-answer"])

    def test_a_connection_that_nobody_uses_may_close(self):
        def closes_soon(service, connection, request):
            connection.settimeout(0.15)
            return bad.good(service, connection, request)

        service = self.start(closes_soon)
        report = baton("probe", service.url, "--json", "--propagators=tracecontext", "--rate=3",
                       "--only=traceparent/name-*", "--random=0").json
        self.assertEqual(self.mistakes(report), {})
        self.assertGreater(len(service.connections), 2)

    def test_what_a_service_says_before_it_closes_is_no_answer(self):
        def says_goodbye(service, connection, request):
            bad.good(service, connection, request)
            time.sleep(0.05)
            connection.sendall(bad.answer(408, b"", [b"Connection: close"]))
            return False

        service = self.start(says_goodbye)
        report = baton("probe", service.url, "--json", "--propagators=tracecontext", "--rate=1",
                       "--only=traceparent/plain", "--random=0").json
        self.assertEqual(self.mistakes(report), {})

    def test_clients_that_leave_their_connections_open(self):
        def leaks(service, connection, request):
            for url in bad.urls(request):
                parts = urllib.parse.urlsplit(url)
                called = socket.create_connection((parts.hostname, parts.port), 5)
                service.connections.append(called)
                called.sendall(b"\r\n".join([b"GET %s HTTP/1.1" % parts.path.encode(), b"Host: a",
                                             *bad.propagate(request), b"", b""]))
                called.recv(1000)
            connection.sendall(bad.answer())
            return True

        report = self.probe(leaks, "--only=traceparent/*", "--random=0")
        self.assertEqual(self.mistakes(report), {})
        self.assertGreater(report["summary"]["passed"], 80)

    def test_all_calls_behind_the_last_answer_are_seen(self):
        def found():
            requests = []

            def calls_again(service, connection, request):
                requests.append(request)
                bad.good(service, connection, request)
                if service.requests == 2:
                    time.sleep(0.005)
                    for each in requests:
                        bad.call(bad.urls(each)[0], bad.propagate(each))
                return True

            return self.mistakes(self.probe(calls_again, "--only=traceparent/plain", "--random=0"))

        expected = {name: ["called-twice"] for name in ("first/plain-request", "traceparent/plain")}
        # The probe waits for 50 ms, in which a busy machine may do nothing.
        self.assertTrue(any(found() == expected for _ in range(5)))

    def find_late_call(self, call, *options):
        """The mistakes if the call of the third request comes after the time for it."""
        def late(service, connection, request):
            if service.requests != 3:
                call(request)
                connection.sendall(bad.answer())
                return True

            def later():
                time.sleep(1.3)
                call(request)

            service.start(later)
            connection.sendall(bad.answer())
            time.sleep(1.6)  # the next request waits for that long
            return True

        return self.mistakes(self.probe(late, "--only=traceparent/flags-*", "--random=0", *options,
                                        timeout=1))

    def test_a_late_call_belongs_to_its_own_case(self):
        found = self.find_late_call(
            lambda request: bad.call(bad.urls(request)[0], bad.propagate(request)))
        self.assertEqual(found, {"traceparent/flags-sampled": ["called-late"]})

    def test_a_late_call_without_a_token_is_known_by_its_trace(self):
        with socket.create_server(("127.0.0.1", 0)) as free:
            address = f"127.0.0.1:{free.getsockname()[1]}"
        found = self.find_late_call(
            lambda request: bad.call(f"http://{address}/fixed", bad.propagate(request)),
            "--call=route", f"--listen={address}")
        self.assertEqual(found, {"traceparent/flags-sampled": ["called-late"]})

    def probe_route(self, serve, *options):
        """The report of a service that calls a fixed address: `serve` gets a function for that."""
        with socket.create_server(("127.0.0.1", 0)) as free:
            address = f"127.0.0.1:{free.getsockname()[1]}"

        def answers(service, connection, request):
            serve(service, request, lambda fields, path="/fixed": bad.call(
                f"http://{address}{path}", fields))
            connection.sendall(bad.answer())
            return True

        return self.probe(answers, "--call=route", f"--listen={address}", "--random=0", *options,
                          timeout=1)

    def test_a_check_of_an_upstreams_health_is_no_call(self):
        def checks(service, request, call):
            if service.requests > 1:
                call([], "/health")
            call(bad.propagate(request))

        report = self.probe_route(checks, "--only=traceparent/version-*")
        self.assertEqual(self.mistakes(report), {})
        self.assertEqual(report["unknown_calls"], report["summary"]["passed"] - 1)

    def test_paths_may_differ(self):
        report = self.probe_route(
            lambda service, request, call: call(bad.propagate(request), f"/items/{service.requests}"),
            "--only=traceparent/plain", "--only=traceparent/v*")
        self.assertEqual(self.mistakes(report), {})
        self.assertEqual(report["unknown_calls"], 0)

    def test_a_second_call_without_a_token_belongs_to_its_own_case(self):
        sent = {}

        def late(service, request, call):
            if service.requests == 4:
                call(sent[3])
            sent[service.requests] = bad.propagate(request)
            call(bad.propagate(request))

        report = self.probe_route(late, "--only=traceparent/name-*")
        self.assertEqual(self.mistakes(report), {report["cases"][2]["name"]: ["called-twice"]})

    def test_a_late_call_of_a_new_trace_is_not_charged_to_another_case(self):
        late_call = bad.propagate(bad.Request(b"GET / HTTP/1.1", b""))
        for comes_first in (True, False):
            def late(service, request, call):
                calls = [bad.propagate(request)]
                if service.requests == 2:
                    calls.insert(0 if comes_first else 1, late_call)
                for fields in calls:
                    call(fields)

            with self.subTest(comes_first=comes_first):
                report = self.probe_route(late, "--only=traceparent/plain")
                self.assertEqual(self.mistakes(report), {})
                self.assertEqual(report["unknown_calls"], 1)

    def test_gives_up_after_ten_requests_in_a_row(self):
        def hangs_later(service, connection, request):
            if service.requests > 3:
                return bad.never_answers(service, connection, request)
            return bad.good(service, connection, request)

        report = self.probe(hangs_later, "--random=0", timeout=0.5)
        self.assertEqual(report["stopped"], "10 requests in a row got no answer or no call")
        self.assertEqual(report["summary"]["failed"], 10)

    def test_the_whole_run_is_bounded(self):
        def slow(service, connection, request):
            time.sleep(0.2)
            return bad.good(service, connection, request)

        report = self.probe(slow, "--max-time=1", "--random=0")
        self.assertIn("--max-time", report["stopped"])
        self.assertLess(report["seconds"], 3)

    def test_a_hostile_request_must_not_harm_the_next_one(self):
        def poisoned(service, connection, request):
            if getattr(service, "is_poisoned", False):
                service.is_poisoned = False
                connection.sendall(bad.answer(500))
                return True
            if any("\x80" <= chr(byte) for value in request.all(b"baggage") for byte in value):
                service.is_poisoned = True
                connection.sendall(bad.answer(400))
                return True
            return bad.good(service, connection, request)

        report = self.probe(poisoned, "--only=http/b*", "--random=0")
        found = self.mistakes(report)
        self.assertEqual(found["http/binary-baggage"], ["unwell-afterwards"])
        self.assertNotIn("http/binary-traceparent", found)

    def test_what_is_wrong_with_each_request_is_not_charged_to_the_hostile_ones(self):
        restarts = bad.with_fields(lambda request: [
            b"traceparent: 00-%s-%s-02" % (request.new_trace, os.urandom(8).hex().encode())])
        found = self.mistakes(self.probe(restarts, "--only=http/b*", "--random=0"))
        self.assertEqual(found, {"first/plain-request": ["trace-restarted"]})

    def test_a_service_that_vanishes(self):
        service = self.start(bad.good)

        def vanishes(server, connection, request):
            if server.requests == 5:
                threading.Thread(target=server.listener.close).start()
                server.listener.shutdown(socket.SHUT_RDWR)
                return False
            return bad.good(server, connection, request)

        service.serve = vanishes
        result = self.run_probe(service, "--json")
        self.assertEqual(result.status, 1)
        self.assertIn("no-connection", self.names(result.json))
        self.assertIn("10 requests in a row", result.json["stopped"])

    def test_smuggling(self):
        def decodes(request):
            value = b",".join(request.all(b"baggage"))
            return [*bad.propagate(request), b"baggage: " + value.replace(b"%0D%0A", b"\r\n")
                    .replace(b"%2C", b",")]

        report = self.probe(bad.with_fields(decodes), "--only=baggage/smuggled-*", "--random=0",
                            formats="tracecontext,baggage")
        found = self.mistakes(report)
        self.assertIn("field-smuggled", found["baggage/smuggled-field"])
        self.assertIn("member-smuggled", found["baggage/smuggled-member"])


if __name__ == "__main__":
    main()
