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

/// A part of the key, once it is made.
class SecretWord {
 public:
  std::uint64_t get() noexcept {
    const std::uint64_t known = word_.load(std::memory_order_relaxed);
    return known != 0 ? known : make();
  }

 private:
  // Not a static variable of a function, whose lock a child process would wait for if the thread
  // that makes it is not in the child.
  [[gnu::noinline, gnu::cold]] std::uint64_t make() noexcept {
    const std::uint64_t mine = secret_bits() | 1U;
    std::uint64_t known = 0;
    return word_.compare_exchange_strong(known, mine, std::memory_order_relaxed) ? mine : known;
  }

  std::atomic<std::uint64_t> word_{0};
};

constinit SecretWord first_word;
constinit SecretWord second_word;

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
  return keyed_hash(text, {first_word.get(), second_word.get()});
}

}  // namespace baton::detail
