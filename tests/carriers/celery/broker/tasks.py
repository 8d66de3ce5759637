# SPDX-License-Identifier: Apache-2.0
"""The tasks of a stock worker, which report what they saw. With OpenTelemetry's instrumentation
if INSTRUMENTED says so: `celery --app tasks worker`, with BROKER and RESULTS in its environment.
"""

import json
import logging
import os

import redis
from celery import Celery
from celery.signals import after_setup_task_logger
from celery.utils.log import get_task_logger
from opentelemetry import baggage, trace

IS_INSTRUMENTED = os.environ.get("INSTRUMENTED") == "1"

if IS_INSTRUMENTED:
    from opentelemetry.instrumentation.celery import CeleryInstrumentor
    from opentelemetry.sdk.trace import TracerProvider

    trace.set_tracer_provider(TracerProvider())
    CeleryInstrumentor().instrument()

app = Celery("shop", broker=os.environ["BROKER"], backend=os.environ["RESULTS"])
app.conf.task_default_queue = os.environ["QUEUE"]
app.conf.worker_prefetch_multiplier = 64
logger = get_task_logger(__name__)
seen = redis.Redis.from_url(os.environ["RESULTS"])


@after_setup_task_logger.connect
def no_more_than_the_message(logger, **_):
    for handler in logger.handlers:
        handler.setFormatter(logging.Formatter("%(message)s"))


def tell(task):
    request = task.request
    said = {
        "task": task.name, "id": request.id, "root": request.root_id, "parent": request.parent_id,
        "retries": request.retries, "args": list(request.args),
        "traceparent": request.get("traceparent"), "baggage_header": request.get("baggage"),
    }
    trace_id = (said["traceparent"] or "-").split("-")[1]
    if IS_INSTRUMENTED:
        span = trace.get_current_span()
        said["span_trace"] = trace_id = f"{span.get_span_context().trace_id:032x}"
        if span.is_recording() and span.parent is not None:
            said["span_parent"] = f"{span.parent.span_id:016x}"
        said["baggage"] = dict(baggage.get_all())
    logger.info("%s runs, retry %d, trace_id=%s", task.name, request.retries, trace_id)
    seen.rpush("seen:" + os.environ["QUEUE"], json.dumps(said))


@app.task(name="shop.add", bind=True)
def add(self, a, b):
    tell(self)
    return a + b


@app.task(name="shop.double", bind=True)
def double(self, a):
    tell(self)
    return 2 * a


@app.task(name="shop.total", bind=True)
def total(self, values):
    tell(self)
    return sum(values)


@app.task(name="shop.flaky", bind=True, max_retries=3)
def flaky(self, a, b):
    tell(self)
    if self.request.retries < 2:
        raise self.retry(countdown=0)
    return a + b


@app.task(name="shop.echo", bind=True)
def echo(self, *args, **kwargs):
    tell(self)
    return [args, kwargs]


@app.task(name="shop.count", bind=True, ignore_result=True)
def count(self, number):
    """One of many: reports no more than it must."""
    seen.rpush("counted:" + os.environ["QUEUE"],
               f"{self.request.id} {number} {self.request.get('traceparent')}")
