// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "baton/chain.hpp"
#include "carriers/celery/envelope.hpp"
#include "json/object.hpp"

namespace baton::celery::internal {

/// The body of a task of protocol 1, a JSON object with the task's name and arguments.
class Body {
 public:
  /// Reads the body of an envelope without an error.
  explicit Body(const Envelope& envelope) : error_(read(envelope)) {}

  /// Its offset counts in the envelope's text.
  [[nodiscard]] const ParseError& error() const noexcept { return error_; }
  /// Whether it looks like an attempt at such an object.
  [[nodiscard]] bool begins_as_object() const noexcept;
  [[nodiscard]] const json::Object& kwargs() const noexcept { return kwargs_; }

  /// The body with the context in `kwargs`, as text for an envelope.
  [[nodiscard]] std::string inject(const Context& context, const PropagatorChain& chain,
                                   std::string_view destination) &&;

 private:
  ParseError read(const Envelope& envelope);

  bool is_base64_ = false;
  std::string text_;
  json::Object members_;
  json::Object kwargs_;
  ParseError error_;
};

}  // namespace baton::celery::internal
