// SPDX-License-Identifier: Apache-2.0
#include "carriers/celery/body.hpp"

#include <utility>

#include "carriers/celery/base64.hpp"
#include "json/carrier.hpp"

namespace baton::celery::internal {

ParseError Body::read(const Envelope& envelope) {
  if (envelope.members().find("body") == nullptr) {
    return {ErrorCode::missing_field, envelope.text().size() - 1};
  }
  json::Object properties;
  // If they are invalid, the body is read nevertheless.
  static_cast<void>(envelope.read_properties(properties));
  is_base64_ = properties.text_of("body_encoding") == "base64";
  if (const ParseError error = envelope.decode_body(is_base64_, text_)) return error;

  json::Scanner scanner(text_);
  const auto read_value = [&](std::string_view name, json::Value& value) {
    return name == "kwargs" ? kwargs_.read_or_null(scanner, value) : scanner.read(value);
  };
  ParseError error;
  if (!members_.read(scanner, read_value) || !scanner.finish()) {
    error = scanner.error();
  } else if (members_.find("task") == nullptr) {
    error = {ErrorCode::missing_field, 0};
  }
  return error ? ParseError(error.code, envelope.place_in_body(error.offset, is_base64_)) : error;
}

bool Body::begins_as_object() const noexcept {
  const std::size_t begin = text_.find_first_not_of(" \t\n\r");
  return begin != std::string::npos && text_[begin] == '{';
}

std::string Body::inject(const Context& context, const PropagatorChain& chain,
                         std::string_view destination) && {
  json::Splice splice;
  json::Edits edits(members_, splice);
  json::Edits kwargs(kwargs_, splice);
  edits.nest("kwargs", kwargs);
  chain.inject(context, json::ObjectWriter(kwargs), destination);
  kwargs.erase_if([&](std::string_view name) { return chain.owns(name); });
  edits.write();
  splice.apply(text_);
  return is_base64_ ? to_base64(text_) : std::move(text_);
}

}  // namespace baton::celery::internal
