// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "baton/baton.hpp"
#include "laws/describe.hpp"
#include "laws/require.hpp"
#include "oracle/context.hpp"
#include "oracle/fields.hpp"
#include "oracle/said.hpp"

namespace laws {

/// All formats of the library, in the order of its registry.
inline std::vector<std::string> all_formats() {
  std::vector<std::string> names;
  for (const auto& known : baton::registered_propagators()) names.emplace_back(known.traits.name);
  return names;
}

/// Every name that a format reads, and some for each prefix.
inline std::vector<std::string> all_field_names() {
  std::vector<std::string> names;
  for (const auto& known : baton::registered_propagators()) {
    for (const auto& fields : {known.traits.fields, known.traits.also_reads}) {
      for (const std::string_view name : fields) {
        if (std::ranges::find(names, name) == names.end()) names.emplace_back(name);
      }
    }
    for (const std::string_view prefix : known.traits.prefixes) {
      for (const char* key : {"a", "key"}) names.push_back(std::string(prefix) + key);
    }
  }
  return names;
}

inline baton::PropagatorChain chain_of(const std::vector<std::string>& formats, bool first_match) {
  baton::ConfiguredChain made = baton::make_chain(
      oracle::join(formats, ","),
      first_match ? baton::ExtractionPolicy::first_match : baton::ExtractionPolicy::last_wins);
  require(made.error.empty(), "the formats are known");
  require(made.chain.readers().size() == formats.size(), "each format is a link");
  return made.chain;
}

/// Datadog's fields agree with what its tracers read in W3C's.
inline void require_one_priority(const oracle::Fields& sent) {
  const auto priority = sent.first("x-datadog-sampling-priority");
  const auto parent = oracle::read_traceparent(sent.all("traceparent"));
  const auto state = oracle::read_tracestate(sent.all("tracestate"));
  if (!sent.first("x-datadog-trace-id") || !parent || !state) return;
  for (const oracle::Entry& member : *state) {
    if (member.key != "dd") continue;
    for (const std::string& pair : oracle::split(member.value, ';')) {
      if (!pair.starts_with("s:")) continue;
      const auto said = oracle::read_datadog_priority(oracle::trim(pair.substr(2)));
      require(said && oracle::keeps(*said) == parent->sampled, "dd agrees with the sampled flag");
      require(said == priority, "dd agrees with Datadog's field");
    }
  }
}

/// Sent fields are clean, without repeats, and have only names that the chain owns.
inline oracle::Fields check_inject(const baton::PropagatorChain& chain,
                                   const baton::Context& context, const oracle::Fields& stale) {
  oracle::Fields fresh;
  chain.inject(context, fresh);
  std::set<std::string> names;
  for (const auto& [name, value] : fresh.entries()) {
    require_clean(name, {value.data(), value.size()});
    require(names.insert(name).second, "each field is sent once");
    require(
        is_baggage_entry(name) || std::ranges::find(chain.fields(), name) != chain.fields().end(),
        "only its own fields are written");
    require(chain.owns(name), "it owns what it sends");
  }
  require_one_priority(fresh);

  oracle::Fields reused = stale;
  reused.add("unrelated", "\r\nkept");
  std::set<std::string> others_names;
  for (const auto& entry : reused.entries()) {
    if (!chain.owns(entry.first)) others_names.insert(entry.first);
  }
  const auto foreign = [&others_names](const oracle::Fields& fields) {
    oracle::Fields others;
    for (const auto& [name, value] : fields.entries()) {
      if (others_names.contains(name)) others.add(name, {value.data(), value.size()});
    }
    return others;
  };
  const oracle::Fields others = foreign(reused);
  chain.inject(context, reused);
  oracle::Fields own;
  for (const auto& [name, value] : reused.entries()) {
    const bool is_own = names.contains(name) || std::ranges::count(chain.fields(), name) != 0;
    if (is_own) own.add(name, {value.data(), value.size()});
  }
  require(own == fresh, "no stale field survives inject");
  require(foreign(reused) == others, "inject leaves foreign fields alone");

  baton::ExtractReport report;
  baton::Context back;
  chain.extract(fresh, back, &report);
  for (const baton::ExtractReport::Issue& issue : report.issues()) {
    // A bare "%" of W3C's field becomes an escape, and so longer, in Jaeger's.
    const bool has_grown = issue.field == "uberctx-" &&
                           issue.error.code == baton::ErrorCode::too_many_bytes &&
                           context.baggage().header().find('%') != std::string_view::npos;
    require(has_grown, "what is sent is valid");
  }
  require(report.disagreeing_format().empty(), "what is sent agrees with itself");
  return fresh;
}

/// What a chain's report must have for the fields, of which the reference has taken that.
inline void check_report(const std::vector<std::string>& formats, bool first_match,
                         const oracle::Fields& fields, const oracle::Context& taken,
                         const baton::ExtractReport& report) {
  std::string winner;
  bool disagree = false;
  for (const std::string& format : formats) {
    const oracle::Context found = oracle::read_format(format, fields);
    const bool is_candidate = found.has_trace() && found.has_span() == taken.has_span();
    if (is_candidate && !(first_match && !winner.empty())) winner = format;
    disagree =
        disagree || (found.has_span() && !oracle::is_same_trace(found.trace_id, taken.trace_id));
  }
  if (!winner.empty()) require_same(report.format(), winner, "the report names the winner");
  require(report.disagreeing_format().empty() == !disagree, "the report names a conflict");
}

/// All that must hold for any fields and any chain, which has these formats.
inline void check_chain(const baton::PropagatorChain& chain,
                        const std::vector<std::string>& formats, bool first_match,
                        const oracle::Fields& fields) {
  baton::ExtractReport report;
  baton::Context context;
  chain.extract(fields, context, &report);
  const oracle::Context expected = oracle::read_chain(formats, first_match, fields);
  require_equal(context_of(context), expected, "reads what the reference reads");
  require(chain.extract(fields) == context, "a report changes nothing");
  check_report(formats, first_match, fields, expected, report);

  const oracle::Fields sent = check_inject(chain, context, fields);
  const baton::Context next = chain.extract(sent);
  if (context.trace_id().is_valid()) {
    const bool carries = std::ranges::any_of(formats, [&](auto& name) {
      return oracle::said_by(name, context_of(context)).has_trace();
    });
    const bool goes_on =
        next.trace_id().is_valid() &&
        oracle::is_same_trace(next.trace_id().to_string(), context.trace_id().to_string());
    require(goes_on == carries, "the trace id is forwarded");
  }
  oracle::Fields again;
  chain.inject(next, again);
  require(chain.extract(again) == next, "a context that has been sent can be sent again");
  if (formats.size() == 1) {
    require_equal(context_of(next), oracle::said_by(formats.front(), context_of(context)),
                  "what can be said is forwarded");
  }
  check_inject(chain, context.child(), sent);
}

inline void check_chain(const std::vector<std::string>& formats, bool first_match,
                        const oracle::Fields& fields) {
  check_chain(chain_of(formats, first_match), formats, first_match, fields);
}

}  // namespace laws
