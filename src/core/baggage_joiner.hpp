// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "baton/baggage.hpp"
#include "baton/detail/memory_source.hpp"
#include "core/key_index.hpp"

namespace baton::detail {

/// Adds the baggage of another format to existing baggage, within the limits. An existing key keeps
/// its value: no format replaces a value of an earlier one.
class BaggageJoiner {
 public:
  /// Copies nothing until something is added.
  BaggageJoiner(const Baggage& base, const BaggageLimits& limits) noexcept
      : base_(base), limits_(limits) {}

  /// Calls `get_value` only if the key is new; the value may be any bytes. No error if the member
  /// was added, or the key exists. After any error but `bad_key` nothing more can be added.
  ParseError add(std::string_view key, FunctionRef<std::string_view()> get_value);

  /// All members of `more`, up to a limit.
  ParseError add(const Baggage& more);

  /// The existing and the added members. If there is no memory, only the existing ones.
  [[nodiscard]] Baggage finish() const;

 private:
  [[nodiscard]] bool contains(std::string_view key);
  ParseError append(std::string_view member, std::size_t key_size);

  const Baggage& base_;
  const BaggageLimits limits_;
  RequestText text_;
  std::size_t members_ = 0;
  bool is_begun_ = false;
  KeyIndex keys_;
};

}  // namespace baton::detail
