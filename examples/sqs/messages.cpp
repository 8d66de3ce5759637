// SPDX-License-Identifier: Apache-2.0
/// Writes contexts into requests for Amazon SQS, and reads them from what it answers: as a filter.

#include <baton/baton.hpp>
#include <baton/carriers/environment.hpp>
#include <baton/carriers/sqs.hpp>
#include <exception>
#include <iostream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "support/options.hpp"

namespace {

int fail(const baton::ParseError& error) {
  std::cerr << "sqs_messages: " << error.message() << '\n';
  return 1;
}

/// Each message gets the environment's context or, if there is none, a trace of its own.
int send(std::string request) {
  const baton::Context ours = baton::environment::extract();
  if (ours == baton::Context()) baton::set_global_tracer(std::make_shared<baton::IdTracer>());
  const baton::Scope scope(ours);
  const baton::sqs::Sending sending(request);
  if (!sending.left_out()) return fail(sending.left_out().error());
  for (const baton::sqs::LeftOut& each : *sending.left_out()) {
    std::cerr << "sqs_messages: message " << each.entry << " has no room for " << each.field
              << '\n';
  }
  std::cout << request;
  return 0;
}

int receive(const std::string& response) {
  const auto contexts = baton::sqs::extract(response);
  if (!contexts) return fail(contexts.error());
  for (std::size_t i = 0; i < contexts->size(); ++i) {
    baton::sqs::process((*contexts)[i], [&] {
      const baton::SpanContext& caller = baton::current().span_context();
      std::cout << "message " << i << "  trace " << caller.trace_id << "  span " << caller.span_id
                << "  baggage " << baton::current().baggage().header() << '\n';
    });
  }
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  CLI::App app("Reads JSON of Amazon SQS from standard input.", "sqs_messages");
  app.require_subcommand(1);
  const CLI::App* const sends = app.add_subcommand(
      "send", "Print a SendMessage or SendMessageBatch request with a context for each message");
  app.add_subcommand("receive", "Print the contexts of a ReceiveMessage response or Lambda event");
  if (const std::optional<int> status = example::parse_options(app, count, arguments)) {
    return *status;
  }
  try {
    std::string json{std::istreambuf_iterator<char>(std::cin), {}};
    return sends->parsed() ? send(std::move(json)) : receive(json);
  } catch (const std::exception& error) {
    std::cerr << "sqs_messages: " << error.what() << '\n';
    return 1;
  }
}
