# SPDX-License-Identifier: Apache-2.0
"""The counterparts of migration_gateway in its tests: nginx, faulty upstreams, raw clients."""

import contextlib
import os
import pathlib
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import time
import urllib.request

import service
from service import PATIENCE

GATEWAY = os.environ["MIGRATION_GATEWAY"]
NGINX = os.environ["NGINX"]
CURL = os.environ["CURL"]

SETTINGS = ("OTEL_PROPAGATORS", "BATON_EXTRACT", "BATON_INJECT", "BATON_POLICY",
            "BATON_B3_SHORT_TRACE_IDS", "BATON_SAMPLING_IN_TRACESTATE", "OTEL_TRACES_SAMPLER",
            "OTEL_TRACES_SAMPLER_ARG")

ECHOED = ("traceparent", "tracestate", "baggage", "b3", "x-b3-traceid", "x-b3-spanid",
          "x-b3-parentspanid", "x-b3-sampled", "x-b3-flags", "uber-trace-id", "uberctx-user",
          "jaeger-baggage")


def wait_until(condition, what):
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, f"waited too long until {what}"
        time.sleep(0.01)


class Gateway(service.Service):
    """In front of a URL; the keywords set the chain, without regard to the environment."""

    def __init__(self, upstream, *arguments, threads=1, **settings):
        env = {name: value for name, value in os.environ.items() if name not in SETTINGS}
        super().__init__(GATEWAY, "--upstream", upstream, "--threads", str(threads), *arguments,
                         env={**env, **settings})
        line = self.process.stdout.readline().decode()
        found = re.fullmatch(r"metrics on (http://127\.0\.0\.1:\d+/metrics)\n", line)
        assert found, f"the gateway said {line!r}"
        self.metrics_url = found[1]

    def metrics(self):
        """The counters, by name with labels."""
        with urllib.request.urlopen(self.metrics_url, timeout=PATIENCE) as response:
            kind = response.headers["Content-Type"]
            assert kind == "text/plain; version=0.0.4; charset=utf-8", kind
            lines = response.read().decode().splitlines()
        counters = [line.rsplit(" ", 1) for line in lines if not line.startswith("#")]
        return {name: int(value) for name, value in counters}

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def peak_memory(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text("ascii")
        return int(re.search(r"^VmHWM:\s+(\d+) kB$", status, re.M)[1]) * 1024


class Nginx:
    """A stock nginx with files of its own, some of them with other framings."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="nginx-"))
        self.files = self.folder / "files"
        self.files.mkdir()
        with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as free:
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        (self.folder / "nginx.conf").write_text(self.configuration(), "ascii")
        self.process = subprocess.Popen(
            [NGINX, "-p", self.folder, "-c", self.folder / "nginx.conf", "-e", "stderr"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until(self.answers, "nginx answers")

    def configuration(self):
        echo = "".join(f"{name}: $http_{name.replace('-', '_')}\\n" for name in ECHOED)
        temporary = "".join(f"{name}_temp_path temporary_{name};" for name in
                            ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        return f"""
            daemon off; master_process off; pid nginx.pid; error_log stderr crit;
            events {{ worker_connections 256; }}
            http {{
              access_log off; client_max_body_size 0; {temporary}
              server {{
                listen 127.0.0.1:{self.port};
                root {self.files};
                location / {{ dav_methods PUT; }}
                location /echo {{ return 200 "{echo}"; }}
                location /target {{ return 200 "$request_uri\\n"; }}
                location /nothing {{ return 204; }}
                location /limited {{ client_max_body_size 1k; dav_methods PUT; }}
                location /chunked/ {{
                  alias {self.files}/; sub_filter_types *; sub_filter "no such words" "";
                }}
              }}
            }}
            """

    def answers(self):
        assert self.process.poll() is None, "nginx ended"
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", self.port)).close()
            return True
        return False

    def stop(self):
        self.process.terminate()
        self.process.wait(PATIENCE)
        shutil.rmtree(self.folder)


class Connection:
    """A socket that sends valid or invalid HTTP, as the test says."""

    def __init__(self, connected):
        connected.settimeout(PATIENCE)
        self.socket = connected
        self.file = connected.makefile("rb")

    def send(self, data):
        self.socket.sendall(data)

    def head(self):
        """Up to the empty line; nothing if the other side closes."""
        lines = []
        while line := self.file.readline():
            lines.append(line)
            if line == b"\r\n":
                break
        return b"".join(lines)

    def body(self, size):
        return self.file.read(size)

    def rest(self):
        return self.file.read()

    def response(self):
        """Status, head, and the body by its Content-Length."""
        head = self.head()
        length = re.search(rb"(?i)\r\nContent-Length: (\d+)\r\n", head)
        return service.status_of(head), head, self.body(int(length[1])) if length else b""

    def reset(self):
        linger = b"\x01\x00\x00\x00\x00\x00\x00\x00"  # on, 0 s
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.close()

    def close(self):
        self.file.close()
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def connect(gateway):
    return Connection(gateway.connect())


class Upstream:
    """Runs `behave(connection, number)` for each connection, in a thread of its own."""

    def __init__(self, behave):
        self.behave = behave
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.connections = []
        self.threads = [threading.Thread(target=self.accept)]
        self.threads[0].start()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                connection = Connection(self.listener.accept()[0])
                self.connections.append(connection)
                arguments = (connection, len(self.connections) - 1)
                self.threads.append(threading.Thread(target=self.run, args=arguments))
                self.threads[-1].start()

    def run(self, connection, number):
        with contextlib.suppress(OSError, ValueError), connection:
            self.behave(connection, number)

    def stop(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.threads[0].join()
        for connection in self.connections:
            with contextlib.suppress(OSError):
                connection.socket.shutdown(socket.SHUT_RDWR)
        for thread in self.threads:
            thread.join()


def answer(body=b"fine", status="200 OK", fields=()):
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *fields]
    return "\r\n".join([*lines, "", ""]).encode() + body


def always(response):
    """A behavior: this response to every request without a body."""
    def behave(connection, _):
        while connection.head():
            connection.send(response)
    return behave


def curl(*arguments, **options):
    return subprocess.run([CURL, "--silent", "--show-error", "--noproxy", "*", *arguments],
                          capture_output=True, timeout=PATIENCE, **options)
