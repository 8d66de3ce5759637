# SPDX-License-Identifier: Apache-2.0
"""An nginx with the module, for its tests."""

import contextlib
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request

import peers
from service import PATIENCE
from stage import ENDS_WITH_US, free_ports

NGINX = os.environ["NGINX_PROGRAM"]  # NGINX is nginx's own, for sockets
MODULE = os.environ["NGINX_MODULE"]
COUNTERS = re.compile(r"^(baton_\w+(?:\{format=\"[a-z0-9-]+\"\})?) (\d+)$", re.M)


def wait_until(condition, what):
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, f"waited too long until {what}"
        time.sleep(0.01)


class Nginx:
    """A master with workers, or one process if there are to be none. In the configuration, `@name` is
    an address of its own, or that of an upstream that is given; `AT_name` is nginx's `@name`."""

    def __init__(self, http, module=MODULE, workers=2, upstreams=None, env=None, others=()):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="nginx-"))
        self.ports = {name: each.port for name, each in (upstreams or {}).items()}
        self.modules = [*others, module] if module else list(others)
        self.workers = workers
        self.env = env
        self.process = None
        self.configure(http)

    def configure(self, http):
        names = dict.fromkeys(re.findall(r"@(\w+)", http))
        new = [name for name in names if name not in self.ports]
        self.ports.update(zip(new, free_ports(len(new))))
        http = re.sub(r"@(\w+)", lambda found: f"127.0.0.1:{self.ports[found[1]]}", http)
        http = http.replace("AT_", "@")
        temporary = "".join(f"{name}_temp_path {self.folder}/{name};\n" for name in
                            ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        load = "".join(f"load_module {module};\n" for module in self.modules)
        user = "user root;" if os.geteuid() == 0 else ""
        processes = f"worker_processes {self.workers};" if self.workers else "master_process off;"
        self.path.write_text(f"""{load} {user}
            daemon off; {processes} pid {self.folder}/pid;
            error_log {self.folder}/error.log info;
            worker_shutdown_timeout 30s;
            events {{ worker_connections 512; }}
            http {{ access_log off; {temporary}
            {http}
            }}""", "utf-8")

    @property
    def path(self):
        return self.folder / "nginx.conf"

    def command(self, *options):
        return [NGINX, "-p", self.folder, "-e", self.folder / "error.log", "-c", self.path, *options]

    def test(self):
        """The exit status of `nginx -t`, and what it says."""
        done = subprocess.run(self.command("-t", "-q"), capture_output=True, timeout=PATIENCE,
                              env={**os.environ, **(self.env or {})})
        return done.returncode, done.stderr.decode()

    def start(self):
        self.process = subprocess.Popen(
            [*ENDS_WITH_US, *self.command()], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            env={**os.environ, **(self.env or {})})
        wait_until(lambda: all(map(self.listens, re.findall(r"listen 127\.0\.0\.1:(\d+)",
                                                            self.path.read_text()))),
                   "nginx listens")
        wait_until(lambda: len(self.children()) >= self.workers, "the workers run")
        return self

    def listens(self, port):
        assert self.process.poll() is None, f"nginx ended: {self.process.stderr.read().decode()}"
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", int(port))).close()
            return True
        return False

    def children(self):
        pid = self.process.pid
        return [int(child) for child in
                pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()]

    def reload(self):
        """Returns the old workers, which may still serve."""
        old = self.children()
        self.process.send_signal(signal.SIGHUP)
        wait_until(lambda: len(set(self.children()) - set(old)) >= self.workers, "new workers run")
        return old

    def wait_for_the_end_of(self, workers):
        wait_until(lambda: not set(workers) & set(self.children()), "the old workers have ended")

    def stop(self):
        """The exit status; what was written to stderr must be nothing."""
        if self.process is None:
            return 0
        self.process.send_signal(signal.SIGTERM)
        try:
            _, errors = self.process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        self.process = None
        assert errors == b"", errors.decode()
        return 0

    def remove(self):
        try:
            self.stop()
            # A worker that died would be replaced, and nobody would notice.
            assert "exited on signal" not in self.error_log().replace("exited on signal 9", "")
        finally:
            shutil.rmtree(self.folder)

    def url(self, name="front", target="/"):
        return f"http://127.0.0.1:{self.ports[name]}{target}"

    def connect(self, name="front"):
        address = ("127.0.0.1", self.ports[name])
        return peers.Connection(socket.create_connection(address, timeout=PATIENCE))

    def send(self, data, half_close=False):
        """The whole response until nginx closes."""
        with self.connect() as client:
            with contextlib.suppress(ConnectionError):
                client.send(data)
                if half_close:
                    client.socket.shutdown(socket.SHUT_WR)
            received = b""
            with contextlib.suppress(ConnectionError):
                while chunk := client.socket.recv(65536):
                    received += chunk
            return received

    def get(self, target="/", fields=(), name="front"):
        """Status, head and body. Fields are pairs, or a dictionary."""
        pairs = fields.items() if isinstance(fields, dict) else fields
        lines = "".join(f"{key}: {value}\r\n" for key, value in pairs)
        with self.connect(name) as client:
            client.send(f"GET {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{lines}\r\n"
                        .encode("latin-1"))
            return client.response()

    def metrics(self, target="/metrics"):
        with urllib.request.urlopen(self.url(target=target), timeout=PATIENCE) as response:
            kind = response.headers["Content-Type"]
            assert kind == "text/plain; version=0.0.4; charset=utf-8", kind
            return {name: int(count) for name, count in COUNTERS.findall(response.read().decode())}

    def log(self, name="access.log", lines=1):
        """The lines of a log, at least that many: nginx writes it after the response, and so the lines
        of requests that follow each other may be in any order.
        """
        path = self.folder / name
        wait_until(lambda: path.exists() and len(path.read_text().splitlines()) >= lines,
                   f"{name} has {lines} lines")
        return path.read_text().splitlines()

    def error_log(self):
        path = self.folder / "error.log"
        return path.read_text("utf-8", "replace") if path.exists() else ""


class TestCase(unittest.TestCase):
    def app(self, kind=peers.HttpApp, *arguments):
        made = kind(*arguments)
        self.addCleanup(made.stop)
        return made

    def nginx(self, http, **options):
        made = Nginx(http, **options)
        self.addCleanup(made.remove)
        return made

    def serve(self, directives, app=None, **options):
        """nginx in front of an app; the directives are those of its server."""
        app = app or self.app()
        nginx = self.nginx(f"server {{ listen @front; {directives} }}", upstreams={"app": app},
                           **options)
        return nginx.start(), app


if __name__ == "__main__":
    sys.exit("see the tests")
