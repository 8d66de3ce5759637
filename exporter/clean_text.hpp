// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace baton::detail {

/// The text, or as many whole characters of it as the limit of the exporter allows.
[[nodiscard]] std::string_view cut(std::string_view text) noexcept;

/// Makes texts valid UTF-8, as protobuf and JSON demand: U+FFFD for each ill-formed piece.
class CleanText {
 public:
  /// A view of the text itself, or of this object's memory until the next call.
  [[nodiscard]] std::string_view operator()(std::string_view text);

 private:
  std::string buffer_;
};

}  // namespace baton::detail
