# SPDX-License-Identifier: Apache-2.0
"""Redis and RabbitMQ for tests: on loopback, with their data in a folder of their own."""

import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time

from stage import ENDS_WITH_US, free_ports

RABBITMQ = "/usr/lib/rabbitmq/bin/rabbitmq-server"  # Debian's wrapper in PATH changes the user


class Server:
    """A process with a folder, in a process group of its own."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.processes = []
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)

    def run(self, *command, **variables):
        with open(self.folder / "output.log", "ab") as log:
            self.processes.append(subprocess.Popen(
                ENDS_WITH_US + command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                cwd=self.folder, start_new_session=True, env={**os.environ, **variables},
            ))

    def wait_for(self, port, answers=lambda connection: True):
        """Waits until it listens, and answers."""
        for _ in range(600):
            if any(process.poll() is not None for process in self.processes):
                break
            try:
                with socket.create_connection(("127.0.0.1", port), 1) as connection:
                    if answers(connection):
                        return
            except OSError:
                pass
            time.sleep(0.1)
        raise RuntimeError(f"it does not listen, see {self.folder}")

    def kill(self):
        """The last one and all that it has started, as by a power cut: without a shutdown."""
        process = self.processes.pop()
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def stop(self):
        """Stops the last one first; kills those that do not end, with all that they have started."""
        while self.processes:
            process = self.processes.pop()
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                pass
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.wait()


class Redis(Server):
    def launch(self, durable=False):
        """If it is durable, what it has answered outlives it."""
        (self.port,) = free_ports(1)
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.durable = "yes" if durable else "no"
        self.start()

    def start(self):
        """Also after `kill`, with the same address and the same data."""
        self.run("redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "",
                 "--appendonly", self.durable, "--appendfsync", "always",
                 "--dir", str(self.folder.resolve()))

    def wait(self):
        self.wait_for(self.port)


class RabbitMQ(Server):
    def launch(self):
        self.port, distribution, names = free_ports(3)
        self.url = f"amqp://guest:guest@127.0.0.1:{self.port}/%2f"
        folder = self.folder.resolve()
        (folder / "plugins").write_text("[].\n")
        (folder / "rabbitmq.conf").write_text("")
        self.names = {"ERL_EPMD_ADDRESS": "127.0.0.1", "ERL_EPMD_PORT": str(names)}
        self.variables = {
            **self.names,
            "HOME": str(folder),
            "RABBITMQ_NODENAME": f"baton-{os.getpid()}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(distribution),
            "RABBITMQ_MNESIA_BASE": str(folder / "data"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_PID_FILE": str(folder / "pid"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS":
                "-kernel inet_dist_use_interface {127,0,0,1}",
        }
        # Erlang's name server would remain if the broker started it.
        self.run("epmd", **self.names)
        self.wait_for(names)
        self.start()

    def start(self):
        """Also after `kill`, at the same address."""
        self.run(RABBITMQ, **self.variables)

    def control(self, *words):
        """Runs a command of rabbitmqctl; returns what it prints."""
        return subprocess.run([RABBITMQ.replace("rabbitmq-server", "rabbitmqctl"), "--quiet", *words],
                              check=True, stdout=subprocess.PIPE, text=True, timeout=120,
                              env={**os.environ, **self.variables}).stdout

    def states(self):
        """Those of the connections: `blocked` is one that has published during an alarm."""
        return self.control("list_connections", "--no-table-headers", "state").split()

    def wait(self):
        self.wait_for(self.port, self.speaks)

    @staticmethod
    def speaks(connection):
        connection.settimeout(5)
        connection.sendall(b"AMQP\x00\x00\x09\x01")
        return connection.recv(1) == b"\x01"
