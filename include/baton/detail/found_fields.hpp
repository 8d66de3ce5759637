// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "baton/carrier.hpp"
#include "baton/detail/known_fields.hpp"

namespace baton::detail {

/// A carrier in the place of another one. It answers from the fields of that one which a chain has
/// found already: all of them, since the carrier has visited them, or one that was looked up.
class FoundFields {
 public:
  FoundFields(CarrierReader source, const KnownFields& known) noexcept
      : source_(source), known_(known) {}

  /// Collects the fields of a carrier that can visit them.
  void collect() {
    is_complete_ = source_.fields(*this) && !is_full_;
    if (is_full_) starts_ = {};
  }

  /// Takes a field that the carrier visits. Returns false if no more are needed.
  bool operator()(std::string_view name, std::string_view value) {
    const std::size_t slot = known_.slot_of(name);
    return slot == KnownFields::none || add(name, value, slot);
  }

  /// Whether it has all known fields of the message.
  [[nodiscard]] bool is_complete() const noexcept { return is_complete_; }

  /// Who reads a field that the carrier has, as bits. Visits all names if it is not complete.
  [[nodiscard]] std::uint32_t readers() const { return is_complete_ ? readers_ : find_readers(); }

  /// Whether the carrier has a field with the known name of that number. Keeps its value, if it has
  /// only one, in the place of others.
  [[nodiscard]] bool look_up(std::size_t number) {
    const FirstValue value = source_.first(known_.name(number));
    if (value.has_value()) keep_only(number, value);
    return value.has_value();
  }

  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const {
    std::optional<std::string_view> value;
    const auto take = [&](std::string_view each) {
      value = each;
      return source_.last_field_counts();
    };
    return visit_values(name, take) ? value : source_.get(name);
  }

  [[nodiscard]] FirstValue first(std::string_view name) const {
    const std::size_t number = known_.number_of(name);
    if (!has_answer(number)) return source_.first(name);
    const Field* const field = at(starts_[number]);
    return field != nullptr ? FirstValue(field->text(), field->next != 0) : FirstValue();
  }

  void get_all(std::string_view name, TextVisitor visit) const {
    if (!visit_values(name, visit)) source_.get_all(name, visit);
  }

  void keys(TextVisitor visit) const { source_.keys(visit); }

 private:
  /// More than real requests have. A message with more is read field by field, and names beyond
  /// that are looked up.
  static constexpr std::size_t capacity = 16;
  static constexpr std::size_t max_names = 32;

  /// Trivial, so that unused ones cost nothing.
  struct Field {
    const char* data;
    std::size_t size;
    std::uint8_t next;  // the place of the next field of this name, or zero
    bool is_exact;
    [[nodiscard]] std::string_view text() const noexcept { return {data, size}; }
  };

  [[nodiscard]] std::uint32_t find_readers() const;
  bool add(std::string_view name, std::string_view value, std::size_t slot);
  [[gnu::noinline]] bool add_respelled(std::string_view name, std::string_view value,
                                       std::size_t slot);
  /// False: there is no room.
  bool keep(std::size_t number, std::string_view value, bool is_exact) noexcept {
    is_full_ = size_ == capacity;
    if (is_full_) return false;
    append(number, value, is_exact);
    return true;
  }
  void keep_only(std::size_t number, FirstValue value) noexcept;
  void append(std::size_t number, std::string_view value, bool is_exact) noexcept {
    fields_[size_++] = {value.data(), value.size(), 0, is_exact};
    std::uint8_t* place = &starts_[number];
    while (*place != 0) place = &fields_[*place - 1U].next;
    *place = static_cast<std::uint8_t>(size_);
  }

  /// False: the name is not among those that were found.
  template <class Visitor>
  [[nodiscard]] bool visit_values(std::string_view name, Visitor&& visit) const {
    const std::size_t number = known_.number_of(name);
    if (!has_answer(number)) return false;
    for (const Field* field = at(starts_[number]); field != nullptr; field = at(field->next)) {
      if (!visit(field->text())) break;
    }
    return true;
  }

  [[nodiscard]] bool has_answer(std::size_t number) const noexcept {
    return number < max_names && (is_complete_ || starts_[number] != 0);
  }
  /// Places count from one.
  [[nodiscard]] const Field* at(std::uint8_t place) const noexcept {
    return place != 0 ? &fields_[place - 1U] : nullptr;
  }

  const CarrierReader source_;
  const KnownFields& known_;
  bool is_complete_ = false;
  bool is_full_ = false;
  std::uint32_t readers_ = 0;
  std::size_t size_ = 0;
  std::array<std::uint8_t, max_names> starts_{};  // of each name: the place of its first field
  std::array<Field, capacity> fields_;            // the first size_ of them are set
};

}  // namespace baton::detail

namespace baton {

inline CarrierReader::CarrierReader(const detail::FoundFields& found,
                                    CarrierReader replaced) noexcept
    : carrier_(&found) {
  if (replaced.has_binary_fields()) {
    table_ = &table<detail::FoundFields, Traits<true, false>>;
  } else if (replaced.last_field_counts()) {
    table_ = &table<detail::FoundFields, Traits<false, true>>;
  } else {
    table_ = &table<detail::FoundFields, Traits<false, false>>;
  }
}

inline FirstValue CarrierReader::first(std::string_view name) const {
  // Without a call: formats ask this for each request.
  if (table_->is_found) return static_cast<const detail::FoundFields*>(carrier_)->first(name);
  return table_->first(carrier_, name);
}

}  // namespace baton
