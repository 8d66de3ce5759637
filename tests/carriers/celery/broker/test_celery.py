# SPDX-License-Identifier: Apache-2.0
"""Sends tasks to stock Celery workers and receives tasks from Python, through Redis and RabbitMQ.

Needs in its environment
  TEST_FOLDER        where the servers keep their data
  TEST_PYTHON        a Python with Celery and OpenTelemetry's instrumentation for it
  CELERY_PUBLISHER, CELERY_WORKER_BRIDGE   our examples
  CELERY_LOAD        our program, celery-load
"""

import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import time
import unittest

HERE = pathlib.Path(__file__).parent
PATIENCE = 60

sys.path.insert(0, str(HERE.parents[2] / "support"))
import stage

try:
    import redis
    from celery import Celery
    from opentelemetry import baggage
    from opentelemetry.context import attach, detach
    from opentelemetry.instrumentation.celery import CeleryInstrumentor
    from opentelemetry.sdk.trace import TracerProvider
except ImportError as error:
    stage.start_again(error)

from servers import RABBITMQ, RabbitMQ, Redis

FOLDER = pathlib.Path(os.environ["TEST_FOLDER"])

BROKERS = ("Redis", "RabbitMQ")
WORKERS = ("OpenTelemetry", "plain")
PUBLISHED = re.compile(r"^published (\S+) (\S+)  trace (\w{32})  span (\w{16})$", re.M)
HANDLED = re.compile(
    r"^handled (\S+) (\S+)  trace (\w{32})  span (\w{16})  baggage (.*?)  args (.*)$", re.M)

servers = {}
workers = {}
store = None  # of results, and of what the tasks have told
handed_over = []  # broker, from, to, what arrived
counted = []
log_lines = []


class Worker:
    """`celery worker`, unchanged."""

    def __init__(self, broker, kind):
        self.queue = f"{broker}-{kind}".lower()
        self.log = FOLDER / f"worker-{self.queue}.log"
        with open(self.log, "wb") as output:
            self.process = subprocess.Popen(
                [*stage.ENDS_WITH_US, sys.executable, "-B", "-m", "celery", "--app", "tasks",
                 "worker", "--pool", "solo", "--loglevel", "INFO", "--without-gossip",
                 "--without-mingle", "--queues", self.queue,
                 "--hostname", f"{self.queue}@localhost"],
                stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=HERE,
                start_new_session=True,
                env={**os.environ, "BROKER": servers[broker].url, "RESULTS": servers["Redis"].url,
                     "QUEUE": self.queue, "INSTRUMENTED": str(int(kind == "OpenTelemetry"))},
            )

    def wait_until(self, is_true):
        for _ in range(PATIENCE * 10):
            if is_true():
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        raise RuntimeError(f"the worker does not get there, see {self.log}")

    def wait(self):
        self.wait_until(lambda: " ready." in self.log.read_text())

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def told(self, count):
        """The reports of the next tasks."""
        seen = []
        while len(seen) < count:
            item = store.blpop(f"seen:{self.queue}", PATIENCE)
            if item is None:
                raise RuntimeError(f"{len(seen)} of {count} tasks were run, see {self.log}")
            seen.append(json.loads(item[1]))
        return seen


def run(program, broker, *arguments):
    done = subprocess.run(
        [os.environ[program], "--url", servers[broker].url, *arguments],
        stdout=subprocess.PIPE, text=True, timeout=PATIENCE)
    if done.returncode != 0:
        raise RuntimeError(f"{program} {arguments}: {done.returncode}")
    return done.stdout


def publish(broker, worker, *arguments):
    return PUBLISHED.findall(run("CELERY_PUBLISHER", broker, "--queue", worker.queue, *arguments))


def client(broker):
    return Celery("client", broker=servers[broker].url, backend=servers["Redis"].url)


class RealCelery(unittest.TestCase):
    maxDiff = None

    def each(self):
        for (broker, kind), worker in workers.items():
            yield broker, kind, worker
            self.assertEqual(store.llen(f"seen:{worker.queue}"), 0)

    def test_a_task_from_us(self):
        for broker, kind, worker in self.each():
            published = publish(broker, worker, "--count", "20", "--baggage", "user=Am%C3%A9lie")
            self.assertEqual(len({trace_id for *_, trace_id, _ in published}), 20)
            told = worker.told(20)
            self.assertEqual(
                [(one["task"], one["id"], one["root"], one["traceparent"]) for one in told],
                [(name, task, task, f"00-{trace_id}-{span}-03")
                 for name, task, trace_id, span in published])
            self.assertEqual({one["baggage_header"] for one in told}, {"user=Am%C3%A9lie"})
            what = "headers of the request"
            if kind == "OpenTelemetry":
                self.assertEqual([(one["span_trace"], one["span_parent"]) for one in told],
                                 [line[2:] for line in published])
                self.assertEqual([one["baggage"] for one in told], [{"user": "Amélie"}] * 20)
                what = "trace, our span as parent, baggage"
            for _, task, *_ in published:
                self.assertEqual(client(broker).AsyncResult(task).get(timeout=PATIENCE), 3)
            lines = [line for line in worker.log.read_text().splitlines() if "trace_id=" in line]
            self.assertIn(f"trace_id={published[-1][2]}", lines[-1])
            log_lines.append(f"{broker}, {kind}: {lines[-1]}")
            handed_over.append((broker, "C++ publisher", kind, f"20 of 20: {what}"))

    def one_trace(self, name, tasks, *arguments):
        """Publishes; yields, for each worker, the reports of its tasks."""
        for broker, kind, worker in self.each():
            [(_, root, trace_id, span)] = publish(
                broker, worker, "--baggage", "user=1", *arguments)
            told = worker.told(len(tasks))
            self.assertEqual([one["task"] for one in told], tasks)
            self.assertEqual({one["traceparent"].split("-")[1] for one in told}, {trace_id})
            if kind == "OpenTelemetry":
                self.assertEqual({one["span_trace"] for one in told}, {trace_id})
            self.assertEqual({one["root"] for one in told}, {root})
            self.assertEqual({one["baggage_header"] for one in told}, {"user=1"})
            yield broker, told
            handed_over.append((broker, f"C++ publisher, {name}", kind,
                                f"{len(tasks)} of {len(tasks)} runs: one trace, one root, baggage"))

    def test_retries_keep_the_trace(self):
        for _, told in self.one_trace("retried twice", ["shop.flaky"] * 3, "--task", "shop.flaky"):
            self.assertEqual([one["retries"] for one in told], [0, 1, 2])

    def test_a_chain_keeps_the_trace(self):
        for _, told in self.one_trace("chain of 4", ["shop.add"] + ["shop.double"] * 3,
                                      *["--then", "shop.double"] * 3):
            self.assertEqual([one["args"] for one in told], [[1, 2], [3], [6], [12]])
            self.assertEqual([one["parent"] for one in told],
                             [None] + [one["id"] for one in told[:3]])

    def test_a_chord_keeps_the_trace(self):
        for broker, told in self.one_trace("chord of 4", ["shop.add"] * 4 + ["shop.total"],
                                           "--chord", "shop.total", "--count", "4"):
            self.assertEqual(told[-1]["args"], [[3, 3, 3, 3]])
            result = client(broker).AsyncResult(told[-1]["id"])
            self.assertEqual(result.get(timeout=PATIENCE), 12)

    def test_without_the_canvas_only_instrumented_workers_keep_the_trace(self):
        for broker, kind, worker in self.each():
            [(*_, trace_id, _)] = publish(broker, worker, "--then", "shop.double", "--canvas", "no")
            second = worker.told(2)[1]
            if kind == "OpenTelemetry":
                self.assertEqual(second["span_trace"], trace_id)
            else:
                self.assertIsNone(second["traceparent"])

    def test_tasks_run_in_their_time(self):
        for broker, kind, worker in self.each():
            begin = time.time()
            [(_, late, *_)] = publish(broker, worker, "--countdown", "1", "--expires", "60")
            [(_, never, *_)] = publish(broker, worker, "--expires", "0")
            [(_, now, *_)] = publish(broker, worker)
            self.assertEqual([one["id"] for one in worker.told(2)], [now, late])
            self.assertGreaterEqual(time.time() - begin, 1)
            self.assertEqual(client(broker).AsyncResult(never).state, "REVOKED")

    def test_tasks_from_python(self):
        provider = TracerProvider()
        by_hand = {"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}
        for broker, kind, worker in self.each():
            app, bridge, sent = client(broker), f"bridge-{worker.queue}", []

            def send(*args, **options):
                sent.append(app.send_task("shop.add", args, {"b": None}, queue=bridge, **options).id)

            CeleryInstrumentor().instrument(tracer_provider=provider)
            spans = []
            for i in range(10):
                token = attach(baggage.set_baggage("user", f"Amélie {i}"))
                with provider.get_tracer("test").start_as_current_span("order") as span:
                    send(i, "é\n")
                    spans.append(f"{span.get_span_context().trace_id:032x}")
                detach(token)
            CeleryInstrumentor().uninstrument()
            send(1, 2)
            send(1, 2, headers=by_hand)
            send(1, 2, headers={"headers": by_hand})  # as ddtrace does
            app.conf.task_protocol = 1
            app.amqp.__dict__.pop("create_task_message", None)
            send(1, 2, headers=by_hand)

            handled = HANDLED.findall(run(
                "CELERY_WORKER_BRIDGE", broker, "--queue", bridge, "--count", "14",
                "--then", "shop.echo", "--to", worker.queue))
            self.assertEqual([(name, task) for name, task, *_ in handled],
                             [("shop.add", task) for task in sent])
            traces = [trace_id for _, _, trace_id, *_ in handled]
            self.assertEqual(traces[:10], spans)
            self.assertEqual(traces[11:], ["0af7651916cd43dd8448eb211c80319c"] * 3)
            self.assertNotIn(traces[10], traces[:10] + traces[11:])
            self.assertEqual([line[4] for line in handled[:10]],
                             [f"user=Am%C3%A9lie+{i}" for i in range(10)])
            self.assertEqual([json.loads(line[5]) for line in handled],
                             [[i, "é\n"] for i in range(10)] + [[1, 2]] * 4)
            handed_over.append((broker, "Python, OpenTelemetry", "C++ bridge",
                                "10 of 10: trace, baggage, arguments"))
            handed_over.append((broker, "Python, plain, protocols 1 and 2", "C++ bridge",
                                "4 of 4: headers by hand, nested ones, or a new trace"))

            told = worker.told(14)
            self.assertEqual([(one["task"], one["parent"], one["root"]) for one in told],
                             [("shop.echo", task, task) for task in sent])
            self.assertEqual([one["traceparent"].split("-")[1:3] for one in told],
                             [[line[2], line[3]] for line in handled])
            if kind == "OpenTelemetry":
                self.assertEqual([one["span_parent"] for one in told],
                                 [line[3] for line in handled])
            handed_over.append((broker, "C++ bridge, follow-up", kind,
                                "14 of 14: trace, the bridge's span, parent and root task"))

    def test_protocol_1_in_workers(self):
        """What docs/celery.md says of a context in headers of protocol 1."""
        header = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        for broker, kind, worker in self.each():
            app = client(broker)
            app.conf.task_protocol = 1
            app.send_task("shop.add", (1, 2), queue=worker.queue, headers={"traceparent": header})
            (told,) = worker.told(1)
            self.assertEqual(told["traceparent"], header)
            if kind == "OpenTelemetry":
                self.assertEqual(told["span_parent"], "b7ad6b7169203331")

    def test_what_is_no_task_is_refused(self):
        for broker in BROKERS:
            app, queue = client(broker), f"bad-{broker.lower()}"
            app.send_task("shop.add", (1, 2), queue=queue, compression="gzip")
            good = app.send_task("shop.add", (1, 2), queue=queue)
            printed = run("CELERY_WORKER_BRIDGE", broker, "--queue", queue, "--count", "2")
            refused, handled = printed.splitlines()
            self.assertRegex(refused, "^refused  headers.compression: ")
            self.assertIn(good.id, handled)
        self.assertEqual([store.llen(f"bad-redis{of}") for of in ("", ".taken", ".rejected")],
                         [0, 0, 1])

    def test_what_a_crash_has_left_comes_again(self):
        for broker in BROKERS:
            app, queue = client(broker), f"left-{broker.lower()}"
            sent = [app.send_task("shop.add", (i, i), queue=queue).id for i in range(3)]
            if broker == "Redis":  # a bridge that has taken two, and is no more
                for _ in range(2):
                    store.lmove(queue, f"{queue}.taken", "RIGHT", "LEFT")
            else:
                with app.connection_for_read() as gone:
                    for _ in range(2):
                        gone.default_channel.basic_get(queue)
            handled = HANDLED.findall(run(
                "CELERY_WORKER_BRIDGE", broker, "--queue", queue, "--count", "3"))
            self.assertEqual([task for _, task, *_ in handled], sent)
        self.assertEqual(store.exists("left-redis", "left-redis.taken"), 0)

    def test_redis_killed_and_started_again(self):
        """Both sides tell the error. Then each task is handled, and its follow-up has its trace."""
        count = 300
        server = servers["durable Redis"] = Redis(FOLDER / "durable")
        server.launch(durable=True)
        server.wait()

        def start(program, *arguments):
            return subprocess.Popen(
                [os.environ[program], "--url", server.url, "--queue", "orders", *arguments],
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

        def expect_error(process, name):
            printed, complaint = process.stdout.read(), process.stderr.read()
            process.stdout.close()
            process.stderr.close()
            self.assertEqual(process.wait(timeout=PATIENCE), 1)
            self.assertRegex(complaint, rf"\A{name}: .+\n\Z")
            return printed

        published = PUBLISHED.findall(run("CELERY_PUBLISHER", "durable Redis", "--queue", "orders",
                                          "--count", str(count)))
        follow = ("--then", "shop.echo", "--to", "after")
        bridge = start("CELERY_WORKER_BRIDGE", *follow)
        printed = "".join(bridge.stdout.readline() for _ in range(count // 3))
        server.kill()
        printed += expect_error(bridge, "celery_worker_bridge")
        expect_error(start("CELERY_PUBLISHER"), "celery_publisher")
        server.start()
        server.wait()
        here = redis.Redis.from_url(server.url, socket_timeout=PATIENCE)
        left = here.llen("orders") + here.llen("orders.taken")
        printed += run("CELERY_WORKER_BRIDGE", "durable Redis", "--queue", "orders", *follow,
                       "--count", str(left))
        handled = [line[2:4] for line in HANDLED.findall(printed)]
        self.assertEqual({trace_id for trace_id, _ in handled},
                         {trace_id for *_, trace_id, _ in published})
        sent = [tuple(json.loads(item)["headers"]["traceparent"].split("-")[1:3])
                for item in here.lrange("after", 0, -1)]
        here.close()
        self.assertEqual({trace_id for trace_id, _ in sent}, {trace_id for trace_id, _ in handled})
        # The one on which the server was killed may have been published, and is handled again.
        self.assertLessEqual(len(sent), count + 1)
        self.assertEqual(len(set(sent)), len(sent))
        counted.append(f"Redis was killed with {left} of {count} tasks left: all were handled, "
                       f"{len(sent) - count} twice, each follow-up in its trace")

    def test_many_tasks_from_four_threads(self):
        count = 10_000
        for broker in BROKERS:
            worker = workers[broker, "plain"]
            done = subprocess.run(
                [os.environ["CELERY_LOAD"], servers[broker].url, worker.queue, "4", str(count)],
                stdout=subprocess.PIPE, text=True, timeout=PATIENCE, check=True)
            published = done.stdout.splitlines()
            key = f"counted:{worker.queue}"
            run_so_far = 0
            while run_so_far < count:  # on a busy machine that may take minutes
                worker.wait_until(lambda: store.llen(key) > run_so_far)
                run_so_far = store.llen(key)
            time.sleep(0.5)  # for duplicates
            arrived = [item.decode() for item in store.lrange(key, 0, -1)]
            lost = len(set(published) - set(arrived))
            doubled = len(arrived) - len(set(arrived))
            traces = len({line.split("-")[-3] for line in arrived})
            counted.append(f"{broker}: {len(published)} tasks from 4 C++ threads, {len(arrived)} run, "
                           f"{lost} lost, {doubled} doubled, {traces} traces")
            self.assertEqual(sorted(arrived), sorted(published))
            self.assertEqual((len(published), traces), (count, count))


def show():
    print("\nlines of the workers' logs")
    print("".join(f"  {line}\n" for line in log_lines), end="")
    width = [max((len(row[i]) for row in handed_over), default=0) for i in range(3)]
    print("\n| interoperation with Celery")
    for broker, source, target, what in dict.fromkeys(sorted(handed_over)):
        print(f"|   {broker:{width[0]}}  {source:{width[1]}}  ->  {target:{width[2]}}  {what}")
    print("".join(f"| {line}\n" for line in counted), end="")


def start():
    global store
    for server in servers.values():
        server.launch()
    for broker, server in servers.items():
        server.wait()
        for kind in WORKERS:
            workers[broker, kind] = Worker(broker, kind)
    for worker in workers.values():
        worker.wait()
    store = redis.Redis.from_url(servers["Redis"].url, socket_timeout=PATIENCE + 5)


def main():
    stage.need("redis-server", RABBITMQ, "epmd")
    servers.update({"Redis": Redis(FOLDER / "redis"), "RabbitMQ": RabbitMQ(FOLDER / "rabbitmq")})
    try:
        start()
        suite = unittest.defaultTestLoader.loadTestsFromTestCase(RealCelery)
        is_good = unittest.TextTestRunner(verbosity=2).run(suite).wasSuccessful()
        show()
    finally:
        for asked in (signal.SIGINT, signal.SIGTERM):
            signal.signal(asked, signal.SIG_IGN)  # another signal must wait
        for each in [*workers.values(), *reversed(servers.values())]:
            each.stop()
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
