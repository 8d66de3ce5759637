// SPDX-License-Identifier: Apache-2.0
#include "core/keyed_hash.hpp"

#include <cstddef>

#include "baton/detail/load.hpp"
#include "core/fold_product.hpp"
#include "core/random.hpp"

namespace baton::detail {
namespace {

/// Up to eight characters as one number, which is unique among texts of the same size.
std::uint64_t load_short(const char* text, std::size_t size) noexcept {
  if (size >= 4) {
    return std::uint64_t{load<std::uint32_t>(text)} << 32U | load<std::uint32_t>(text + size - 4);
  }
  if (size == 0) return 0;
  return std::uint64_t{load<std::uint8_t>(text)} << 16U |
         std::uint64_t{load<std::uint8_t>(text + size / 2)} << 8U |
         load<std::uint8_t>(text + size - 1);
}

}  // namespace

std::uint64_t keyed_hash(std::string_view text, const HashKey& key) noexcept {
  const char* p = text.data();
  std::size_t left = text.size();
  std::uint64_t hash = key.first ^ left;
  for (; left > 8; left -= 8, p += 8) {
    hash = fold_product(hash ^ load<std::uint64_t>(p), key.second);
  }
  hash = fold_product(hash ^ load_short(p, left), key.second);
  // Once more: with some keys, one product is not enough for texts that differ in a few digits.
  return fold_product(hash ^ key.first, key.second);
}

std::uint64_t keyed_hash(std::string_view text) noexcept {
  static const HashKey key{random_bits(), random_bits() | 1U};
  return keyed_hash(text, key);
}

}  // namespace baton::detail
