// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "baton/carrier.hpp"
#include "core/source_array.hpp"

namespace baton::detail {

/// The values of a family of fields, as `get` of the carrier returns them.
///
/// A lookup in a carrier with `fields` may pass over all of them. The first few are left to the
/// carrier, since most messages have no more. Then one pass finds the values of all names.
class FamilyValues {
 public:
  /// At most `most` different keys are asked for, none longer than `longest`.
  FamilyValues(CarrierReader carrier, std::string_view prefix, std::size_t most,
               std::size_t longest) noexcept
      : carrier_(carrier), prefix_(prefix), most_(most), longest_(longest) {}

  /// The value of a name in lowercase or, if names compare exactly and there is none, of the first
  /// field that differs from it in case.
  [[nodiscard]] std::optional<std::string_view> get(std::string_view name, std::string_view first);

 private:
  static constexpr std::size_t few = 4;

  /// Names and values belong to the carrier.
  struct Entry {
    const char* name;
    const char* value;
    std::size_t name_size;
    std::size_t value_size;
    std::uint32_t hash;
    std::uint32_t next;  // the entry with the same place in the table: its number plus one, or zero
    std::uint32_t first;  // the same of the first entry whose place has the number of this one
    bool is_lowercase;    // the name of the value, if that matters
  };

  void collect(CarrierReader source);
  void keep(std::string_view name, std::string_view value);
  [[nodiscard]] std::uint32_t& place_of(std::uint32_t hash) const noexcept {
    return entries_[hash % capacity_].first;
  }
  /// Null if there is none.
  [[nodiscard]] Entry* find(std::string_view name, std::uint32_t hash) const noexcept;

  const CarrierReader carrier_;
  const std::string_view prefix_;
  const std::size_t most_;
  const std::size_t longest_;
  std::size_t asked_ = 0;
  NameComparison comparison_ = NameComparison::exact;
  SourceArray<Entry> entries_;
  std::size_t capacity_ = 0;
  std::size_t size_ = 0;
};

}  // namespace baton::detail
