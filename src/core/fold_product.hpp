// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

/// The product of two numbers in 128 bits, as the exclusive or of its halves. `plain` is the
/// reference, and is used if the machine has no such product; tests compare the two.
namespace baton::detail {

namespace plain {

/// By hand, of halves that have 32 bits each.
constexpr std::uint64_t fold_product(std::uint64_t a, std::uint64_t b) noexcept {
  constexpr std::uint64_t half = 0xffffffffU;
  const std::uint64_t low = (a & half) * (b & half);
  const std::uint64_t left = (a >> 32U) * (b & half);
  const std::uint64_t right = (a & half) * (b >> 32U);
  const std::uint64_t high = (a >> 32U) * (b >> 32U);
  const std::uint64_t middle = (low >> 32U) + (left & half) + (right & half);
  return (middle << 32U | (low & half)) ^ (high + (left >> 32U) + (right >> 32U) + (middle >> 32U));
}

}  // namespace plain

#if defined(__SIZEOF_INT128__)

constexpr std::uint64_t fold_product(std::uint64_t a, std::uint64_t b) noexcept {
  __extension__ using Product = unsigned __int128;
  const Product product = Product{a} * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64U);
}

#else

using plain::fold_product;

#endif

}  // namespace baton::detail
