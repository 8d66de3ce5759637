// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "baton/baggage.hpp"
#include "baton/w3c.hpp"
#include "laws/describe.hpp"
#include "laws/require.hpp"
#include "oracle/baggage.hpp"
#include "oracle/fields.hpp"

namespace laws {

inline oracle::Fields baggage_fields(const std::vector<std::string>& instances) {
  oracle::Fields fields;
  for (const std::string& instance : instances) fields.add("baggage", instance);
  return fields;
}

inline baton::Baggage extract_baggage(const std::vector<std::string>& instances,
                                      const baton::BaggageLimits& limits,
                                      baton::ExtractReport* report = nullptr) {
  baton::Context context;
  baton::BaggagePropagator(limits).extract(baggage_fields(instances), context, report);
  return context.baggage();
}

inline std::vector<std::string> kept_of(const baton::Baggage& baggage) {
  if (baggage.empty()) return {};
  return oracle::split(baggage.header(), ',');
}

/// For any baggage: its own text reads as the same baggage, and is within the limits.
inline void check_baggage_text(const baton::Baggage& baggage, const baton::BaggageLimits& limits) {
  require(baggage.header().size() <= limits.max_bytes, "within the byte limit");
  require(kept_of(baggage).size() <= limits.max_members, "within the member limit");
  std::size_t issues = 0;
  const auto count = [&](baton::ParseError) { ++issues; };
  const baton::Baggage again = baton::Baggage::parse(baggage.header(), limits, count);
  require(issues == 0, "what is sent is valid");
  require_same(again.header(), baggage.header(), "format after parse is a fixed point");
  require_same(oracle::join(oracle::read_baggage({std::string(baggage.header())},
                                                 limits.max_members, limits.max_bytes),
                            ","),
               baggage.header(), "every member is valid");
  const std::vector<oracle::Member> members = members_of(baggage);
  require(members.size() == baggage.size(), "the size is the number of keys");
  const std::size_t step = 1 + members.size() / 16;
  for (std::size_t i = 0; i < members.size(); i += step) {
    require(baggage.get(members[i].key) == members[i].value, "a member can be got");
  }
  require(!baggage.find("no such key"), "what is not there is not found");
}

/// A limit keeps whole members, the first ones.
inline void check_baggage_limit(const baton::Baggage& baggage, const baton::BaggageLimits& limits) {
  const std::string_view text = baggage.header(limits);
  const auto expected =
      oracle::read_baggage({std::string(baggage.header())}, limits.max_members, limits.max_bytes);
  require_same(text, oracle::join(expected, ","), "the first whole members within a limit");
}

/// `set` and `erase` with any bytes, on any baggage within the limits.
inline void check_baggage_change(const baton::Baggage& baggage, const std::string& key,
                                 const std::string& value, const std::string& property_key,
                                 const std::string& property_value,
                                 const baton::BaggageLimits& limits) {
  std::vector<std::string> without;
  std::vector<std::string> with;
  bool placed = false;
  const std::string member = key + "=" + oracle::percent_encode(value) + ";" + property_key + "=" +
                             oracle::percent_encode(property_value);
  for (const std::string& text : kept_of(baggage)) {
    if (oracle::read_member(text)->key != key) {
      without.push_back(text);
      with.push_back(text);
    } else if (!placed) {
      with.push_back(member);
      placed = true;
    }
  }
  if (!placed) with.push_back(member);

  const baton::Baggage erased = baggage.erase(key);
  check_baggage_text(erased, limits);
  require_same(erased.header(), oracle::join(without, ","), "erase leaves the others");

  baton::BaggageBuilder builder(baggage, limits);
  const auto done = builder.set(key, value, {{property_key, property_value}});
  const baton::Baggage changed = builder.build();
  check_baggage_text(changed, limits);
  const bool fits =
      with.size() <= limits.max_members && oracle::join(with, ",").size() <= limits.max_bytes;
  const bool valid = oracle::is_token(key) && oracle::is_token(property_key);
  require(done.has_value() == (valid && fits), "set takes tokens as keys, within the limits");
  if (!done) {
    require_same(changed.header(), baggage.header(), "a refused set changes nothing");
    return;
  }
  require_same(changed.header(), oracle::join(with, ","), "set keeps the place and the others");
  require(changed.get(key) == oracle::to_utf8(value), "what is set can be got");
  const baton::BaggageProperty property = *changed.find(key)->properties().begin();
  require_same(property.key(), property_key, "the property can be got");
  require(property.value() == oracle::to_utf8(property_value), "the property can be got");
  require(!changed.erase(key).find(key), "what is erased is gone");
}

/// All that must hold for any instances of baggage under any limits.
inline void check_baggage(const std::vector<std::string>& instances,
                          const baton::BaggageLimits& limits = {}) {
  baton::ExtractReport report;
  const baton::Baggage baggage = extract_baggage(instances, limits, &report);
  const auto expected = oracle::read_baggage(instances, limits.max_members, limits.max_bytes);
  require_same(baggage.header(), oracle::join(expected, ","), "keeps what the reference keeps");
  require_equal(members_of(baggage), oracle::view_of(expected), "reads what the reference reads");
  check_baggage_text(baggage, limits);

  const std::string joined = oracle::join(instances, ",");
  std::size_t members = 0;
  for (const std::string& text : oracle::split(joined, ',')) {
    if (!oracle::trim(text).empty()) ++members;
  }
  require(report.issue_count() > 0 || members == expected.size(),
          "a report names issues when members were dropped");
  require(
      report.issue_count() == 0 || members > expected.size() || joined.size() > limits.max_bytes,
      "a report names issues only when members were dropped, or might be beyond the limit");

  const std::vector<char> exact(joined.begin(), joined.end());
  const auto within = [&](baton::ParseError error) {
    require(error.offset <= joined.size(), "an error lies within the text");
  };
  const baton::Baggage parsed = baton::Baggage::parse({exact.data(), exact.size()}, limits, within);
  require_same(parsed.header(), baggage.header(), "several fields are one list");
  require_same(extract_baggage(oracle::split(joined, ','), limits).header(), baggage.header(),
               "splitting at commas changes nothing");

  for (const std::size_t bytes : {std::size_t{0}, std::size_t{7}, baggage.header().size() / 2}) {
    check_baggage_limit(baggage, {limits.max_members, bytes});
  }
  check_baggage_limit(baggage, {3, limits.max_bytes});
}

/// A bad member, at any place, does not affect another one.
inline void check_baggage_bad_member(std::vector<std::string> members, const std::string& bad,
                                     std::size_t place) {
  const baton::BaggageLimits wide{1000, 1000000};
  const baton::Baggage good = baton::Baggage::parse(oracle::join(members, ","), wide);
  members.insert(members.begin() + static_cast<std::ptrdiff_t>(place % (members.size() + 1)), bad);
  const baton::Baggage mixed = baton::Baggage::parse(oracle::join(members, ","), wide);
  require_same(mixed.header(), good.header(), "a bad member leaves the others");
}

}  // namespace laws
