// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

// NOLINTNEXTLINE(misc-header-include-cycle): see there.
#include "baton/carrier.hpp"
#include "baton/detail/known_fields.hpp"

namespace baton::detail {

/// A carrier in the place of another one, which has visited all of its fields: it answers from
/// those that the formats of a chain know.
class FoundFields {
 public:
  FoundFields(CarrierReader source, const KnownFields& known) noexcept
      : source_(source), known_(known) {}

  /// Lets the carrier visit its fields. False: it does not.
  [[nodiscard]] bool collect() { return source_.fields(*this); }

  /// Takes a field that the carrier visits. Returns true: to go on.
  bool operator()(std::string_view name, std::string_view value) {
    const std::size_t slot = known_.slot_of(name);
    if (slot == KnownFields::none) return true;
    // The usual field has the first name in its slot, as the formats spell it, and has it alone.
    const std::size_t number = known_.first_in(slot);
    if (number < max_names && known_.name(number) == name && starts_[number] == 0) {
      readers_ |= known_.readers(number);
      keep(starts_[number], value, true);
    } else {
      add(name, value, slot);
    }
    return true;
  }

  /// Who reads a field that the carrier has, as bits.
  [[nodiscard]] std::uint32_t readers() const noexcept { return readers_; }

  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const {
    const std::size_t number = known_.find(name);
    if (!is_collected(number)) return source_.get(name);
    const Field* field = at(starts_[number]);
    if (field == nullptr) return std::nullopt;
    while (field->next != 0 && source_.last_field_counts()) field = at(field->next);
    return field->text();
  }

  // NOLINTNEXTLINE(misc-no-recursion): once, of a carrier that is no FoundFields
  [[nodiscard]] FirstValue first(std::string_view name) const {
    const std::size_t number = known_.find(name);
    if (!is_collected(number)) return source_.first(name);
    const Field* const field = at(starts_[number]);
    return field != nullptr ? FirstValue(field->text(), field->next != 0) : FirstValue();
  }

  void get_all(std::string_view name, TextVisitor visit) const {
    const std::size_t number = known_.find(name);
    if (!is_collected(number)) return source_.get_all(name, visit);
    for (const Field* field = at(starts_[number]); field != nullptr; field = at(field->next)) {
      if (!visit(field->text())) return;
    }
  }

  void keys(TextVisitor visit) const { source_.keys(visit); }

 private:
  friend class baton::CarrierReader;

  /// More than real requests have. The names of further fields, and names beyond that, are looked
  /// up.
  static constexpr std::size_t capacity = 16;
  static constexpr std::size_t max_names = 32;
  static constexpr std::uint8_t is_looked_up =
      capacity + 1;  // in the place of a name's first field

  /// Trivial, so that unused ones cost nothing.
  struct Field {
    const char* data;
    std::size_t size;
    std::uint8_t next;  // the place of the next field of this name, or zero
    bool is_exact;
    [[nodiscard]] std::string_view text() const noexcept { return {data, size}; }
  };

  void add(std::string_view name, std::string_view value, std::size_t slot);
  void keep(std::uint8_t& start, std::string_view value, bool is_exact) noexcept {
    if (size_ == capacity) {
      start = is_looked_up;
      return;
    }
    fields_[size_++] = {value.data(), value.size(), 0, is_exact};
    std::uint8_t* place = &start;
    while (*place != 0) place = &fields_[*place - 1U].next;
    *place = static_cast<std::uint8_t>(size_);
  }

  [[nodiscard]] bool is_collected(std::size_t name) const noexcept {
    return name < max_names && starts_[name] != is_looked_up;
  }
  /// Places count from one.
  [[nodiscard]] const Field* at(std::uint8_t place) const noexcept {
    return place != 0 ? &fields_[place - 1U] : nullptr;
  }

  const CarrierReader source_;
  const KnownFields& known_;
  std::uint32_t readers_ = 0;
  std::size_t size_ = 0;
  std::array<std::uint8_t, max_names> starts_{};  // of each name: the place of its first field
  std::array<Field, capacity> fields_;            // the first size_ of them are set
};

}  // namespace baton::detail

namespace baton {

template <class Carrier>
constexpr auto CarrierReader::fields_of() -> bool (*)(const void*, detail::FoundFields&) {
  if constexpr (requires(const Carrier& carrier, detail::FoundFields& found) {
                  carrier.fields(found);
                }) {
    return [](const void* any, detail::FoundFields& found) {
      const auto& carrier = *static_cast<const Carrier*>(any);
      if constexpr (baton::has_index<Carrier>) {
        if (carrier.size() > few_fields<Carrier>) return false;
      }
      carrier.fields(found);
      return true;
    };
  } else {
    return nullptr;
  }
}

inline CarrierReader::CarrierReader(const detail::FoundFields& found,
                                    CarrierReader replaced) noexcept
    : carrier_(&found) {
  using detail::FoundFields;
  const auto* const with_last = replaced.has_binary_fields()
                                    ? &table<FoundFields, Traits<true, true>>
                                    : &table<FoundFields, Traits<false, true>>;
  const auto* const with_first = replaced.has_binary_fields()
                                     ? &table<FoundFields, Traits<true, false>>
                                     : &table<FoundFields, Traits<false, false>>;
  table_ = replaced.last_field_counts() ? with_last : with_first;
}

inline CarrierReader CarrierReader::source() const noexcept {
  return table_->is_found ? static_cast<const detail::FoundFields*>(carrier_)->source_ : *this;
}

// NOLINTNEXTLINE(misc-no-recursion): see FoundFields::first
inline FirstValue CarrierReader::first(std::string_view name) const {
  // Without a call: formats ask this for each request.
  if (table_->is_found) return static_cast<const detail::FoundFields*>(carrier_)->first(name);
  return table_->first(carrier_, name);
}

}  // namespace baton
