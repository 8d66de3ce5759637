// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "baton/baggage.hpp"
#include "core/key_index.hpp"

namespace baton::detail {

/// Adds the baggage of one more format to what there is, within the limits. A key that is there
/// already keeps its value: no format takes away what an earlier one gave.
class BaggageJoiner {
 public:
  /// Copies nothing before something is added.
  BaggageJoiner(const Baggage& base, const BaggageLimits& limits) noexcept
      : base_(base), limits_(limits) {}

  /// Asks for the value, which is any bytes, where the key is new. An error without a code: it was
  /// added, or the key was there. Errors: `bad_key`; after any other one nothing more can be added.
  ParseError add(std::string_view key, FunctionRef<std::string_view()> get_value);

  /// All members of `more`, up to a limit.
  ParseError add(const Baggage& more);

  /// What there was and what was added. Without memory: what there was.
  [[nodiscard]] Baggage finish() const;

 private:
  [[nodiscard]] bool contains(std::string_view key);
  ParseError append(const std::string& member, std::size_t key_size);

  const Baggage& base_;
  const BaggageLimits limits_;
  std::string text_;
  std::size_t members_ = 0;
  bool is_begun_ = false;
  KeyIndex keys_;
};

}  // namespace baton::detail
