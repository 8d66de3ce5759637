// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "baton/detail/load.hpp"

namespace baton::detail {

/// How a carrier compares the names of fields.
enum class NameComparison : std::uint8_t {
  exact,
  any_case,     ///< names that differ only in case are the same
  exact_first,  ///< the same, but one that is spelled exactly hides the others
};

/// The fields that the readers of a chain know. A table tells most other names apart by their size
/// and first four characters.
class KnownFields {
 public:
  static constexpr std::size_t none = ~std::size_t{0};

  /// Adds a name in lowercase, and who reads it, as bits.
  void add(std::string_view name, std::uint32_t readers);

  /// The same for all names that begin with `prefix`.
  void add_prefix(std::string_view prefix, std::uint32_t readers);

  /// Where to look for a name in any spelling; `none` for nearly all names that are not known.
  [[nodiscard]] std::size_t slot_of(std::string_view name) const noexcept {
    const bool has_size = (sizes_ >> (name.size() % 64) & 1U) != 0;
    if (!has_size && !has_prefixes_) return none;
    const std::uint32_t beginning = beginning_of(name);
    const std::size_t slot = hash(beginning, name.size());
    const bool may_be_known = heads_[slot] != 0 || (has_prefixes_ && may_have_prefix(beginning));
    return may_be_known ? slot : none;
  }

  /// The number of a name, from zero in the order of addition; `none` if there is no such name.
  [[nodiscard]] std::size_t find(std::string_view name) const noexcept {
    return find(name, hash(beginning_of(name), name.size()), [](auto a, auto b) {
      // Formats ask with the text of their traits.
      return a.size() == b.size() && (a.data() == b.data() || a == b);
    });
  }
  /// The same in a known slot, by any comparison.
  template <class IsEqual>
  [[nodiscard]] std::size_t find(std::string_view name, std::size_t slot,
                                 IsEqual is_equal) const noexcept {
    for (std::size_t next = heads_[slot]; next != 0; next = names_[next - 1].next) {
      if (is_equal(name, names_[next - 1].text)) return next - 1;
    }
    return none;
  }

  /// The number of a name in a slot; beyond all numbers if it has none.
  [[nodiscard]] std::size_t first_in(std::size_t slot) const noexcept { return heads_[slot] - 1; }

  [[nodiscard]] std::string_view name(std::size_t number) const noexcept {
    return names_[number].text;
  }

  /// Who reads the name of that number.
  [[nodiscard]] std::uint32_t readers(std::size_t number) const noexcept {
    return names_[number].readers;
  }

  /// Who reads a name in any case, and with `_` for `-`, as environment variables have it: for its
  /// prefix alone, or also for the whole.
  [[nodiscard]] std::uint32_t readers_by_prefix(std::string_view name) const noexcept;
  [[nodiscard]] std::uint32_t readers_of(std::string_view name) const noexcept;

 private:
  struct Name {
    std::string_view text;
    std::uint32_t readers;
    std::size_t next;  // in its slot: the number of another name plus one, or zero
  };

  static constexpr unsigned slot_bits = 8;
  static constexpr std::size_t slots = std::size_t{1} << slot_bits;

  /// Of the first four characters, or of a shorter name; the same for all spellings.
  static std::uint32_t beginning_of(std::string_view name) noexcept {
    std::uint32_t word = 0;
    if (const std::size_t size = name.size(); size >= sizeof(word)) {
      word = load<std::uint32_t>(name.data());
    } else if (size != 0) {
      const auto byte = [name](std::size_t i) -> std::uint32_t {
        return static_cast<unsigned char>(name[i]);
      };
      word = byte(0) << 16U | byte(size / 2) << 8U | byte(size - 1);
    }
    word |= 0x20202020U;  // lowercase; makes "_" 0x7f, unlike any letter or digit
    const std::uint32_t is_underscore = (word + 0x01010101U) >> 7U & 0x01010101U;
    return word ^ is_underscore * (0x7fU ^ std::uint32_t{'-'});
  }
  static std::size_t hash(std::uint32_t beginning, std::size_t size) noexcept {
    constexpr std::uint32_t factor = 0x9e3779b1;  // 2^32 divided by the golden ratio
    return (beginning + static_cast<std::uint32_t>(size)) * factor >> (32U - slot_bits);
  }
  [[nodiscard]] bool may_have_prefix(std::uint32_t beginning) const noexcept {
    return prefix_beginnings_[hash(beginning, 0)];
  }

  std::uint64_t sizes_ = 0;  // of the names, modulo 64, as bits
  bool has_prefixes_ = false;
  std::array<std::size_t, slots> heads_{};
  std::bitset<slots> prefix_beginnings_;
  std::vector<Name> names_;
  std::vector<Name> prefixes_;
};

}  // namespace baton::detail
