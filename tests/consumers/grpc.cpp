// SPDX-License-Identifier: Apache-2.0
#include <grpcpp/grpcpp.h>

#include <baton/baton.hpp>
#include <baton/carriers/grpc.hpp>
#include <cstdlib>

int main() {
  grpc::ClientContext call;
  const baton::Context context = baton::Context().child();
  baton::grpc::inject(call, context);
  const bool is_good = baton::grpc::client_interceptor({.tracer = nullptr}) != nullptr &&
                       baton::grpc::server_interceptor({.tracer = nullptr}) != nullptr;
  return is_good ? EXIT_SUCCESS : EXIT_FAILURE;
}
