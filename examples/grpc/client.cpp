// SPDX-License-Identifier: Apache-2.0
// Starts a trace, and calls the Greeter in it.

#include <grpcpp/grpcpp.h>

#include <baton/baton.hpp>
#include <baton/carriers/grpc.hpp>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>

#include "greeter.grpc.pb.h"
#include "support/options.hpp"

int main(int argc, char** argv) {
  std::string address = "127.0.0.1:50051";
  std::string name = "world";
  CLI::App app("Starts a trace, and calls the Greeter in it.", "grpc_greeter_client");
  app.add_option("address", address, "The address of the Greeter")
      ->type_name("HOST:PORT")
      ->capture_default_str();
  app.add_option("name", name, "The name to greet")->type_name("NAME")->capture_default_str();
  if (const std::optional<int> status = example::parse_options(app, argc, argv)) return *status;

  const auto channel = grpc::CreateChannel(address, grpc::InsecureChannelCredentials());
  const auto stub = greeter::Greeter::NewStub(channel);

  baton::Context context = baton::Context().child();
  context.set_sampling(baton::Sampling::sample);
  if (auto baggage = context.baggage().set("user", name)) context.set_baggage(*baggage);

  // Without an interceptor: one line for each call.
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
