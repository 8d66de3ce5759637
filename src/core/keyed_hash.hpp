// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace baton::detail {

struct HashKey {
  std::uint64_t first;
  std::uint64_t second;  // odd
};

/// A hash of all of `text`. Any of its bits are good for a table, with any key.
[[nodiscard]] std::uint64_t keyed_hash(std::string_view text, const HashKey& key) noexcept;

/// With a key that is secret to this process, so that no sender can choose texts that collide.
[[nodiscard]] std::uint64_t keyed_hash(std::string_view text) noexcept;

}  // namespace baton::detail
