// SPDX-License-Identifier: Apache-2.0
#include "core/keyed_hash.hpp"

#include <atomic>
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

// The key of this process. No static variable of a function: if another thread makes that one
// during a fork, the child waits for it forever.
constinit std::atomic<std::uint64_t> first{0};
constinit std::atomic<std::uint64_t> second{0};

/// The same for all threads, and not zero: made by the first one that asks.
std::uint64_t once(std::atomic<std::uint64_t>& word) noexcept {
  std::uint64_t value = 0;
  const std::uint64_t made = secret_bits() | 1U;
  return word.compare_exchange_strong(value, made, std::memory_order_relaxed) ? made : value;
}

[[gnu::noinline, gnu::cold]] HashKey make_key() noexcept { return {once(first), once(second)}; }

}  // namespace

std::uint64_t keyed_hash(std::string_view text, const HashKey& key) noexcept {
  const char* p = text.data();
  std::size_t left = text.size();
  std::uint64_t hash = key.first;
  for (; left > 8; left -= 8, p += 8) {
    hash = fold_product(hash ^ load<std::uint64_t>(p), key.second);
  }
  hash = fold_product(hash ^ load_short(p, left), key.second);
  // Once more: with some keys, one product is not enough for texts that differ in a few digits. The
  // size counts only here: at the start, a character could make up for another size.
  return fold_product(hash ^ key.first ^ text.size(), key.second);
}

std::uint64_t keyed_hash(std::string_view text) noexcept {
  const HashKey key{first.load(std::memory_order_relaxed), second.load(std::memory_order_relaxed)};
  if (key.first == 0 || key.second == 0) [[unlikely]] {
    return keyed_hash(text, make_key());
  }
  return keyed_hash(text, key);
}

}  // namespace baton::detail
