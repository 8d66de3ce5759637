// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "baton/parse_error.hpp"
#include "carriers/celery/envelope.hpp"
#include "json/object.hpp"
#include "json/splice.hpp"

namespace baton::celery::detail {

/// The body of a task of protocol 1, a JSON object with the task's name and arguments.
class Body {
 public:
  /// The offset of an error counts in the envelope's text.
  Body(const Envelope& envelope, std::string_view text);

  [[nodiscard]] const ParseError& error() const noexcept { return error_; }
  /// Whether it looks as if it were meant to be one.
  [[nodiscard]] bool begins_as_object() const noexcept;
  [[nodiscard]] const json::Object& kwargs() const noexcept { return kwargs_; }

  /// The body with the context in `kwargs`, as text for an envelope.
  [[nodiscard]] std::string inject(const Context& context, const PropagatorChain& chain) &&;

 private:
  ParseError read(const Envelope& envelope);
  ParseError decode(const Envelope& envelope);

  const json::Value* value_ = nullptr;  // in the envelope
  bool is_base64_ = false;
  std::string text_;
  json::Object members_;
  json::Object kwargs_;
  ParseError error_;
};

}  // namespace baton::celery::detail
