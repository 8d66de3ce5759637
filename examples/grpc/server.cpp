// SPDX-License-Identifier: Apache-2.0
// Two services: Greeter, with the synchronous API, calls Salutations, with the callback API. Both
// print their trace.

#include <grpcpp/grpcpp.h>

#include <baton/baton.hpp>
#include <baton/carriers/grpc.hpp>
#include <cstdlib>
#include <ctime>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "greeter.grpc.pb.h"
#include "support/options.hpp"

namespace {

void say(const std::string& service) {
  const baton::Context& context = baton::current();
  std::cout << service + ": trace " + context.span_context().trace_id.to_string() + ", for " +
                   context.baggage().get("user").value_or("nobody") + '\n'
            << std::flush;
}

class Salutations final : public greeter::Salutations::CallbackService {
  grpc::ServerUnaryReactor* Find(grpc::CallbackServerContext* context,
                                 const greeter::FindRequest* request,
                                 greeter::FindReply* reply) override {
    say("salutations");
    reply->set_words(request->hour() < 12 ? "Good morning" : "Good day");
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }
};

class Greeter final : public greeter::Greeter::Service {
 public:
  explicit Greeter(const std::shared_ptr<grpc::Channel>& salutations)
      : salutations_(greeter::Salutations::NewStub(salutations)) {}

 private:
  grpc::Status Greet(grpc::ServerContext* /*context*/, const greeter::GreetRequest* request,
                     greeter::GreetReply* reply) override {
    say("greeter");
    greeter::FindRequest question;
    question.set_hour(static_cast<int>(std::time(nullptr) / 3600 % 24));
    greeter::FindReply found;
    grpc::ClientContext call;  // the interceptor adds baton::current()
    const grpc::Status status = salutations_->Find(&call, question, &found);
    if (status.ok()) reply->set_greeting(found.words() + ", " + request->name() + "!");
    return status;
  }

  std::unique_ptr<greeter::Salutations::Stub> salutations_;
};

/// A server in which every call has a context.
std::unique_ptr<grpc::Server> serve(grpc::Service& service, const std::string& address, int& port) {
  std::vector<std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>> interceptors;
  interceptors.push_back(baton::grpc::server_interceptor());

  grpc::ServerBuilder builder;
  builder.experimental().SetInterceptorCreators(std::move(interceptors));
  builder.AddListeningPort(address, grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&service);
  return builder.BuildAndStart();
}

/// A channel on which every call carries the current context.
std::shared_ptr<grpc::Channel> connect(const std::string& address) {
  std::vector<std::unique_ptr<grpc::experimental::ClientInterceptorFactoryInterface>> interceptors;
  interceptors.push_back(baton::grpc::client_interceptor());
  return grpc::experimental::CreateCustomChannelWithInterceptors(
      address, grpc::InsecureChannelCredentials(), {}, std::move(interceptors));
}

}  // namespace

int main(int argc, char** argv) {
  std::string address = "127.0.0.1:50051";
  CLI::App app("Greets, with words from a second service.", "grpc_greeter_server");
  app.add_option("address", address, "The address to listen on; port 0: any")
      ->type_name("HOST:PORT")
      ->capture_default_str();
  if (const std::optional<int> status = example::parse_options(app, argc, argv)) return *status;

  int port = 0;
  Salutations salutations;
  const auto second = serve(salutations, "127.0.0.1:0", port);
  if (second == nullptr) return EXIT_FAILURE;
  Greeter greeter(connect("127.0.0.1:" + std::to_string(port)));
  const auto first = serve(greeter, address, port);
  if (first == nullptr || port == 0) {
    std::cerr << "grpc_greeter_server: cannot listen on " << address << '\n';
    return EXIT_FAILURE;
  }
  std::cout << "listening on port " << port << "; end the input to stop\n" << std::flush;
  while (std::cin.get() != EOF) {
  }
}
