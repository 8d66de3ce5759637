# SPDX-License-Identifier: Apache-2.0
"""Apache Kafka for tests: one node, KRaft, on loopback, with its data in its own folder.

As a program it runs a command with KAFKA_BROKERS in its environment, and stops the broker after it:

    broker.py JARS FOLDER COMMAND...
"""

import os
import pathlib
import shutil
import socket
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[3] / "support"))
from stage import ENDS_WITH_US, free_ports

PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
controller.listener.names=CONTROLLER
log.dirs={data}
num.partitions=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
"""


class Broker:
    """A broker that can be killed and restarted, at the same address and with the same data."""

    def __init__(self, jars, folder):
        self.classpath = f"{jars}/*"
        self.folder = pathlib.Path(folder)
        self.process = None
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.port, controller = free_ports(2)
        self.address = f"127.0.0.1:{self.port}"
        self.properties = self.folder / "server.properties"
        self.properties.write_text(
            PROPERTIES.format(port=self.port, controller=controller, data=self.folder / "data")
        )
        cluster = "AAAAAAAAAAAAAAAAAAAAAQ"
        self.java("kafka.tools.StorageTool", "format", "-t", cluster, "-c", str(self.properties))

    def java(self, tool, *arguments, **more):
        """Runs one of Kafka's own tools; returns its output."""
        with open(self.folder / "tools.log", "ab") as log:
            return subprocess.run(
                ["java", "-Xmx256m", "-cp", self.classpath, tool, *arguments],
                stdout=subprocess.PIPE, stderr=log, text=True, check=True, timeout=60, **more,
            ).stdout

    def start(self):
        with open(self.folder / "broker.log", "ab") as log:
            self.process = subprocess.Popen(
                [*ENDS_WITH_US, "java", "-Xms128m", "-Xmx512m", "-cp", self.classpath,
                 "kafka.Kafka", str(self.properties)],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )
        for _ in range(600):
            if self.process.poll() is not None:
                raise RuntimeError(f"the broker has ended, see {self.folder}/broker.log")
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError("the broker does not listen")

    def kill(self):
        """As by a power cut: without a shutdown."""
        self.process.kill()
        self.process.wait()

    def stop(self):
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.kill()


def main(jars, folder, *command):
    broker = Broker(jars, folder)
    broker.start()
    try:
        return subprocess.run(command, env=os.environ | {"KAFKA_BROKERS": broker.address}).returncode
    finally:
        broker.stop()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
