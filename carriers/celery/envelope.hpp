// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "baton/chain.hpp"
#include "baton/parse_error.hpp"
#include "json/edits.hpp"
#include "json/object.hpp"

namespace baton::celery::detail {

/// An envelope, read once: its members, those of its headers, and those of the headers in them.
class Envelope {
 public:
  explicit Envelope(std::string_view text);

  [[nodiscard]] const ParseError& error() const noexcept { return error_; }
  /// These are whole only where there is no error.
  [[nodiscard]] const json::Object& members() const noexcept { return members_; }
  [[nodiscard]] const json::Object& headers() const noexcept { return headers_; }
  /// False if there are none.
  [[nodiscard]] const json::Object& nested() const noexcept { return nested_; }
  /// Of protocol 2: its headers name the task.
  [[nodiscard]] bool names_task() const noexcept;

  // The carrier that is written: of the headers, and of the nested ones if they have the name.
  void set(std::string_view name, std::string_view value);
  void erase(std::string_view name);
  /// Erases all fields of the chain in both, also those of families, which have no names to go by.
  void erase_fields_of(const PropagatorChain& chain);

  /// Replaces the body, which there is.
  void set_body(std::string_view text) { member_edits_.set(members_.index_of("body"), text); }
  /// Makes all changes to the text that was read.
  void apply(std::string& text);

 private:
  [[nodiscard]] bool is_nested(std::string_view name) const noexcept;

  json::Object members_;
  json::Object headers_;
  json::Object nested_;
  json::Splice splice_;
  json::Edits member_edits_{members_, splice_};
  json::Edits edits_{headers_, splice_};
  json::Edits nested_edits_{nested_, splice_};
  ParseError error_;
};

}  // namespace baton::celery::detail
