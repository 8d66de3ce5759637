// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>

namespace baton::detail {

/// The size of the first memory block of a JSON document with that many spans: at most 1 MiB.
/// Further blocks follow as they are needed.
constexpr std::size_t first_block_size(std::size_t spans) noexcept {
  constexpr std::size_t size_of_span = 4096;
  constexpr std::size_t max_spans = 256;
  return size_of_span * std::min(spans + 1, max_spans);
}

}  // namespace baton::detail
