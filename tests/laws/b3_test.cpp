// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "baton/testing/rapidcheck.hpp"
#include "laws/b3_laws.hpp"
#include "laws/carrier_of.hpp"

namespace {

using baton::testing::Draw;
using baton::testing::drawn;

RC_GTEST_PROP(B3Laws, HoldForSingleFieldsThatAreNearlyValid, ()) {
  laws::check_b3(
      {{"b3", *baton::testing::nearly([](Draw& draw) { return draw.b3_single(); }).as("b3")}});
}

RC_GTEST_PROP(B3Laws, HoldForFieldsThatAreNearlyValid, ()) {
  laws::check_b3(
      laws::carrier_of(*drawn([](Draw& draw) { return draw.b3_fields(); }).as("fields")));
}

RC_GTEST_PROP(B3Laws, HoldForAnyBytes,
              (const std::string& single, const std::string& trace_id, const std::string& state)) {
  laws::check_b3({{"b3", single}});
  laws::check_b3({{"b3", single}, {"x-b3-traceid", trace_id}, {"x-b3-sampled", state}});
  laws::check_b3({{"x-b3-flags", state}, {"x-b3-spanid", trace_id}});
}

RC_GTEST_PROP(B3Laws, EveryContextComesBackInEitherEncoding,
              (std::uint64_t high, std::uint64_t low, std::uint64_t span, std::uint8_t decision)) {
  baton::SpanContext ids;
  ids.trace_id = baton::TraceId(decision % 3 == 0 ? 0 : high, low);
  ids.span_id = baton::SpanId(span);
  RC_PRE(ids.is_valid());
  ids.is_remote = true;
  baton::Context context;
  context.set_span_context(ids, static_cast<baton::Sampling>(decision % 4));
  using Encoding = baton::B3Propagator::Encoding;
  for (const Encoding encoding : {Encoding::single, Encoding::multi}) {
    for (const bool short_ids : {false, true}) {
      laws::check_b3_round_trip(context, laws::b3_propagator(encoding, short_ids));
    }
  }
}

}  // namespace
