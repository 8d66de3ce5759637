// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace baton::detail {

struct HashKey {
  std::uint64_t first;
  std::uint64_t second;  // odd
};

/// A hash of all of `text`. Any of its bits will do for a table, under whatever key.
[[nodiscard]] std::uint64_t keyed_hash(std::string_view text, const HashKey& key) noexcept;

/// Under a key that nobody outside of the process knows, so that nobody can choose texts that meet.
[[nodiscard]] std::uint64_t keyed_hash(std::string_view text) noexcept;

}  // namespace baton::detail
