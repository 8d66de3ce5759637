// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <memory>
#include <ranges>
#include <string>
#include <string_view>
#include <utility>
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
  require(made.chain.readers().size() == formats.size(), "each format is an entry");
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

/// Datadog's tags are such that none of its tracers refuses them. Several drop all if one is wrong.
inline void require_good_tags(const oracle::Fields& sent) {
  const auto tags = sent.first("x-datadog-tags");
  if (!tags) return;
  require(tags->size() <= 512, "Datadog's tags are as long as its tracers read");
  for (const std::string& tag : oracle::split(*tags, ',')) {
    std::string name;
    std::string value;
    require(oracle::cut(tag, '=', name, value), "a tag has a value");
    require(name.starts_with("_dd.p.") && name.size() > 6 && !value.empty(), "neither is empty");
    const auto is_letter = [](char c) { return c > ' ' && c < '\x7f'; };
    require(std::ranges::all_of(name, is_letter), "a name has no blanks");
    require(std::ranges::all_of(value, [&](char c) { return c == ' ' || is_letter(c); }),
            "a value can be printed");
  }
}

/// Fields that were sent, and the context that the chain reads from them again.
struct Sent {
  oracle::Fields fields;
  baton::Context back;
};

/// Whether those of the entries that a test chooses are the same, in order.
template <class Test>
bool same_where(const oracle::Fields& ours, const oracle::Fields& others, Test is_compared) {
  const auto chosen = [&](const auto& entry) { return is_compared(entry.first); };
  return std::ranges::equal(ours.entries() | std::views::filter(chosen),
                            others.entries() | std::views::filter(chosen));
}

/// Sent fields are clean, without repeats, and have only names that the chain owns.
inline Sent check_inject(const baton::PropagatorChain& chain, const baton::Context& context,
                         oracle::Fields stale) {
  const auto is_written = [&chain](std::string_view name) {
    return std::ranges::find(chain.fields(), name) != chain.fields().end();
  };
  Sent sent;
  oracle::Fields& fresh = sent.fields;
  chain.inject(context, fresh);
  std::vector<std::string_view> names;
  for (const auto& [name, value] : fresh.entries()) {
    names.emplace_back(name);
    require_clean(name, {value.data(), value.size()});
    require(is_written(name) || is_baggage_entry(name), "only its own fields are written");
    require(chain.owns(name), "it owns what it sends");
  }
  std::ranges::sort(names);
  require(std::ranges::adjacent_find(names) == names.end(), "each field is sent once");
  require_one_priority(fresh);

  stale.add("unrelated", "\r\nkept");
  oracle::Fields reused = stale;
  chain.inject(context, reused);
  const auto is_sent = [&](std::string_view name) {
    return std::ranges::binary_search(names, name);
  };
  const auto is_own = [&](std::string_view name) { return is_sent(name) || is_written(name); };
  const auto is_foreign = [&](std::string_view name) {
    return !is_sent(name) && !chain.owns(name);
  };
  require(same_where(reused, fresh, is_own), "no stale field survives inject");
  require(same_where(reused, stale, is_foreign), "inject leaves foreign fields alone");

  baton::ExtractReport report;
  chain.extract(fresh, sent.back, &report);
  for (const baton::ExtractReport::Issue& issue : report.issues()) {
    // A bare "%" of W3C's field becomes an escape, and so longer, in Jaeger's.
    const bool has_grown = issue.field == "uberctx-" &&
                           issue.error.code == baton::ErrorCode::too_many_bytes &&
                           context.baggage().header().find('%') != std::string_view::npos;
    require(has_grown, "what is sent is valid");
  }
  require(report.disagreeing_format().empty(), "what is sent agrees with itself");
  return sent;
}

/// What a chain's report must have for what its formats read, of which the reference has taken
/// that.
inline void check_report(const std::vector<oracle::Reading>& all, bool first_match,
                         const oracle::Context& taken, const baton::ExtractReport& report) {
  std::string winner;
  bool disagree = false;
  for (const oracle::Reading& reading : all) {
    const auto& [format, found] = reading.given;
    const bool is_candidate = found.has_trace() && found.has_span() == taken.has_span();
    if (is_candidate && !(first_match && !winner.empty())) winner = format;
    disagree =
        disagree || (found.has_span() && !oracle::is_same_trace(found.trace_id, taken.trace_id));
  }
  if (!winner.empty()) require_same(report.format(), winner, "the report names the winner");
  require(report.disagreeing_format().empty() == !disagree, "the report names a conflict");
}

/// What a chain and the reference read.
struct Received {
  baton::Context context;
  oracle::Context known;
};

/// A chain of these formats reads what the reference reads.
inline Received check_extract(const baton::PropagatorChain& chain,
                              const std::vector<std::string>& formats, bool first_match,
                              const oracle::Fields& fields) {
  baton::ExtractReport report;
  Received received;
  chain.extract(fields, received.context, &report);
  const std::vector<oracle::Reading> all = oracle::read_each(formats, fields);
  received.known = oracle::read_chain(all, first_match);
  require_equal(context_of(received.context), received.known, "reads what the reference reads");
  require(chain.extract(fields) == received.context, "a report changes nothing");
  check_report(all, first_match, received.known, report);
  return received;
}

/// What was received from the fields is sent on.
inline void check_forward(const baton::PropagatorChain& chain,
                          const std::vector<std::string>& formats, const Received& received,
                          const oracle::Fields& fields) {
  const auto& [context, known] = received;
  const auto [sent, next] = check_inject(chain, context, fields);
  if (context.trace_id().is_valid()) {
    oracle::Context trace = known;
    trace.baggage_kept.clear();
    trace.baggage.clear();
    const bool carries = std::ranges::any_of(
        formats, [&](auto& name) { return oracle::said_by(name, trace).has_trace(); });
    const bool goes_on =
        next.trace_id().is_valid() &&
        oracle::is_same_trace(next.trace_id().to_string(), context.trace_id().to_string());
    require(goes_on == carries, "the trace id is forwarded");
  }
  oracle::Fields again;
  chain.inject(next, again);
  require(again == sent || chain.extract(again) == next,
          "a context that has been sent can be sent again");
  if (formats.size() == 1) {
    require_equal(context_of(next), oracle::said_by(formats.front(), known),
                  "what can be said is forwarded");
  }
}

/// A child of what was received is sent in a message that has these fields and those of a parent.
inline void check_child(const baton::PropagatorChain& chain, const baton::Context& context,
                        oracle::Fields fields) {
  oracle::Fields sent;
  chain.inject(context, sent);
  for (const auto& [name, value] : sent.entries()) fields.add(name, {value.data(), value.size()});
  check_inject(chain, context.child(), std::move(fields));
}

/// All that must hold for any fields and any chain of these formats.
inline void check_chain(const std::vector<std::string>& formats, bool first_match,
                        const oracle::Fields& fields) {
  const baton::PropagatorChain chain = chain_of(formats, first_match);
  const Received received = check_extract(chain, formats, first_match, fields);
  check_forward(chain, formats, received, fields);
  check_child(chain, received.context, fields);
}

}  // namespace laws
