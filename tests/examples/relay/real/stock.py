# SPDX-License-Identifier: Apache-2.0
"""A service between `edge` and `orders`: gRPC for Python, with OpenTelemetry's instrumentation.

    stock.py PORT ADDRESS-OF-ORDERS
"""

import concurrent.futures
import sys

import grpc
import spans
from opentelemetry.instrumentation.grpc import GrpcInstrumentorClient, GrpcInstrumentorServer

spans.start("stock")
GrpcInstrumentorClient().instrument()
GrpcInstrumentorServer().instrument()

port, orders = sys.argv[1:]
place = grpc.insecure_channel(orders).unary_unary("/shop.Orders/Place")
handlers = {"Place": grpc.unary_unary_rpc_method_handler(lambda order, _: place(order, timeout=20))}
server = grpc.server(concurrent.futures.ThreadPoolExecutor(8))
server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("shop.Orders", handlers),))
server.add_insecure_port(f"127.0.0.1:{port}")
server.start()
server.wait_for_termination()
