// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "baton/carriers/sqs.hpp"
#include "laws/envelope_laws.hpp"

/// The laws of every text that is read as a request of SQS, or as a response.
namespace laws {

/// The messages of a request: itself, or its entries.
inline std::vector<boost_json::object*> messages_of(boost_json::value& request) {
  boost_json::object& whole = request.as_object();
  boost_json::value* const entries = whole.if_contains("Entries");
  if (entries == nullptr || entries->is_null()) return {&whole};
  std::vector<boost_json::object*> messages;
  for (boost_json::value& entry : entries->as_array()) messages.push_back(&entry.as_object());
  return messages;
}

/// Removes the fields from a message, and objects that are then empty. Returns their number.
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

/// The texts of attributes, in any of the spellings.
inline Texts texts_of_attributes(boost_json::object* attributes) {
  Texts texts;
  if (attributes == nullptr) return texts;
  for (auto& [name, value] : *attributes) {
    if (!value.is_object()) continue;
    for (const auto& [type, text] :
         {std::pair("DataType", "StringValue"), std::pair("dataType", "stringValue"),
          std::pair("Type", "Value")}) {
      const boost_json::value* const said = value.as_object().if_contains(type);
      if (said == nullptr) continue;
      const boost_json::value* const content = value.as_object().if_contains(text);
      const std::string kind = said->is_string() ? std::string(said->get_string()) + "." : "";
      if (kind.starts_with("String.") && content != nullptr && content->is_string()) {
        texts.emplace_back(name, std::string_view(content->get_string()));
      }
      break;
    }
  }
  return texts;
}

inline bool has_text_of_field(const Texts& texts) {
  for (const auto& [name, text] : texts) {
    if (w3c_chain().owns(name)) return true;
  }
  return false;
}

/// The first member with attributes, of the message or of the notification that it is.
inline boost_json::object* attributes_in(boost_json::object& parent, bool is_message = true) {
  for (auto& [name, value] : parent) {
    if (!value.is_object()) continue;
    if (name == "MessageAttributes" || name == "messageAttributes") return &value.as_object();
    if (!is_message || name != "Sns") continue;
    if (boost_json::object* const inner = attributes_in(value.as_object(), false)) return inner;
  }
  return nullptr;
}

/// The number of members of all objects in a value.
inline std::size_t count_members(const boost_json::value& value) {
  std::size_t count = 0;
  if (const auto* const array = value.if_array()) {
    for (const boost_json::value& element : *array) count += count_members(element);
  } else if (const auto* const object = value.if_object()) {
    for (const auto& member : *object) count += 1 + count_members(member.value());
  }
  return count;
}

/// Whether Boost.JSON reads it, and no object repeats a name, which Boost.JSON does not report.
inline bool read_once(std::string_view text, boost_json::value& value) {
  if (!read_json(text, value)) return false;
  std::size_t colons = 0;
  bool is_inside = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_inside && text[i] == '\\') ++i;
    if (text[i] == '"') is_inside = !is_inside;
    if (text[i] == ':' && !is_inside) ++colons;
  }
  return colons == count_members(value);
}

/// What is read from one message: its own attributes or, if these have no field, those of the
/// notification that its body may be. Nothing if the result is unknown.
inline std::optional<baton::Context> context_of_message(boost_json::object& message) {
  Texts texts = texts_of_attributes(attributes_in(message));
  if (has_text_of_field(texts)) return context_of(texts, {});
  const boost_json::value* const body =
      message.if_contains(message.contains("Body") ? "Body" : "body");
  if (body == nullptr || !body->is_string()) return context_of(texts, {});
  const std::string_view text = body->get_string();
  if (!text.starts_with('{') || scan(text)) return context_of(texts, {});
  boost_json::value notification;
  if (!read_once(text, notification)) return std::nullopt;
  const boost_json::value* const type = notification.as_object().if_contains("Type");
  if (type != nullptr && *type == "Notification") {
    texts = texts_of_attributes(object_in(notification.as_object(), "MessageAttributes"));
  }
  return context_of(texts, {});
}

/// Whether a character that identifies a notification is written as an escape, such as `\u004D`.
inline bool hides_notification(std::string_view text) {
  for (const char c : std::string_view("{MessageAttributes")) {
    for (const std::string_view digits : {"0123456789abcdef", "0123456789ABCDEF"}) {
      const auto code = static_cast<unsigned char>(c);
      const std::string escaped = std::string("\\u00") + digits[code / 16] + digits[code % 16];
      if (text.find(escaped) != std::string_view::npos) return true;
    }
  }
  return false;
}

/// Messages are found in every place for them, and nowhere else.
inline void check_received(std::string_view text) {
  const baton::test::ExactText exact(text);
  baton::ExtractReport report;
  const auto contexts =
      baton::sqs::extract(exact.view(), {.chain = w3c_chain(), .report = &report});
  require(contexts || contexts.error().offset <= text.size(), "an error is in the response");
  const auto one =
      baton::sqs::extract_message(exact.view(), {.chain = w3c_chain(), .report = &report});
  require(one || one.error().offset <= text.size(), "an error is in the message");
  require((!contexts && !one) || !scan(text), "only JSON is read");
  boost_json::value value;
  if ((!contexts && !one) || hides_notification(text) || !read_once(text, value)) return;
  const auto check = [](const baton::Context& arrived, boost_json::value& message) {
    const auto expected = context_of_message(message.as_object());
    require(!expected || arrived == *expected, "every field of a message is found");
  };
  if (one) check(*one, value);
  if (!contexts) return;
  std::size_t count = 0;
  for (auto& [name, list] : value.as_object()) {
    if ((name != "Messages" && name != "Records") || list.is_null()) continue;
    for (boost_json::value& message : list.as_array()) {
      require(count < contexts->size(), "every message is read");
      check((*contexts)[count++], message);
    }
  }
  require(count == contexts->size(), "no message is made up");
}

inline void check_sqs(std::string_view text) {
  check_received(text);

  std::string request(text);
  const auto left_out = baton::sqs::inject(request, sent_context(), {.chain = w3c_chain()});
  if (!left_out) {
    require(request == text, "an error leaves the request as it was");
    require(left_out.error().offset <= text.size(), "an error is in the request, or at its end");
    return;
  }
  require(!scan(request), "what is written is JSON");
  require(!scan(text), "only what is JSON is changed");
  boost_json::value before;
  boost_json::value after;
  if (!read_json(text, before) || !read_json(request, after)) return;
  const auto old_messages = messages_of(before);
  const auto new_messages = messages_of(after);
  require(old_messages.size() == new_messages.size(), "no message is added or removed");
  std::size_t written = 0;
  for (std::size_t i = 0; i < new_messages.size(); ++i) {
    boost_json::value* const attributes = new_messages[i]->if_contains("MessageAttributes");
    const bool has_attributes = attributes != nullptr && attributes->is_object();
    const std::size_t all = has_attributes ? attributes->as_object().size() : 0;
    const bool has_parent = has_attributes && attributes->as_object().contains("traceparent");
    const auto single = baton::sqs::extract_message(boost_json::serialize(*new_messages[i]),
                                                    {.chain = w3c_chain()});
    // Received members may have the wrong type, or count before those that are written.
    bool is_sent = true;
    for (const char* const name : {"Attributes", "attributes", "messageAttributes", "Sns"}) {
      is_sent = is_sent && !new_messages[i]->contains(name);
    }
    const std::size_t fields = take_fields(*new_messages[i]);
    take_fields(*old_messages[i]);
    written += fields;
    require(fields == 0 || all <= baton::sqs::max_attributes, "there are ten at most");
    require(has_parent == (all - fields < baton::sqs::max_attributes),
            "traceparent gets in where there is room");
    if (!is_sent || !has_parent) continue;
    require(single && single->span_context().is_valid(), "what was written is read");
    require(fields != 3 || *single == sent_context(), "what was written is read");
  }
  require(before == after, "nothing else is changed");
  require(written + left_out->size() == 3 * new_messages.size(), "what is left out is told");

  std::string again = request;
  require(baton::sqs::inject(again, sent_context(), {.chain = w3c_chain()}).has_value() &&
              again == request,
          "writing the same again changes nothing");
  std::string bare(text);
  require(baton::sqs::inject(bare, baton::Context(), {.chain = w3c_chain()}).has_value() &&
              is_part_of(bare, text),
          "clearing only takes out");
}

}  // namespace laws
