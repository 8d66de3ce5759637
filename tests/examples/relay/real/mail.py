# SPDX-License-Identifier: Apache-2.0
"""A stock Celery worker, with OpenTelemetry's instrumentation: `celery --app mail worker`, with
BROKER in its environment.
"""

import os

import spans
from celery import Celery
from opentelemetry import baggage, trace
from opentelemetry.instrumentation.celery import CeleryInstrumentor

spans.start("mailer")
CeleryInstrumentor().instrument()
app = Celery("mail", broker=os.environ["BROKER"])


@app.task(name="mail.confirm", ignore_result=True)
def confirm(order):
    span = trace.get_current_span()
    span.set_attribute("order", order)
    span.set_attribute("baggage.order", baggage.get_baggage("order") or "")
