// SPDX-License-Identifier: Apache-2.0
#include "carriers/celery/envelope.hpp"

#include "carriers/celery/base64.hpp"
#include "carriers/celery/nested.hpp"
#include "json/strings.hpp"

namespace baton::celery::internal {

Envelope::Envelope(std::string_view text, NestedHeaders nested) : text_(text) {
  json::Scanner scanner(text);
  const auto read_header = [&](std::string_view name, json::Value& value) {
    const bool has_more =
        nested == NestedHeaders::read && name == nested_name && scanner.peek() == '{';
    return has_more ? nested_.read_or_null(scanner, value) : scanner.read(value);
  };
  const auto read_value = [&](std::string_view name, json::Value& value) {
    return name == "headers" ? headers_.read_or_null(scanner, value, read_header)
                             : scanner.read(value);
  };
  if (!members_.read(scanner, read_value) || !scanner.finish()) error_ = scanner.error();
}

ParseError Envelope::read_properties(json::Object& properties) const {
  const json::Member* const member = members_.find("properties");
  if (member == nullptr) return {ErrorCode::missing_field, 0};
  json::Scanner scanner(member->value.text);
  if (properties.read(scanner)) return {};
  const auto [code, offset] = scanner.error();
  return {code, offset_of(member->value.text.data()) + offset};
}

ParseError Envelope::decode_body(bool is_base64, std::string& body) const {
  const std::size_t index = members_.index_of("body");
  const auto written = members_.text_of(index);
  if (!written) return {ErrorCode::wrong_type, offset_of(members_[index].value.text.data())};
  if (!is_base64) {
    body = *written;
    return {};
  }
  const ParseError error = from_base64(*written, body);
  return error ? ParseError(error.code, place_in_body(error.offset, false)) : error;
}

std::size_t Envelope::place_in_body(std::size_t index, bool is_base64) const noexcept {
  const std::string_view inside = members_.find("body")->value.inside();
  const std::size_t character = is_base64 ? detail::base64::place_of_byte(index) : index;
  return offset_of(inside.data()) + json::place_of_byte(inside, character);
}

}  // namespace baton::celery::internal
