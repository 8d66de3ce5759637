// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace baton::kafka::internal {

/// A name as a C string for librdkafka, without an allocation. Null if the name has a NUL or more
/// than `max_size` characters; no name of ours is longer.
class CName {
 public:
  static constexpr std::size_t max_size = 39;

  explicit constexpr CName(std::string_view name) noexcept
      : is_good_(name.size() <= max_size && name.find('\0') == std::string_view::npos) {
    if (is_good_) text_[name.copy(text_.data(), name.size())] = '\0';
  }
  [[nodiscard]] constexpr const char* get() const noexcept {
    return is_good_ ? text_.data() : nullptr;
  }

 private:
  std::array<char, max_size + 1> text_;
  bool is_good_;
};

}  // namespace baton::kafka::internal
