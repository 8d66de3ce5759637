// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "baton/parse_error.hpp"
#include "json/object.hpp"

namespace baton::celery::internal {

enum class NestedHeaders : bool { ignored, read };

/// An envelope, read once: its members, those of its headers, and those of the headers in them.
/// Offsets of errors count in its text.
class Envelope {
 public:
  explicit Envelope(std::string_view text, NestedHeaders nested = NestedHeaders::read);

  [[nodiscard]] const ParseError& error() const noexcept { return error_; }
  [[nodiscard]] std::string_view text() const noexcept { return text_; }
  // Complete only if there is no error.
  [[nodiscard]] const json::Object& members() const noexcept { return members_; }
  [[nodiscard]] json::Object& members() noexcept { return members_; }
  [[nodiscard]] const json::Object& headers() const noexcept { return headers_; }
  [[nodiscard]] json::Object& headers() noexcept { return headers_; }
  /// False if there are none.
  [[nodiscard]] const json::Object& nested() const noexcept { return nested_; }
  [[nodiscard]] json::Object& nested() noexcept { return nested_; }
  /// Whether it is of protocol 2: its headers name the task.
  [[nodiscard]] bool names_task() const noexcept {
    return headers_.find_non_null("task") != nullptr;
  }

  /// Reads the members of `properties`. After an error, it has those before the error.
  ParseError read_properties(json::Object& properties) const;

  /// Decodes the body, which must exist. Error: `wrong_type`, `bad_base64`.
  ParseError decode_body(bool is_base64, std::string& body) const;
  /// The place in the text of that byte of the decoded body.
  [[nodiscard]] std::size_t place_in_body(std::size_t index, bool is_base64) const noexcept;

 private:
  [[nodiscard]] std::size_t offset_of(const char* place) const noexcept {
    return static_cast<std::size_t>(place - text_.data());
  }

  std::string_view text_;
  json::Object members_;
  json::Object headers_;
  json::Object nested_;
  ParseError error_;
};

}  // namespace baton::celery::internal
