// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "baton/testing/rapidcheck.hpp"
#include "laws/carrier_of.hpp"
#include "laws/chain_laws.hpp"

namespace {

using baton::testing::Draw;
using baton::testing::drawn;
using baton::testing::FieldList;

auto some_fields() {
  return drawn([](Draw& draw) { return draw.fields(); });
}

RC_GTEST_PROP(ChainLaws, HoldForAnyChainAndFieldsThatAreNearlyValid, (bool first_match)) {
  const auto formats = *drawn([](Draw& draw) { return draw.formats(); }).as("formats");
  const FieldList list = *some_fields().as("fields");
  laws::check_chain(formats, first_match, laws::carrier_of(list));
}

RC_GTEST_PROP(ChainLaws, HoldForAnyBytesInAnyField,
              (bool first_match, const std::vector<std::string>& values)) {
  const std::vector<std::string> names = laws::all_field_names();
  oracle::Fields fields;
  for (std::size_t i = 0; i < values.size(); ++i) fields.add(names[i % names.size()], values[i]);
  laws::check_chain(laws::all_formats(), first_match, fields);
}

/// Callers that write some formats from one context, and others from another one.
RC_GTEST_PROP(ChainLaws, HoldForWhatSeveralFormatsSent, (bool first_match)) {
  const auto context = [](std::uint64_t high, std::uint64_t low, std::uint64_t span) {
    baton::Context made;
    made.set_span_context({baton::TraceId(high, low), baton::SpanId(span),
                           baton::TraceFlags(baton::TraceFlags::random_bit), true,
                           baton::TraceState::parse(
                               *rc::gen::element<std::string>("a=1", "a=1,dd=s:2;o:rum",
                                                              "dd=s:-1;p:00f067aa0ba902b7;t.dm:-4"))
                               .value()},
                          static_cast<baton::Sampling>(*rc::gen::inRange(0, 4)));
    return made;
  };
  const auto id = [] { return *rc::gen::element<std::uint64_t>(0, 7, ~std::uint64_t{0}); };
  oracle::Fields fields;
  for (const std::string& format : laws::all_formats()) {
    if (*rc::gen::inRange(0, 3) == 0) continue;
    const auto span = *rc::gen::element<std::uint64_t>(0, 1, 2);  // 0: a trace id alone
    laws::chain_of({format}, false).inject(context(id(), id(), span), fields);
  }
  std::vector<std::string> formats;
  for (const std::string& format : laws::all_formats()) {
    const bool goes_first = *rc::gen::inRange(0, 2) == 0;
    if (*rc::gen::inRange(0, 2) == 0) continue;
    formats.insert(goes_first ? formats.begin() : formats.end(), format);
  }
  laws::check_chain(formats, first_match, fields);
}

RC_GTEST_PROP(ChainLaws, PoliciesPickTheFirstOrTheLastOfEqualFormats, ()) {
  const oracle::Fields fields = laws::carrier_of(*some_fields().as("fields"));
  const auto first = laws::chain_of({"b3", "tracecontext"}, true).extract(fields);
  const auto last = laws::chain_of({"tracecontext", "b3"}, false).extract(fields);
  RC_ASSERT(first == last);
}

RC_GTEST_PROP(ChainLaws, FieldsThatCannotBeReadLeaveTheContextAsItWas, ()) {
  FieldList list = *some_fields().as("fields");
  for (auto& [name, value] : list) value += "\x7f";
  const oracle::Fields fields = laws::carrier_of(list);
  const baton::PropagatorChain chain = laws::chain_of({"tracecontext", "b3"}, false);
  baton::Context before;
  before.set_span_context({baton::TraceId(1, 2), baton::SpanId(3), baton::TraceFlags(2), false,
                           baton::TraceState::parse("a=b").value()});
  before.set_baggage(baton::Baggage::parse("c=d"));
  baton::Context after = before;
  chain.extract(fields, after);
  const oracle::Context found = oracle::read_chain({"tracecontext", "b3"}, false, fields);
  if (!found.has_trace()) RC_ASSERT(after == before);
}

RC_GTEST_PROP(ChainLaws, WhatLeavesIsValidWhateverTheApiWasGiven,
              (std::uint64_t high, std::uint64_t low, std::uint64_t span, std::uint8_t flags)) {
  const FieldList state = *drawn([](Draw& draw) {
                             FieldList given(draw.number(0, 5));
                             for (auto& [key, value] : given) {
                               key = draw.damaged(draw.tracestate_key());
                               value = draw.damaged(draw.tracestate_value());
                             }
                             return given;
                           }).as("tracestate");
  const FieldList baggage = *drawn([](Draw& draw) {
                               FieldList given(draw.number(0, 5));
                               for (auto& [key, value] : given) {
                                 key = draw.damaged(draw.baggage_key());
                                 value = draw.bytes(12);
                               }
                               return given;
                             }).as("baggage");
  baton::SpanContext ids{
      baton::TraceId(high, low), baton::SpanId(span), baton::TraceFlags(flags), false, {}};
  for (const auto& [key, value] : state) {
    ids.trace_state = ids.trace_state.set(key, value).value_or(ids.trace_state);
  }
  baton::BaggageBuilder builder;
  for (const auto& [key, value] : baggage) {
    static_cast<void>(builder.set(key, value, {{key, value}, {value, std::nullopt}}));
    static_cast<void>(builder.set(value, key));
  }
  baton::Context context;
  context.set_span_context(ids);
  context.set_baggage(builder.build());
  context.set_sampling(static_cast<baton::Sampling>(flags % 4));

  const oracle::Fields stale{{"b3", "0"}, {"tracestate", "a=1"}, {"tracestate", "b=2"}};
  for (const std::string& format : laws::all_formats()) {
    laws::check_inject(laws::chain_of({format}, false), context, stale);
  }
  const auto chain = laws::chain_of({"tracecontext", "baggage", "b3", "b3multi", "jaeger"}, true);
  const oracle::Fields sent = laws::check_inject(chain, context, stale).fields;
  const baton::Context back = chain.extract(sent);
  RC_ASSERT(back.baggage() == context.baggage());
  RC_ASSERT(back.span_context().is_valid() == ids.is_valid());
  if (ids.is_valid()) {
    RC_ASSERT(back.span_context().trace_id == ids.trace_id);
    RC_ASSERT(back.span_context().trace_state == ids.trace_state);
    RC_ASSERT(back.span_context().flags == context.span_context().flags);
  }
}

RC_GTEST_PROP(ChainLaws, AChildStaysInItsTrace, ()) {
  const oracle::Fields fields = laws::carrier_of(*some_fields().as("fields"));
  const baton::Context parent =
      laws::chain_of({"tracecontext", "baggage", "b3", "datadog", "gcp", "xray"}, true)
          .extract(fields);
  const baton::Context child = parent.child();
  RC_ASSERT(child.span_context().is_valid());
  RC_ASSERT(!child.span_context().is_remote);
  RC_ASSERT(child.span_context().span_id != parent.span_context().span_id);
  RC_ASSERT(child.baggage() == parent.baggage());
  RC_ASSERT(child.sampling() == parent.sampling());
  if (parent.trace_id().is_valid()) {
    RC_ASSERT(child.span_context().trace_id == parent.span_context().trace_id);
    RC_ASSERT(child.span_context().flags == parent.span_context().flags);
    RC_ASSERT(child.span_context().trace_state == parent.span_context().trace_state);
  } else {
    RC_ASSERT(child.span_context().flags.random());
    RC_ASSERT(child.span_context().flags.sampled() == baton::is_sampled(parent.sampling()));
    RC_ASSERT(child.span_context().trace_state.empty());
  }
}

}  // namespace
