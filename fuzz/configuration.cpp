// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <optional>

#include "baton/id_tracer.hpp"
#include "baton/samplers.hpp"
#include "fuzz/input.hpp"
#include "laws/chain_laws.hpp"

namespace {

using laws::require;
using laws::require_same;

/// The formats that a list names, each once; whether all of it is known.
struct Named {
  std::vector<std::string> formats;
  bool is_valid = true;
};

Named read_names(const std::string& text) {
  Named named;
  const std::vector<std::string> known = laws::all_formats();
  bool has_none = false;
  std::size_t others = 0;
  for (const std::string& part : oracle::split(text, ',')) {
    const std::string name = oracle::trim(part);
    if (name.empty()) continue;
    if (name == "none") {
      has_none = true;
      continue;
    }
    ++others;
    if (std::ranges::count(known, name) == 0) {
      named.is_valid = false;
    } else if (std::ranges::count(named.formats, name) == 0) {
      named.formats.push_back(name);
    }
  }
  if (has_none && others != 0) named.is_valid = false;
  if (has_none) named.formats.clear();
  return named;
}

void require_entries(std::span<const baton::PropagatorChain::Entry> entries, const Named& named) {
  require(entries.size() == named.formats.size(), "each format that is named, once");
  for (std::size_t i = 0; i < entries.size(); ++i) {
    require_same(entries[i]->traits().name, named.formats[i], "in the order of the list");
  }
}

void check_names(const std::string& extract, const std::string& inject) {
  const baton::ConfiguredChain made = baton::make_chain({extract, inject, {}, {}, {}});
  const Named read = read_names(extract);
  const Named written = read_names(inject);
  require_entries(made.chain.readers(), read);
  require_entries(made.chain.writers(), written);
  require(made.error.empty() == (read.is_valid && written.is_valid), "what is wrong is reported");
}

/// A decimal number from 0 to `highest`.
std::optional<double> read_number(const std::string& text, double highest) {
  if (text.empty() || !oracle::all_of(text, "0123456789.eE+-") || text.front() == '+') return {};
  char* end = nullptr;
  errno = 0;
  const double number = std::strtod(text.c_str(), &end);
  const bool is_whole = end == text.c_str() + text.size();
  if (!is_whole || errno == ERANGE || number < 0 || number > highest) return {};
  return number;
}

bool is_tiny(const std::string& text) {
  const double number = std::strtod(text.c_str(), nullptr);
  return number != 0 && !std::isnormal(number);
}

/// What a sampler decides about traces of all kinds.
std::string decisions_of(const baton::Sampler& sampler) {
  std::string decisions;
  for (const std::uint64_t random : {0x00000000000001UL, 0x40000000000000UL, 0xf0000000000000UL}) {
    for (const auto parents :
         {baton::Sampling::defer, baton::Sampling::drop, baton::Sampling::sample}) {
      baton::Context parent;
      parent.set_span_context({baton::TraceId(1, random), baton::SpanId(1), {}, true, {}}, parents);
      const auto child = baton::IdTracer::context_of({.parent = parent}, sampler);
      decisions.append(to_string(child.sampling()))
          .append(child.span_context().trace_state.header())
          .append(" ");
    }
  }
  return decisions;
}

void check_sampler(const std::string& name, const std::string& argument) {
  const baton::ConfiguredSampler made = baton::make_sampler(name, argument);
  std::string plain = oracle::ascii_lower(oracle::trim(name));
  const std::string prefix = "parentbased_";
  const bool is_parent_based = plain.starts_with(prefix);
  if (is_parent_based) plain = plain.substr(prefix.size());
  const std::string number = oracle::trim(argument);
  if (is_tiny(number)) return;  // C libraries do not agree about them

  std::shared_ptr<const baton::Sampler> expected;
  bool is_valid = true;
  if (plain == "always_on" || plain == "always_off") {
    expected = plain == "always_on" ? baton::always_on() : baton::always_off();
    is_valid = number.empty();
  } else if (plain == "traceidratio") {
    const auto ratio = read_number(number, 1);
    expected = baton::trace_id_ratio(ratio.value_or(1));
    is_valid = ratio || number.empty();
  } else if (plain == "baton_rate_limited") {
    const auto rate = read_number(number, 1e9);
    expected = baton::rate_limited(rate.value_or(100));
    is_valid = rate || number.empty();
  }
  require(made.sampler != nullptr, "there is always a sampler");
  require(made.error.empty() == (expected != nullptr && is_valid), "what is wrong is reported");
  if (expected == nullptr) {
    expected = baton::parent_based(baton::always_on());
  } else if (is_parent_based) {
    expected = baton::parent_based(expected);
  }
  if (plain == "baton_rate_limited") return;  // it depends on time
  require_same(decisions_of(*made.sampler), decisions_of(*expected), "the sampler of that name");
}

}  // namespace

/// Choice 0: lists of formats to read and to write, on a line each. Others: a sampler's name, and
/// its argument.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::Input input(data, size);
  std::vector<std::string> lines = input.lines();
  const std::string first = fuzz::take(lines);
  const std::string second = fuzz::take(lines);
  if (input.choice() == 0) {
    check_names(first, second);
  } else {
    check_sampler(first, second);
  }
  return 0;
}
