// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace baton::detail {

/// 64 random bits from this thread's generator. The operating system seeds it at the thread's first
/// call and again after `fork`. The bits are unique, not secret.
[[nodiscard]] std::uint64_t random_bits() noexcept;

/// 64 bits of the operating system's randomness, of which ids tell nothing: an observer of ids may
/// compute what `random_bits` returned before them. Without the system's randomness, they may be
/// guessed.
[[nodiscard]] std::uint64_t secret_bits() noexcept;

}  // namespace baton::detail
