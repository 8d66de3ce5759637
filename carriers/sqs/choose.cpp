// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "baton/carriers/sqs.hpp"
#include "baton/traceparent.hpp"
#include "baton/tracestate.hpp"

namespace baton::sqs {
namespace {

/// Whether a field must be there if any of the format's fields is.
bool needs(const Propagator& format, std::string_view field) noexcept {
  const auto& fields = format.traits().fields;
  return field != TraceState::field && std::ranges::find(fields, field) != fields.end();
}

}  // namespace

void internal::choose(std::span<Candidate> fields, const PropagatorChain& chain, std::size_t room) {
  const auto writers = chain.writers();
  std::vector<bool> is_chosen(fields.size());
  std::vector<std::size_t> together;
  const auto choose_format_of = [&](std::size_t field) {
    if (is_chosen[field]) return;
    const auto format = std::ranges::find_if(
        writers, [&](const auto& writer) { return needs(*writer, fields[field].name); });
    together = {field};
    for (std::size_t i = 0; format != writers.end() && i < fields.size(); ++i) {
      if (i != field && !is_chosen[i] && needs(**format, fields[i].name)) together.push_back(i);
    }
    const bool is_taken = together.size() <= room &&
                          std::ranges::all_of(together, [&](auto i) { return fields[i].is_taken; });
    if (is_taken) room -= together.size();
    for (const std::size_t i : together) {
      fields[i].is_taken = is_taken;
      is_chosen[i] = true;
    }
  };
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].name == Traceparent::field) choose_format_of(i);
  }
  for (std::size_t i = 0; i < fields.size(); ++i) choose_format_of(i);
}

}  // namespace baton::sqs
