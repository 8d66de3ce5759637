// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "baton/chain.hpp"
#include "core/lookup.hpp"

namespace baton::detail::lookup {

/// The name in a chain's report for a field, in any case, that one of its readers reads: a field's
/// name or a prefix; empty if no reader reads it. A report keeps views, and these are valid as long
/// as the program runs.
inline std::string_view reported_name(const PropagatorChain& chain, std::string_view name) {
  const auto is = [](std::string_view text, std::string_view field) {
    return compare(text, field) != Match::none;
  };
  for (const PropagatorChain::Entry& reader : chain.readers()) {
    const FormatTraits& traits = reader->traits();
    for (const auto& fields : {traits.fields, traits.also_reads}) {
      for (const std::string_view field : fields) {
        if (is(name, field)) return field;
      }
    }
    for (const std::string_view prefix : traits.prefixes) {
      if (is(name.substr(0, prefix.size()), prefix)) return prefix;
    }
  }
  return {};
}

/// Reports a field of that name, if the chain reads it, because its value is not text.
inline void report_wrong_type(std::string_view name, const PropagatorChain& chain,
                              ExtractReport& report) {
  const std::string_view field = reported_name(chain, name);
  if (!field.empty()) report.add(field, {ErrorCode::wrong_type, 0});
}

}  // namespace baton::detail::lookup
