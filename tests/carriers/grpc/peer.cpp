// SPDX-License-Identifier: Apache-2.0
// Baton's side of a call to, or from, another implementation of gRPC:
//
//     peer serve API PROPAGATORS             listens until its input ends
//     peer call API PROPAGATORS ADDRESS TRACEPARENT TRACESTATE BAGGAGE
//                                            calls each kind, and prints a line of JSON for each

#include <google/protobuf/util/json_util.h>

#include <cstdlib>
#include <iostream>
#include <map>
#include <stdexcept>
#include <string_view>

#include "baton/configuration.hpp"
#include "client.hpp"

namespace {

using namespace grpc_test;

Api api_named(std::string_view text) {
  for (const Api api : apis) {
    if (text == name(api)) return api;
  }
  throw std::runtime_error("there is no interface " + std::string(text));
}

void serve(Api api, baton::PropagatorChain chain) {
  auto server = start_server(api, {.chain = std::move(chain)});
  std::cout << server->address() << std::endl;
  while (std::cin.get() != EOF) {
  }
  server.reset();
  if (leaks != 0) throw std::runtime_error("something stayed current on a thread");
}

void call_all(Api api, baton::PropagatorChain chain, const std::string& address,
              const std::map<std::string, std::string>& fields) {
  const baton::Context context =
      baton::make_chain("tracecontext,baggage").chain.extract(baton::MapCarrier(fields));
  const auto stub = Relay::NewStub(channel_to(address, {.chain = std::move(chain)}));
  for (const Kind kind : kinds) {
    const baton::Scope scope(context);
    ::grpc::ClientContext client_context;
    const Outcome outcome = call(api, kind, *stub, client_context);
    if (!outcome.status.ok()) throw std::runtime_error(outcome.status.error_message());
    for (const Answer& answer : outcome.answers) {
      std::string json;
      if (!google::protobuf::util::MessageToJsonString(answer, &json).ok()) std::abort();
      std::cout << name(kind) << ' ' << json << '\n';
    }
  }
}

}  // namespace

int main(int count, char** words) {
  const std::vector<std::string> arguments(words + 1, words + count);
  try {
    if (arguments.size() < 3) throw std::runtime_error("too few arguments");
    const Api api = api_named(arguments[1]);
    baton::PropagatorChain chain = baton::make_chain(arguments[2]).chain;
    if (arguments[0] == "serve") {
      serve(api, std::move(chain));
    } else {
      call_all(api, std::move(chain), arguments.at(3),
               {{"traceparent", arguments.at(4)},
                {"tracestate", arguments.at(5)},
                {"baggage", arguments.at(6)}});
    }
  } catch (const std::exception& error) {
    std::cerr << "peer: " << error.what() << '\n';
    return EXIT_FAILURE;
  }
}
