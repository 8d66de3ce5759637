// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "baton/chain.hpp"
#include "core/lookup.hpp"

namespace baton::detail::lookup {

/// The name by which a chain's report may call a field, in any case, that one of its readers reads;
/// the prefix for one of a family; empty if none does. A report keeps views, and these live as long
/// as the program.
inline std::string_view reported_name(const PropagatorChain& chain, std::string_view name) {
  const auto is = [](std::string_view text, std::string_view field) {
    return compare(text, field) != Match::none;
  };
  for (const PropagatorChain::Link& reader : chain.readers()) {
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

/// Reports a field of that name, if the chain reads one, for having a value that is no text.
inline void report_wrong_type(std::string_view name, const PropagatorChain& chain,
                              ExtractReport& report) {
  const std::string_view field = reported_name(chain, name);
  if (!field.empty()) report.add(field, {ErrorCode::wrong_type, 0});
}

}  // namespace baton::detail::lookup
