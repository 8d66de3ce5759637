#pragma once

#include <string>
#include <string_view>

#include "baton/carriers/sqs.hpp"
#include "laws/envelope_laws.hpp"

/// What must hold for every text that is to be a request of SQS, or a response.
namespace laws {

/// The messages of a request: it, or its entries.
inline std::vector<boost_json::object*> messages_of(boost_json::value& request) {
  boost_json::object& whole = request.as_object();
  boost_json::value* const entries = whole.if_contains("Entries");
  if (entries == nullptr || entries->is_null()) return {&whole};
  std::vector<boost_json::object*> messages;
  for (boost_json::value& entry : entries->as_array()) messages.push_back(&entry.as_object());
  return messages;
}

/// Takes the fields out of a message, and what is then empty. Gives how many there were.
inline std::size_t take_fields(boost_json::object& message) {
  std::size_t count = 0;
  boost_json::value* const attributes = message.if_contains("MessageAttributes");
  if (attributes == nullptr) return 0;
  if (attributes->is_object()) {
    count = take_members(attributes->as_object());
    if (!attributes->as_object().empty()) return count;
  }
  message.erase("MessageAttributes");
  return count;
}

inline void check_sqs(std::string_view text) {
  const baton::test::ExactText exact(text);
  baton::ExtractReport report;
  const auto contexts = baton::sqs::extract(exact.view(), w3c_chain(), &report);
  require(contexts || contexts.error().offset <= text.size(), "an error is in the response");
  const auto one = baton::sqs::extract_message(exact.view(), w3c_chain(), &report);
  require(one || one.error().offset <= text.size(), "an error is in the message");

  std::string request(text);
  const auto left_out = baton::sqs::inject(request, sent_context(), w3c_chain());
  if (!left_out) {
    require(request == text, "an error leaves the request as it was");
    require(left_out.error().offset <= text.size(), "an error is in the request, or at its end");
    return;
  }
  require(scan(request) == baton::ParseError(), "what is written is JSON");
  require(scan(text) == baton::ParseError(), "only what is JSON is changed");
  boost_json::value before;
  boost_json::value after;
  if (!read_json(text, before) || !read_json(request, after)) return;
  const auto old_messages = messages_of(before);
  const auto new_messages = messages_of(after);
  require(old_messages.size() == new_messages.size(), "no message comes or goes");
  std::size_t written = 0;
  for (std::size_t i = 0; i < new_messages.size(); ++i) {
    boost_json::value* const attributes = new_messages[i]->if_contains("MessageAttributes");
    const bool has_attributes = attributes != nullptr && attributes->is_object();
    const std::size_t all = has_attributes ? attributes->as_object().size() : 0;
    const bool has_parent = has_attributes && attributes->as_object().contains("traceparent");
    const auto single =
        baton::sqs::extract_message(boost_json::serialize(*new_messages[i]), w3c_chain());
    const std::size_t fields = take_fields(*new_messages[i]);
    take_fields(*old_messages[i]);
    written += fields;
    require(fields == 0 || all <= baton::sqs::most_attributes, "there are ten at most");
    require(has_parent == (all - fields < baton::sqs::most_attributes),
            "traceparent gets in where there is room");
    require(single && single->span_context().is_valid() == has_parent, "what was written is read");
    require(fields != 3 || *single == sent_context(), "what was written is read");
  }
  require(before == after, "nothing else is changed");
  require(written + left_out->size() == 3 * new_messages.size(), "what is left out is told");

  std::string again = request;
  require(baton::sqs::inject(again, sent_context(), w3c_chain()).has_value() && again == request,
          "writing the same again changes nothing");
  std::string bare(text);
  require(
      baton::sqs::inject(bare, baton::Context(), w3c_chain()).has_value() && is_part_of(bare, text),
      "clearing only takes out");
}

}  // namespace laws
