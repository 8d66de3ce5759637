#pragma once

#include <string>
#include <string_view>

#include "baton/translators/b3.hpp"
#include "laws/describe.hpp"
#include "laws/require.hpp"
#include "oracle/b3.hpp"
#include "oracle/fields.hpp"

namespace laws {

inline baton::B3Propagator b3_propagator(baton::B3Propagator::Encoding encoding,
                                         bool short_trace_ids = false) {
  return baton::B3Propagator({encoding, short_trace_ids});
}

/// A context that nothing on the wire in these tests can give.
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

inline void check_b3_round_trip(const oracle::Context& expected, const baton::Context& context,
                                const baton::B3Propagator& propagator) {
  oracle::Fields sent;
  propagator.inject(context, sent);
  for (const auto& [name, value] : sent.entries()) {
    require_clean(name, {value.data(), value.size()});
    require(name != "x-b3-parentspanid", "the parent span id is never sent");
  }
  require(!(sent.first("x-b3-flags") && sent.first("x-b3-sampled")), "debug is said once");
  const bool silent = !expected.has_trace() && expected.sampling == "defer";
  require(sent.entries().empty() == silent, "nothing goes out when there is nothing to say");

  baton::Context back;
  baton::ExtractReport report;
  const baton::Extracted extracted = propagator.extract(sent, back, &report);
  require(report.issue_count() == 0, "what is sent is valid");
  require_equal(context_of(back), expected, "extract after inject is the identity");
  require(silent == (extracted == baton::Extracted::nothing), "nothing is found in nothing");
  oracle::Fields again;
  propagator.inject(back, again);
  require(again == sent, "inject after extract is a fixed point");
}

/// All that must hold for any fields as B3.
inline void check_b3(const oracle::Fields& fields) {
  using Encoding = baton::B3Propagator::Encoding;
  const oracle::Context expected = oracle::read_format("b3", fields);
  for (const Encoding encoding : {Encoding::single, Encoding::multi}) {
    const baton::B3Propagator propagator = b3_propagator(encoding);
    baton::Context context;
    baton::ExtractReport report;
    const baton::Extracted extracted = propagator.extract(fields, context, &report);
    require_equal(context_of(context), expected, "reads what the reference reads");
    require((extracted == baton::Extracted::span_context) == expected.has_trace(),
            "says what it found");
    if (extracted == baton::Extracted::malformed) {
      require(report.issue_count() > 0, "what is malformed is reported");
    }
    baton::Context unreported;
    propagator.extract(fields, unreported);
    require(unreported == context, "a report changes nothing");

    baton::Context before = some_context();
    propagator.extract(fields, before);
    if (!expected.has_trace()) {
      require(before == some_context(), "less than a span context leaves one as it was");
    } else {
      require(before.span_context() == context.span_context(), "a span context replaces another");
      require(before.baggage() == some_context().baggage(), "B3 has nothing to say on baggage");
    }
    for (const Encoding other : {Encoding::single, Encoding::multi}) {
      check_b3_round_trip(expected, context, b3_propagator(other));
      check_b3_round_trip(expected, context, b3_propagator(other, true));
    }
  }
}

}  // namespace laws
