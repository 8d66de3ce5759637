// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json.hpp>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "baton/baton.hpp"
#include "laws/require.hpp"
#include "support/fields.hpp"

/// How fields must be found among the members of an object: an independent second version.
namespace laws {

namespace boost_json = boost::json;

inline const baton::PropagatorChain& w3c_chain() {
  static const baton::PropagatorChain chain = baton::make_chain("tracecontext,baggage").chain;
  return chain;
}

/// Names and texts of members, in order.
using Texts = std::vector<std::pair<std::string, std::string>>;

/// The values of a name that count: those of exactly that name, or else the last one in any case,
/// or all for a list.
inline std::vector<std::string> values_of(const Texts& texts, std::string_view name) {
  std::vector<std::string> values;
  for (const auto& [key, value] : texts) {
    if (key == name) return {value};
    if (!baton::test::equals_ignoring_case(key, name)) continue;
    if (name == "traceparent") values.clear();
    values.push_back(value);
  }
  return values;
}

/// What is read from two places, of which the first one counts, for each format.
inline baton::Context context_of(const Texts& first, const Texts& second) {
  baton::test::Fields fields;
  for (const auto& format : std::initializer_list<std::vector<std::string_view>>{
           {"traceparent", "tracestate"}, {"baggage"}}) {
    bool is_in_first = false;
    for (const std::string_view name : format) {
      is_in_first = is_in_first || !values_of(first, name).empty();
    }
    for (const std::string_view name : format) {
      for (const std::string& value : values_of(is_in_first ? first : second, name)) {
        fields.add(name, value);
      }
    }
  }
  return w3c_chain().extract(fields);
}

/// The members of that name's object, if it is one.
inline boost_json::object* object_in(boost_json::object& parent, std::string_view name) {
  boost_json::value* const member = parent.if_contains(name);
  return member == nullptr ? nullptr : member->if_object();
}

inline Texts texts_of(const boost_json::object* object) {
  Texts texts;
  if (object == nullptr) return texts;
  for (const auto& [name, value] : *object) {
    if (value.is_string()) texts.emplace_back(name, std::string_view(value.get_string()));
  }
  return texts;
}

/// Whether there are fields that are not null.
inline bool has_fields(const boost_json::object* object) {
  if (object == nullptr) return false;
  for (const auto& [name, value] : *object) {
    if (!value.is_null() && w3c_chain().owns(std::string_view(name))) return true;
  }
  return false;
}

/// Removes the fields, in any case. Returns their number.
inline std::size_t take_members(boost_json::object& object) {
  std::vector<std::string> gone;
  for (const auto& [name, value] : object) {
    if (w3c_chain().owns(std::string_view(name))) gone.emplace_back(name);
  }
  for (const std::string& name : gone) object.erase(name);
  return gone.size();
}

}  // namespace laws
