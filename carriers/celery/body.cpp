// SPDX-License-Identifier: Apache-2.0
#include "carriers/celery/body.hpp"

#include <cstdint>
#include <utility>

#include "json/carrier.hpp"
#include "json/strings.hpp"
#include "text/base64.hpp"

namespace baton::celery::detail {
namespace {

namespace base64 = baton::detail::base64;

/// As `properties` say; without a word, the body is what it looks like.
bool is_in_base64(const Envelope& envelope) {
  const json::Member* const properties = envelope.members().find("properties");
  if (properties == nullptr || properties->value.type != json::Type::object) return false;
  json::Scanner scanner(properties->value.text);
  json::Object members;
  // It was read before, but for names that come twice: of those the first counts.
  members.read(scanner);
  return members.text_of("body_encoding") == "base64";
}

}  // namespace

Body::Body(const Envelope& envelope, std::string_view text) {
  error_ = read(envelope);
  if (!error_) return;
  if (value_ == nullptr) {
    error_ = {error_.code, text.size() - 1};
    return;
  }
  std::size_t place = error_.offset;
  if (is_base64_ && error_.code != ErrorCode::bad_base64) place = base64::place_of_byte(place);
  const bool is_string = value_->type == json::Type::string;
  const std::string_view inside = is_string ? value_->inside() : value_->text;
  place = is_string ? json::place_of_byte(inside, place) : 0;
  error_ = {error_.code, static_cast<std::size_t>(inside.data() - text.data()) + place};
}

ParseError Body::decode(const Envelope& envelope) {
  const std::size_t index = envelope.members().index_of("body");
  if (index == json::Object::none) return {ErrorCode::missing_field, 0};
  value_ = &envelope.members()[index].value;
  const auto written = envelope.members().text_of(index);
  if (!written) return {ErrorCode::wrong_type, 0};
  is_base64_ = is_in_base64(envelope);
  if (!is_base64_) {
    text_ = *written;
    return {};
  }
  text_.resize(base64::decoded_size(written->size()) + 3);
  std::size_t size = 0;
  const ParseError error =
      base64::decode(*written, {reinterpret_cast<std::uint8_t*>(text_.data()), text_.size()}, size);
  text_.resize(!error ? size : 0);
  return error;
}

ParseError Body::read(const Envelope& envelope) {
  if (const ParseError error = decode(envelope)) return error;
  json::Scanner scanner(text_);
  const auto read_value = [&](std::string_view name, json::Value& value) {
    return name == "kwargs" ? kwargs_.read_or_null(scanner, value) : scanner.read(value);
  };
  if (!members_.read(scanner, read_value) || !scanner.finish()) return scanner.error();
  if (members_.find("task") == nullptr) return {ErrorCode::missing_field, 0};
  return {};
}

bool Body::begins_as_object() const noexcept {
  const std::size_t begin = text_.find_first_not_of(" \t\n\r");
  return begin != std::string::npos && text_[begin] == '{';
}

std::string Body::inject(const Context& context, const PropagatorChain& chain) && {
  json::Splice splice;
  json::Edits edits(members_, splice);
  json::Edits kwargs(kwargs_, splice);
  edits.nest("kwargs", kwargs);
  chain.inject(context, json::ObjectWriter(kwargs));
  edits.write();
  splice.apply(text_);
  if (!is_base64_) return std::move(text_);
  std::string encoded((text_.size() + 2) / 3 * 4, '=');
  base64::encode({reinterpret_cast<const std::uint8_t*>(text_.data()), text_.size()},
                 encoded.data());
  return encoded;
}

}  // namespace baton::celery::detail
