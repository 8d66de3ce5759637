// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <string>
#include <utility>

#include "baton/detail/ascii.hpp"
#include "baton/samplers.hpp"
#include "core/environment_variable.hpp"
#include "text/chars.hpp"
#include "text/decimal.hpp"

namespace baton {
namespace {

constexpr std::string_view parent_based_prefix = "parentbased_";
constexpr std::string_view default_sampler = "parentbased_always_on";

/// The number that a sampler takes.
struct Argument {
  std::string_view meaning;
  double highest;
  double otherwise;
};
constexpr Argument ratio{"a number from 0 to 1", 1, 1};
constexpr Argument rate{"a number of spans per second from 0 to 10^9", 1e9, 100};

struct KnownSampler {
  std::string_view name;
  const Argument* argument;  // null: none
  std::shared_ptr<const Sampler> (*make)(double argument);
};
constexpr std::array<KnownSampler, 4> known_samplers = {{
    {"always_on", nullptr, [](double) { return always_on(); }},
    {"always_off", nullptr, [](double) { return always_off(); }},
    {"traceidratio", &ratio, trace_id_ratio},
    {"baton_rate_limited", &rate, rate_limited},
}};

const KnownSampler* find(std::string_view name) {
  for (const KnownSampler& known : known_samplers) {
    if (detail::equals_ignoring_case(known.name, name)) return &known;
  }
  return nullptr;
}

std::string unknown_name(std::string_view name) {
  std::string sentence = "unknown sampler '" + std::string(name) + "', known: ";
  for (const KnownSampler& known : known_samplers) sentence.append(known.name).append(", ");
  for (const KnownSampler& known : known_samplers) {
    if (&known != &known_samplers.front()) sentence += ", ";
    sentence.append(parent_based_prefix).append(known.name);
  }
  return sentence;
}

/// The argument as a number; the default, with an error, if the sampler does not take this one.
double read_argument(const KnownSampler& sampler, std::string_view text, std::string& error) {
  const auto wrong = [&](std::string_view rule) {
    error = "the argument of sampler '" + std::string(sampler.name) + "' is '" + std::string(text) +
            "', but " + std::string(rule);
  };
  const Argument* const wanted = sampler.argument;
  if (wanted == nullptr) {
    if (!text.empty()) wrong("it takes none");
    return 0;
  }
  if (text.empty()) return wanted->otherwise;
  double number = 0;
  if (detail::read_decimal(text, number) && number >= 0 && number <= wanted->highest) return number;
  wrong("must be " + std::string(wanted->meaning));
  return wanted->otherwise;
}

}  // namespace

// NOLINTNEXTLINE(misc-no-recursion): once, for the default
ConfiguredSampler make_sampler(std::string_view name, std::string_view argument) {
  name = detail::trim(name);
  const bool is_parent_based =
      detail::equals_ignoring_case(name.substr(0, parent_based_prefix.size()), parent_based_prefix);
  const KnownSampler* const known =
      find(is_parent_based ? name.substr(parent_based_prefix.size()) : name);
  if (known == nullptr) return {make_sampler(default_sampler).sampler, unknown_name(name)};
  std::string error;
  auto sampler = known->make(read_argument(*known, detail::trim(argument), error));
  if (is_parent_based) sampler = parent_based(std::move(sampler));
  return {std::move(sampler), std::move(error)};
}

ConfiguredSampler make_sampler_from_environment() {
  const std::string_view name = detail::environment_variable("OTEL_TRACES_SAMPLER");
  if (name.empty()) return make_sampler(default_sampler);
  return make_sampler(name, detail::environment_variable("OTEL_TRACES_SAMPLER_ARG"));
}

}  // namespace baton
