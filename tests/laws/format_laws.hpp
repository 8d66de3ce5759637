// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "baton/baton.hpp"
#include "laws/describe.hpp"
#include "laws/require.hpp"
#include "oracle/context.hpp"
#include "oracle/fields.hpp"
#include "oracle/said.hpp"

namespace laws {

inline baton::PropagatorChain::Entry format_of(std::string_view name) {
  for (const baton::RegisteredPropagator& known : baton::registered_propagators()) {
    if (known.traits.name == name) return known.make({});
  }
  throw Broken("no propagator of that name");
}

/// A context that no fields in these tests have.
inline baton::Context some_context() {
  baton::SpanContext span;
  span.trace_id = baton::TraceId(0x1111111111111111, 0x2222222222222222);
  span.span_id = baton::SpanId(0x3333333333333333);
  span.flags = baton::TraceFlags(baton::TraceFlags::random_bit);
  baton::Context context;
  context.set_span_context(span);
  context.set_baggage(baton::Baggage::parse("kept=yes"));
  return context;
}

/// A context that was sent is read as exactly what its format can say of it. The reference knows
/// it as `known`.
inline void check_format_round_trip(const baton::Propagator& propagator,
                                    const baton::Context& context, const oracle::Context& known) {
  const std::string format(propagator.traits().name);
  const oracle::Context expected = oracle::said_by(format, known);
  oracle::Fields sent;
  propagator.inject(context, sent);
  for (const auto& [name, value] : sent.entries()) {
    require_clean(name, {value.data(), value.size()});
    require(propagator.traits().owns(name), "it owns what it sends");
  }
  const bool silent =
      !expected.has_trace() && expected.sampling == "defer" && expected.baggage.empty();
  require(sent.entries().empty() == silent, "nothing is sent if there is nothing to say");

  baton::Context back;
  baton::ExtractReport report;
  const baton::Extracted extracted = propagator.extract(sent, back, &report);
  require(report.issue_count() == 0, "what is sent is valid");
  require_equal(context_of(back), expected, "what can be said is read again");
  require(silent == (extracted == baton::Extracted::nothing), "nothing is found in nothing");
  oracle::Fields again;
  propagator.inject(back, again);
  require(again == sent, "inject after extract is a fixed point");

  oracle::Fields stale;
  for (const std::string_view name : propagator.traits().fields) stale.add(name, "stale");
  propagator.inject(context, stale);
  for (const std::string_view name : propagator.traits().fields) {
    require(stale.all(name) == sent.all(name), "no stale field survives inject");
  }
}

inline void check_format_round_trip(const baton::Propagator& propagator,
                                    const baton::Context& context) {
  check_format_round_trip(propagator, context, context_of(context));
}

/// All that must hold for any fields, read by a translated format.
inline void check_format(std::string_view format, const oracle::Fields& fields) {
  const baton::PropagatorChain::Entry propagator = format_of(format);
  const oracle::Context expected = oracle::read_format(std::string(format), fields);
  baton::Context context;
  baton::ExtractReport report;
  const baton::Extracted extracted = propagator->extract(fields, context, &report);
  require_equal(context_of(context), expected, "reads what the reference reads");
  require((extracted == baton::Extracted::span_context) == expected.has_span(),
          "says that it found a span");
  require(
      (extracted == baton::Extracted::trace_id) == (expected.has_trace() && !expected.has_span()),
      "says that it found a trace id alone");
  if (extracted == baton::Extracted::malformed) {
    require(report.issue_count() > 0, "what is malformed is reported");
  }
  if (extracted == baton::Extracted::nothing) {
    require(report.issue_count() == 0, "what is reported was there");
  }
  baton::Context unreported;
  propagator->extract(fields, unreported);
  require(unreported == context, "a report changes nothing");

  baton::Context before = some_context();
  propagator->extract(fields, before);
  require(before.baggage().get("kept") == "yes", "earlier baggage remains");
  before.set_baggage(some_context().baggage());
  if (!expected.has_span()) {
    require(before == some_context(), "less than a span context leaves one as it was");
  } else {
    require(before.span_context() == context.span_context(), "a span context replaces another");
  }
  baton::Context alone;
  alone.set_trace_id(some_context().trace_id(), baton::Sampling::drop);
  const baton::SpanContext trace = alone.span_context();
  propagator->extract(fields, alone);
  require(alone.span_context() == (expected.has_trace() ? context.span_context() : trace),
          "less than a trace id leaves one as it was, and another replaces it");
  check_format_round_trip(*propagator, context, expected);
  baton::Context child = context.child();
  // The round trip above has already sent this baggage.
  if (context.span_context().is_valid() || propagator->traits().says.lone_baggage) {
    child.set_baggage({});
  }
  check_format_round_trip(*propagator, child);
}

/// The same fields in a carrier whose `-bin` fields hold bytes.
class BinaryFields : public oracle::Fields {
 public:
  static constexpr bool has_binary_fields = true;
  explicit BinaryFields(oracle::Fields fields) : oracle::Fields(std::move(fields)) {}
};

/// A format with a binary field reads bytes, and writes them so that it reads the same again.
inline void check_binary_format(std::string_view format, const oracle::Fields& fields) {
  const baton::PropagatorChain::Entry propagator = format_of(format);
  if (!propagator->traits().fields.front().ends_with("-bin")) return;
  const BinaryFields received(fields);
  baton::Context context;
  const baton::Extracted found = propagator->extract(received, context);
  BinaryFields sent{oracle::Fields()};
  propagator->inject(context, sent);
  baton::Context back;
  require(propagator->extract(sent, back) == found || found <= baton::Extracted::malformed,
          "what was found is found again");
  require(back.span_context() == context.span_context(), "bytes bring back what was sent");
}

}  // namespace laws
