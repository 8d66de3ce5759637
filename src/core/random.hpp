// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace baton::detail {

/// 64 random bits from this thread's generator, which the operating system seeds when the thread
/// first asks and again after `fork`. Unique rather than secret.
[[nodiscard]] std::uint64_t random_bits() noexcept;

}  // namespace baton::detail
