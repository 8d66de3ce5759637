#pragma once

#include <string>
#include <string_view>

#include "baton/parse_error.hpp"
#include "edits.hpp"
#include "object.hpp"

namespace baton::celery::detail {

/// An envelope, read once: its members, and those of its headers.
class Envelope {
 public:
  explicit Envelope(std::string_view text);

  [[nodiscard]] const ParseError& error() const noexcept { return error_; }
  /// These are whole only where there is no error.
  [[nodiscard]] const json::Object& members() const noexcept { return members_; }
  [[nodiscard]] const json::Object& headers() const noexcept { return headers_; }
  /// Of protocol 2: its headers name the task.
  [[nodiscard]] bool names_task() const noexcept;

  /// What is to become of the headers.
  [[nodiscard]] json::Edits& edits() noexcept { return edits_; }
  [[nodiscard]] json::Splice& splice() noexcept { return splice_; }
  /// Makes the changes to the text that was read.
  void apply(std::string& text);

 private:
  json::Object members_;
  json::Object headers_;
  json::Splice splice_;
  json::Edits edits_{headers_, splice_};
  ParseError error_;
};

}  // namespace baton::celery::detail
