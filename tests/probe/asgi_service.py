# SPDX-License-Identifier: Apache-2.0
"""A service with OpenTelemetry for Python: uvicorn, a bare ASGI app, and httpx for its own calls.

`POST /test` has a list `[{"url": …, "arguments": …}]`; the service posts the arguments to each URL.
"""

import asyncio
import json
import logging
import socket

import httpx
import uvicorn
from opentelemetry import trace
from opentelemetry.instrumentation.asgi import OpenTelemetryMiddleware
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor
from opentelemetry.sdk.trace import TracerProvider


async def body_of(receive):
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            return body


class App:
    def __init__(self):
        self.client = httpx.AsyncClient(timeout=5, trust_env=False)

    async def __call__(self, scope, receive, send):
        try:
            for order in json.loads(await body_of(receive)):
                await self.client.post(order["url"], json=order["arguments"])
            status = 200
        except httpx.HTTPError:
            status = 502
        await send({"type": "http.response.start", "status": status,
                    "headers": [(b"content-type", b"application/json"), (b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"[]"})


async def main():
    logging.disable(logging.WARNING)  # one for each malformed field
    trace.set_tracer_provider(TracerProvider())
    HTTPXClientInstrumentor().instrument()
    # asyncio sends at once only on sockets that are called TCP's.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    print(f"listening on http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
    config = uvicorn.Config(OpenTelemetryMiddleware(App()), http="h11", lifespan="off",
                            log_level="error")
    await uvicorn.Server(config).serve([listener])


if __name__ == "__main__":
    asyncio.run(main())
