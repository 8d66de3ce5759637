// SPDX-License-Identifier: Apache-2.0
#include "baton/baggage.hpp"

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "baton/baton.h"
#include "bindings/c/handle.hpp"
#include "bindings/c/sized.hpp"

namespace {

using baton::Baggage;
using baton::BaggageBuilder;
using baton::c::guarded;
using baton::c::object;
using baton::c::text;
using baton::c::to_c;

/// The properties of a member, decoded.
class Properties {
 public:
  explicit Properties(const baton::BaggageMember& member) {
    for (const baton::BaggageProperty& property : member.properties()) {
      values_.push_back(property.value());
      properties_.push_back({to_c(property.key()), {}});
    }
    // Only now do the values remain where they are.
    for (std::size_t i = 0; i < values_.size(); ++i) {
      if (const auto& value = values_[i]) properties_[i].value = to_c(*value);
    }
  }

  [[nodiscard]] std::span<const baton_property> all() const noexcept { return properties_; }

 private:
  std::vector<std::optional<std::string>> values_;
  std::vector<baton_property> properties_;
};

std::vector<BaggageBuilder::Property> properties_of(const baton_member& member) {
  std::vector<BaggageBuilder::Property> properties;
  for (const baton_property& property : std::span(member.properties, member.property_count)) {
    std::optional<std::string_view> value;
    if (property.value.data != nullptr) value = text(property.value);
    properties.push_back({text(property.key), value});
  }
  return properties;
}

}  // namespace

baton_text baton_context_baggage(const baton_context* context) {
  return to_c(context != nullptr ? object(*context).baggage().header() : "");
}

baton_error baton_context_set_baggage(baton_context* context, const char* value, size_t value_size,
                                      baton_issue* issue) {
  if (context == nullptr) return BATON_ERROR_ARGUMENT;
  if (!baton::c::can_fill(issue)) return BATON_ERROR_SIZE;
  return guarded([&]() -> baton_error {
    baton::ParseError first;
    Baggage baggage = Baggage::parse(text(value, value_size), {}, [&](baton::ParseError error) {
      if (!first) first = error;
    });
    if (first) return baton::c::refuse(issue, first);
    object(*context).set_baggage(std::move(baggage));
    return BATON_OK;
  });
}

baton_error baton_context_baggage_value(const baton_context* context, const char* key,
                                        size_t key_size, char* value, size_t capacity,
                                        size_t* value_size) {
  if (context == nullptr || value_size == nullptr || (value == nullptr && capacity != 0)) {
    return BATON_ERROR_ARGUMENT;
  }
  *value_size = 0;
  return guarded([&]() -> baton_error {
    const auto found = object(*context).baggage().get(text(key, key_size));
    if (!found) return BATON_ERROR_ABSENT;
    *value_size = found->size();
    if (found->size() > capacity) return BATON_ERROR_SPACE;
    std::ranges::copy(*found, value);
    return BATON_OK;
  });
}

baton_error baton_context_visit_baggage(const baton_context* context, baton_visit_member visit,
                                        void* argument) {
  if (context == nullptr || visit == nullptr) return BATON_ERROR_ARGUMENT;
  return guarded([&]() -> baton_error {
    const Baggage kept = object(*context).baggage();
    Baggage::const_iterator member = kept.begin();
    if (member.may_repeat_keys()) return BATON_ERROR_MEMORY;
    for (; member != kept.end(); ++member) {
      const std::string value = member->value();
      const Properties properties(*member);
      const baton_member shown{
          sizeof(baton_member),    to_c(member->key()),     to_c(value),
          properties.all().data(), properties.all().size(), to_c(member->raw_value())};
      if (visit(argument, &shown) != 0) break;
    }
    return BATON_OK;
  });
}

baton_error baton_context_set_baggage_member(baton_context* context, const baton_member* member,
                                             baton_issue* issue) {
  if (context == nullptr || member == nullptr) return BATON_ERROR_ARGUMENT;
  const baton::c::Sized given(member);
  if (!given || !baton::c::can_fill(issue)) return BATON_ERROR_SIZE;
  if (given->properties == nullptr && given->property_count != 0) return BATON_ERROR_ARGUMENT;
  return guarded([&]() -> baton_error {
    BaggageBuilder builder(object(*context).baggage());
    const auto set = builder.set(text(given->key), text(given->value), properties_of(*given));
    if (!set) return baton::c::refuse(issue, set.error());
    Baggage changed = builder.build();
    if (changed.empty()) return BATON_ERROR_MEMORY;
    object(*context).set_baggage(std::move(changed));
    return BATON_OK;
  });
}

baton_error baton_context_erase_baggage_member(baton_context* context, const char* key,
                                               size_t key_size) {
  if (context == nullptr) return BATON_ERROR_ARGUMENT;
  return guarded([&]() -> baton_error {
    const Baggage& baggage = object(*context).baggage();
    if (!baggage.find(text(key, key_size))) return BATON_ERROR_ABSENT;
    Baggage rest = baggage.erase(text(key, key_size));
    if (rest.empty() && baggage.size() > 1) return BATON_ERROR_MEMORY;
    object(*context).set_baggage(std::move(rest));
    return BATON_OK;
  });
}
