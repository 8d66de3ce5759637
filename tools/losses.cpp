// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <boost/json.hpp>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "baton/registry.hpp"
#include "tools/commands.hpp"

namespace baton::tool {
namespace {

/// What Datadog's tracers keep in tracestate.
constexpr std::string_view datadog_extras = "s:2;o:rum;t.dm:-4";

constexpr std::uint64_t low = 0x64fe8b2a57d3eff7;  // the half of a trace id that every format has

/// A request that has ids, with some high half of the trace id, and nothing else to say.
Context with_ids(std::uint64_t high, Sampling sampling) {
  Context context;
  context.set_span_context(
      {TraceId(high, low), SpanId(0xe457b5a2e4d86bd1), TraceFlags(TraceFlags::random_bit), true,
       TraceState::parse("vendor=1").value()},
      sampling);
  return context;
}

Context with_datadog_extras() {
  Context context = with_ids(0, Sampling::sample);
  context.set_trace_state(TraceState().set("dd", datadog_extras).value());
  return context;
}

Context with_trace_id() {
  Context context;
  context.set_trace_id(TraceId(0, low), Sampling::sample);
  return context;
}

Context with_decision(Sampling sampling) {
  Context context;
  context.set_sampling(sampling);
  return context;
}

Context with_baggage() {
  Context context = with_ids(0, Sampling::sample);
  context.set_baggage(Baggage::parse("key=value;property"));
  return context;
}

/// One thing that a context can say: a context that says it, and whether another still does.
struct Aspect {
  char letter;
  std::string_view name;
  std::string_view words;
  Context said;
  bool (*is_said)(const Context& context);
};

const std::vector<Aspect>& aspects() {
  constexpr std::uint64_t high = 0x80f198ee56343ba8;
  static const std::vector<Aspect> all{
      {'i', "ids", "trace id and span id", with_ids(0, Sampling::sample),
       [](const Context& c) { return c.span_context().span_id == SpanId(0xe457b5a2e4d86bd1); }},
      {'h', "trace_id_high", "the first 64 bits of the trace id", with_ids(high, Sampling::sample),
       [](const Context& c) { return c.span_context().trace_id.high() == high; }},
      {'r', "random", "that the trace id is random", with_ids(high, Sampling::sample),
       [](const Context& c) { return c.span_context().flags.random(); }},
      {'t', "tracestate", "tracestate", with_ids(high, Sampling::sample),
       [](const Context& c) { return !c.span_context().trace_state.empty(); }},
      {'x', "datadog", "Datadog's priority, origin and tags (dd of tracestate)",
       with_datadog_extras(),
       [](const Context& c) { return c.span_context().trace_state.get("dd") == datadog_extras; }},
      {'f', "defer", "that nobody has decided (becomes: not sampled)",
       with_ids(high, Sampling::defer),
       [](const Context& c) {
         return c.span_context().is_valid() && c.sampling() == Sampling::defer;
       }},
      {'g', "debug", "debug (becomes: sampled)", with_ids(high, Sampling::debug),
       [](const Context& c) {
         return c.span_context().is_valid() && c.sampling() == Sampling::debug;
       }},
      {'a', "trace_id", "a trace id alone", with_trace_id(),
       [](const Context& c) { return c.trace_id() == TraceId(0, low); }},
      {'d', "decision", "a decision without ids", with_decision(Sampling::drop),
       [](const Context& c) { return c.sampling() == Sampling::drop; }},
      {'D', "debug_decision", "a debug decision without ids", with_decision(Sampling::debug),
       [](const Context& c) { return c.sampling() == Sampling::debug; }},
      {'b', "baggage", "baggage", with_baggage(),
       [](const Context& c) { return c.baggage().get("key") == "value"; }},
      {'p', "properties", "the properties of baggage", with_baggage(),
       [](const Context& c) {
         const auto member = c.baggage().find("key");
         return member && !member->properties().empty();
       }},
  };
  return all;
}

/// What arrives of a context that a format carries.
Context carry(const Propagator& format, const Context& context) {
  std::map<std::string, std::string, std::less<>> fields;
  const MapCarrier carrier(fields);
  format.inject(context, carrier);
  Context arrived;
  format.extract(carrier, arrived);
  return arrived;
}

std::vector<const Aspect*> losses(const Propagator& from, const Propagator& to) {
  std::vector<const Aspect*> lost;
  for (const Aspect& aspect : aspects()) {
    const Context first = carry(from, aspect.said);
    if (aspect.is_said(first) && !aspect.is_said(carry(to, first))) lost.push_back(&aspect);
  }
  return lost;
}

std::string padded(std::string_view text, std::size_t width) {
  std::string out(text);
  out.resize(std::max(width, text.size()), ' ');
  return out;
}

std::string to_table(std::span<const PropagatorChain::Link> formats) {
  std::size_t first_width = 0;
  for (const auto& format : formats) first_width = std::max(first_width, format->name().size());
  const auto end_line = [](std::string& out) {
    out.erase(out.find_last_not_of(' ') + 1);
    out += '\n';
  };

  std::string out = padded("", first_width);
  for (const auto& to : formats) out.append("  ").append(padded(to->name(), 6));
  end_line(out);
  for (const auto& from : formats) {
    out += padded(from->name(), first_width);
    for (const auto& to : formats) {
      std::string letters;
      for (const Aspect* aspect : losses(*from, *to)) letters += aspect->letter;
      if (letters.empty()) letters = "-";
      out.append("  ").append(padded(letters, std::max<std::size_t>(to->name().size(), 6)));
    }
    end_line(out);
  }
  out += "\nFrom the format of the line to that of the column, this is lost:\n";
  for (const Aspect& aspect : aspects()) {
    out.append("  ").append(1, aspect.letter).append("  ").append(aspect.words) += '\n';
  }
  return out;
}

std::string to_json(std::span<const PropagatorChain::Link> formats) {
  boost::json::object table;
  for (const auto& from : formats) {
    boost::json::object line;
    for (const auto& to : formats) {
      boost::json::array names;
      for (const Aspect* aspect : losses(*from, *to)) names.emplace_back(aspect->name);
      line.emplace(to->name(), std::move(names));
    }
    table.emplace(from->name(), std::move(line));
  }
  return boost::json::serialize(table) + "\n";
}

}  // namespace

Outcome run_losses(std::span<const PropagatorChain::Link> formats, bool json) {
  return {Status::done, json ? to_json(formats) : to_table(formats), {}};
}

}  // namespace baton::tool
