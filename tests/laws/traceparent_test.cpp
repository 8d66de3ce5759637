// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "baton/testing/rapidcheck.hpp"
#include "laws/traceparent_laws.hpp"
#include "laws/tracestate_laws.hpp"

namespace {

using baton::testing::Draw;
using baton::testing::drawn;

RC_GTEST_PROP(TraceparentLaws, HoldForTextsThatAreNearlyValid, ()) {
  laws::check_traceparent(
      *baton::testing::nearly([](Draw& draw) { return draw.traceparent(); }).as("text"));
}

RC_GTEST_PROP(TraceparentLaws, HoldForAnyBytes, (const std::string& text)) {
  laws::check_traceparent(text);
}

RC_GTEST_PROP(TraceparentLaws, ParseAfterFormatIsIdentityForAnyIds,
              (std::uint64_t high, std::uint64_t low, std::uint64_t span, std::uint8_t flags)) {
  const baton::Traceparent traceparent{baton::TraceId(high, low), baton::SpanId(span),
                                       baton::TraceFlags(flags)};
  const auto back = baton::Traceparent::parse(traceparent.to_string());
  const bool valid = (high | low) != 0 && span != 0;
  RC_ASSERT(back.has_value() == valid);
  if (back) RC_ASSERT(*back == traceparent);
  laws::check_traceparent(traceparent.to_string());
}

RC_GTEST_PROP(TraceparentLaws, IdsAreReadAsTheyAreWritten,
              (std::uint64_t high, std::uint64_t low)) {
  const baton::TraceId trace_id(high, low);
  RC_ASSERT(baton::TraceId::from_hex(trace_id.to_string()).value() == trace_id);
  RC_ASSERT(baton::TraceId(trace_id.bytes()) == trace_id);
  const baton::SpanId span_id(low);
  RC_ASSERT(baton::SpanId::from_hex(span_id.to_string()).value() == span_id);
  RC_ASSERT(baton::SpanId(span_id.bytes()) == span_id);
}

RC_GTEST_PROP(TraceparentLaws, MoreThanOneInstanceIsNone, ()) {
  const auto texts = *drawn([](Draw& draw) {
                        std::vector<std::string> list(draw.number(0, 3));
                        for (std::string& text : list) text = draw.traceparent();
                        return list;
                      }).as("instances");
  oracle::Fields fields;
  for (const std::string& text : texts) fields.add("traceparent", text);
  const baton::Context context = laws::extract_trace(fields);
  const auto expected = oracle::read_traceparent(texts);
  RC_ASSERT(context.span_context().is_valid() == expected.has_value());
}

}  // namespace
