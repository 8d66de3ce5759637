// SPDX-License-Identifier: Apache-2.0
#include "baton/configuration.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "core/environment_variable.hpp"
#include "core/errors.hpp"
#include "core/trust_text.hpp"
#include "text/chars.hpp"
#include "text/parts.hpp"

namespace baton {
namespace {

constexpr std::string_view default_names = "tracecontext,baggage";
constexpr std::string_view none = "none";

using detail::Errors;

std::string unknown_name(std::string_view name) {
  std::string sentence = "unknown propagator '" + std::string(name) + "', known: ";
  for (const RegisteredPropagator& known : registered_propagators()) {
    sentence.append(known.traits.name).append(", ");
  }
  return sentence.append(none);
}

std::vector<std::string_view> split(std::string_view names) {
  std::vector<std::string_view> wanted;
  detail::for_each_part(names, ',', [&wanted](std::string_view part) {
    const std::string_view name = detail::trim(part);
    if (name.empty() || std::find(wanted.begin(), wanted.end(), name) != wanted.end()) return;
    wanted.push_back(name);
  });
  return wanted;
}

std::vector<PropagatorChain::Entry> make_entries(std::string_view names,
                                                 const PropagatorOptions& options, Errors& errors) {
  std::vector<std::string_view> wanted = split(names);
  const bool wants_none = std::erase(wanted, none) != 0;
  if (wants_none && !wanted.empty()) {
    errors.add("'none' excludes all other propagators; no propagator is used");
  }

  std::vector<PropagatorChain::Entry> entries;
  const auto known = registered_propagators();
  for (const std::string_view name : wanted) {
    const auto found = std::find_if(known.begin(), known.end(), [name](const auto& candidate) {
      return candidate.traits.name == name;
    });
    if (found == known.end()) {
      errors.add(unknown_name(name));
    } else if (!wants_none) {
      entries.push_back(found->make(options));
    }
  }
  return entries;
}

PropagatorChain make_chain(const ChainConfiguration& wanted, Errors& errors) {
  auto readers = make_entries(wanted.extract, wanted.options, errors);
  auto writers = wanted.inject == wanted.extract
                     ? readers
                     : make_entries(wanted.inject, wanted.options, errors);
  return PropagatorChain(std::move(readers), std::move(writers), wanted.policy)
      .with_trust(wanted.trust);
}

/// The index of a variable's value in `values`; 0, the default, if it is unset or invalid.
std::size_t choice(const char* name, const std::array<std::string_view, 2>& values,
                   Errors& errors) {
  const std::string_view value = detail::environment_variable(name);
  if (value.empty() || value == values[0]) return 0;
  if (value == values[1]) return 1;
  errors.add(std::string(name) + " is '" + std::string(value) + "', but must be " +
             std::string(values[0]) + " or " + std::string(values[1]));
  return 0;
}

bool is_on(const char* name, Errors& errors) {
  return choice(name, {"false", "true"}, errors) == 1;
}

std::string_view either(std::string_view text, std::string_view otherwise) {
  return !text.empty() ? text : otherwise;
}

}  // namespace

ConfiguredChain make_chain(const ChainConfiguration& configuration) {
  Errors errors;
  PropagatorChain chain = make_chain(configuration, errors);
  return {std::move(chain), errors.text()};
}

ConfiguredChain make_chain_from_environment(std::string_view names) {
  Errors errors;
  const std::string_view given = detail::list_or_empty(names);
  const auto list = [given](const char* variable, std::string_view otherwise) {
    return either(given, either(detail::environment_list(variable), otherwise));
  };
  const std::string_view both = list("OTEL_PROPAGATORS", default_names);
  ChainConfiguration configuration;
  configuration.extract = list("BATON_EXTRACT", both);
  configuration.inject = list("BATON_INJECT", both);
  configuration.policy =
      static_cast<ExtractionPolicy>(choice("BATON_POLICY", {"last_wins", "first_match"}, errors));
  configuration.options.b3_short_trace_ids = is_on("BATON_B3_SHORT_TRACE_IDS", errors);
  configuration.options.sampling_in_tracestate = is_on("BATON_SAMPLING_IN_TRACESTATE", errors);
  configuration.trust.destinations = detail::parse_destinations(
      "BATON_DESTINATIONS", detail::environment_variable("BATON_DESTINATIONS"), errors);
  detail::parse_callers("BATON_CALLERS", detail::environment_variable("BATON_CALLERS"),
                        configuration.trust, errors);
  PropagatorChain chain = make_chain(configuration, errors);
  return {std::move(chain), errors.text()};
}

}  // namespace baton
