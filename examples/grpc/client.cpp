// SPDX-License-Identifier: Apache-2.0
// Starts a trace, and asks the Greeter for a greeting in it.

#include <grpcpp/grpcpp.h>

#include <baton/baton.hpp>
#include <baton/carriers/grpc.hpp>
#include <cstdlib>
#include <iostream>
#include <string>

#include "greeter.grpc.pb.h"

int main(int argc, char** argv) {
  const std::string address = argc > 1 ? argv[1] : "127.0.0.1:50051";
  const std::string name = argc > 2 ? argv[2] : "world";
  const auto channel = grpc::CreateChannel(address, grpc::InsecureChannelCredentials());
  const auto stub = greeter::Greeter::NewStub(channel);

  baton::Context context = baton::Context().child();
  context.set_sampling(baton::Sampling::sample);
  if (auto baggage = context.baggage().set("user", name)) context.set_baggage(*baggage);

  // Without an interceptor it is one line for each call.
  grpc::ClientContext call;
  baton::grpc::inject(call, context);

  greeter::GreetRequest request;
  request.set_name(name);
  greeter::GreetReply reply;
  const grpc::Status status = stub->Greet(&call, request, &reply);
  if (!status.ok()) {
    std::cerr << "grpc_greeter_client: " << status.error_message() << '\n';
    return EXIT_FAILURE;
  }
  std::cout << "trace " << context.span_context().trace_id.to_string() << '\n'
            << reply.greeting() << '\n';
}
