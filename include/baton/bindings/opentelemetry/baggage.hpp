// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <opentelemetry/baggage/baggage.h>
#include <opentelemetry/nostd/shared_ptr.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "baton/baggage.hpp"
#include "baton/bindings/opentelemetry/values.hpp"

namespace baton::otel::detail {

/// The value of a member as opentelemetry-cpp holds it: decoded, with the properties, as they are
/// on the wire, behind it.
inline std::string value_with_properties(const BaggageMember& member) {
  std::string text = member.value();
  for (const BaggageProperty& property : member.properties()) {
    text.append(";").append(property.key());
    if (const auto value = property.raw_value()) text.append("=").append(*value);
  }
  return text;
}

inline opentelemetry::nostd::shared_ptr<opentelemetry::baggage::Baggage> to_baggage(
    const Baggage& baggage) {
  using opentelemetry::baggage::Baggage;
  std::vector<std::pair<std::string, std::string>> entries;
  for (const BaggageMember& member : baggage) {
    entries.emplace_back(member.key(), value_with_properties(member));
  }
  return opentelemetry::nostd::shared_ptr<Baggage>(new Baggage(entries));
}

/// Sets a member from a value with properties behind it.
inline void set_with_properties(BaggageBuilder& builder, std::string_view key,
                                std::string_view text) {
  const std::size_t end = std::min(text.find(';'), text.size());
  std::vector<std::pair<std::string, std::optional<std::string>>> properties;
  for (std::size_t start = end; start < text.size();) {
    const std::size_t next = std::min(text.find(';', start + 1), text.size());
    // Each on its own: one that is none must not take the others with it.
    const Baggage parsed = Baggage::parse("k=" + std::string(text.substr(start, next - start)));
    start = next;
    const auto member = parsed.size() == 1 ? parsed.find("k") : std::nullopt;
    if (!member) continue;
    for (const BaggageProperty& property : member->properties()) {
      properties.emplace_back(property.key(), property.value());
    }
  }
  std::vector<BaggageBuilder::Property> views;
  views.reserve(properties.size());
  for (const auto& [name, value] : properties) views.push_back({name, value});
  // A key or a size that the wire does not allow: the member remains in the process, and its former
  // value must not travel in its place.
  if (!builder.set(key, text.substr(0, end), views)) builder.erase(key);
}

/// Whether the SDK has that value for a member: it ends at a zero byte.
inline bool is_value(std::string_view value, const BaggageMember& member) {
  const std::string text = value_with_properties(member);
  return value == std::string_view(text).substr(0, text.find('\0'));
}

/// The baggage after changes to what `before` was converted to. Members without a change keep their
/// bytes.
inline Baggage from_baggage(const opentelemetry::baggage::Baggage& after, const Baggage& before) {
  std::map<std::string, std::string, std::less<>> entries;
  after.GetAllEntries([&](auto key, auto value) {
    entries.emplace(std_view(key), std_view(value));  // of a repeated key, the SDK reads the first
    return true;
  });
  BaggageBuilder builder(before);
  for (const BaggageMember& member : before) {
    const auto entry = entries.find(member.key());
    if (entry == entries.end()) {
      builder.erase(member.key());
    } else if (is_value(entry->second, member)) {
      entries.erase(entry);
    }
  }
  for (const auto& [key, value] : entries) set_with_properties(builder, key, value);
  return builder.build();
}

}  // namespace baton::otel::detail
