// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "baton/carriers/sqs.hpp"
#include "baton/function_ref.hpp"
#include "carriers/sqs/received.hpp"

namespace baton::sqs {
namespace {

/// Shows each message of a response or event, in order.
expected<void> visit_messages(std::string_view response,
                              FunctionRef<void(ReceivedMessage&)> visit) {
  json::Scanner scanner(response);
  json::Object members;
  bool has_messages = false;
  const auto read_value = [&](std::string_view name, json::Value& value) {
    const bool is_list = name == "Messages" || name == "Records";
    has_messages = has_messages || is_list;
    if (!is_list || scanner.peek() == 'n') return scanner.read(value);
    scanner.enter_array();
    while (scanner.next_element()) {  // none after an error
      ReceivedMessage message;
      if (message.read(scanner)) visit(message);
    }
    return !scanner.failed();
  };
  // boto3 adds one member to each answer.
  const auto is_empty = [&] {
    return members.size() == (members.find("ResponseMetadata") == nullptr ? 0U : 1U);
  };
  if (members.read(scanner, read_value) && scanner.finish() && !has_messages && !is_empty()) {
    scanner.fail(ErrorCode::missing_field, members.inside() - 1);
  }
  if (scanner.failed()) return tl::unexpected(scanner.error());
  return {};
}

}  // namespace

expected<std::vector<Context>> extract(std::string_view response, const ExtractOptions& options) {
  std::vector<Context> contexts;
  const auto done = visit_messages(
      response, [&](ReceivedMessage& message) { contexts.push_back(message.extract(options)); });
  if (!done) return tl::unexpected(done.error());
  return contexts;
}

expected<std::vector<Received>> receive(std::string_view response, const ExtractOptions& options) {
  std::vector<Received> received;
  const auto done = visit_messages(response, [&](ReceivedMessage& message) {
    Received each;
    each.context = message.extract({options.chain, options.report, &each.link});
    received.push_back(std::move(each));
  });
  if (!done) return tl::unexpected(done.error());
  return received;
}

expected<Context> extract_message(std::string_view text, const ExtractOptions& options) {
  json::Scanner scanner(text);
  ReceivedMessage message;
  if (!message.read(scanner) || !scanner.finish()) return tl::unexpected(scanner.error());
  return message.extract(options);
}

}  // namespace baton::sqs
