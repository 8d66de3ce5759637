// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "baton/function_ref.hpp"
#include "carriers/celery/envelope.hpp"
#include "json/edits.hpp"

namespace baton::celery::internal {

/// Changes to an envelope that was read without an error. Also a carrier that writes its headers,
/// and the nested ones if they have the name.
class EnvelopeEdits {
 public:
  /// The envelope must outlive it, and must have no other EnvelopeEdits.
  explicit EnvelopeEdits(Envelope& envelope);

  void set(std::string_view name, std::string_view value);
  void erase(std::string_view name);
  /// Erases, in both, the fields with such names that are neither set nor erased yet.
  void erase_if(FunctionRef<bool(std::string_view)> is_unwanted);
  /// Replaces the body, which must exist.
  void set_body(std::string_view body);

  /// Makes all changes to the text that was read.
  void apply(std::string& text);

 private:
  json::Edits* find_nested_with(std::string_view name) noexcept;

  Envelope* envelope_;
  json::Splice splice_;
  json::Edits members_{envelope_->members(), splice_};
  json::Edits headers_{envelope_->headers(), splice_};
  json::Edits nested_{envelope_->nested(), splice_};
};

}  // namespace baton::celery::internal
