// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string_view>

#include "baton/baggage.hpp"
#include "baton/context.hpp"
#include "core/key_index.hpp"
#include "core/stored_baggage.hpp"
#include "text/growing_text.hpp"

namespace baton::detail {

/// For how much of a limit room is made at once: for all of the usual one.
constexpr std::size_t usual_room(std::size_t max_bytes) noexcept {
  return std::min(max_bytes, BaggageLimits().max_bytes);
}

/// Adds the baggage of another format to existing baggage, within the limits. An existing key keeps
/// its value: no format replaces a value of an earlier one.
class BaggageJoiner {
 public:
  /// Copies nothing until something is added.
  BaggageJoiner(const Baggage& base, const BaggageLimits& limits) noexcept
      : base_(base), limits_{limits.max_members, std::min(limits.max_bytes, max_stored_bytes)} {}

  /// Calls `get_value` only if the key is new; the value may be any bytes, or nothing if there was
  /// no memory for them. No error if the member was added, or the key exists. After any error but
  /// `bad_key` nothing more can be added.
  ParseError add(std::string_view key, FunctionRef<std::optional<std::string_view>()> get_value);

  /// All members of `more`, up to a limit.
  ParseError add(const Baggage& more);

  /// The existing and the added members. Nothing if there is no memory for both; the existing
  /// baggage itself if nothing was added.
  [[nodiscard]] std::optional<Baggage> finish() const;

 private:
  ParseError begin();
  [[nodiscard]] bool contains(std::string_view key) const noexcept {
    return keys_.find(text(), key) != KeyIndex::none;
  }
  /// The members so far: those of `base_` need no copy while there are no others.
  [[nodiscard]] std::string_view text() const noexcept {
    return text_.empty() ? base_.header() : text_.view();
  }
  ParseError begin_member(std::string_view key, std::size_t size);

  const Baggage& base_;
  const BaggageLimits limits_;
  GrowingText text_;
  std::size_t members_ = 0;
  bool is_begun_ = false;
  KeyIndex keys_;
};

/// Adds `more` to the baggage of a context. Returns what did not fit: after `out_of_memory`, the
/// context may have the same baggage as before.
[[nodiscard]] ParseError join_baggage(Context& context, const Baggage& more,
                                      const BaggageLimits& limits);

}  // namespace baton::detail
