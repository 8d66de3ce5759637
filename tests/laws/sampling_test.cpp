// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <cstdint>

#include "baton/testing/rapidcheck.hpp"
#include "laws/sampling_laws.hpp"
#include "support/numbered.hpp"

namespace {

using baton::Sampling;
using baton::testing::Draw;
using baton::testing::drawn;
using laws::child_of;

std::string sub_member(Draw& draw) {
  switch (draw.number(0, 5)) {
    case 0:
    case 1: return "th:" + draw.text_of("089abcf", draw.number(1, 14));
    case 2:
    case 3: return "rv:" + draw.text_of("0123456789abcdef", 14);
    case 4: return draw.text_of("abkptr", 1) + ":" + draw.text_of("aZ09._- ;", draw.number(0, 90));
    default: return draw.text_of("thrv:;0 ", draw.number(0, 16));
  }
}

std::string state(Draw& draw) {
  std::string member = sub_member(draw);
  while (draw.one_in(2)) member += ";" + sub_member(draw);
  if (draw.one_in(6)) member = draw.damaged(member);
  std::vector<std::string> members = draw.tracestate_members(draw.one_in(10) ? 32 : 4);
  if (!draw.one_in(8)) {
    members.insert(members.begin() + static_cast<std::ptrdiff_t>(draw.number(0, members.size())),
                   "ot=" + member);
  }
  const bool is_full = draw.one_in(8);
  while (is_full && members.size() < 32) {
    members.push_back(baton::test::numbered("full", members.size()) + "=v");
  }
  return oracle::join(members, ",");
}

/// A parent in a known trace.
baton::Context parent_of(const std::string& state, std::uint64_t trace, Sampling sampling,
                         bool has_span) {
  baton::Context context;
  auto parsed = baton::TraceState::parse(state).value_or(baton::TraceState());
  const baton::TraceId trace_id(1, trace);
  if (has_span) {
    context.set_span_context(
        {trace_id, baton::SpanId(1), baton::TraceFlags(), true, std::move(parsed)}, sampling);
  } else {
    context.set_trace_id(trace_id, sampling, std::move(parsed));
  }
  return context;
}

/// From 2^-57 to 1, each magnitude alike; sometimes a round one.
double ratio(Draw& draw) {
  if (draw.one_in(4)) return std::ldexp(1, -static_cast<int>(draw.number(0, 57)));
  const double fraction = static_cast<double>(draw.number(1, 1U << 30)) / (1U << 30);
  return std::ldexp(fraction, draw.one_in(2) ? 0 : -static_cast<int>(draw.number(0, 57)));
}
rc::Gen<double> some_ratio() {
  return rc::Gen<double>([](const rc::Random& random, int) {
    Draw draw(rc::Random(random).next());
    return rc::shrinkable::just(ratio(draw));
  });
}

baton::Context some_parent(Sampling sampling) {
  const auto text = *drawn(state).as("tracestate");
  const auto trace = *rc::gen::arbitrary<std::uint64_t>().as("trace id");
  return parent_of(text, trace | *drawn([](Draw& draw) {
                           return draw.one_in(2) ? std::uint64_t{0xff000000000000}
                                                 : std::uint64_t{0};
                         }),
                   sampling, *rc::gen::arbitrary<bool>().as("has a span"));
}

RC_GTEST_PROP(SamplingLaws, HoldForAnyMember, ()) {
  const auto sampling =
      *rc::gen::element(Sampling::defer, Sampling::drop, Sampling::sample, Sampling::debug);
  laws::check_sampling(some_parent(sampling), *some_ratio().as("ratio"));
}

RC_GTEST_PROP(SamplingLaws, AHigherRatioSamplesAllThatALowerOneDoes, ()) {
  const double one = *some_ratio().as("ratio");
  const double other = *some_ratio().as("other ratio");
  const auto lower = baton::trace_id_ratio(std::min(one, other));
  const auto higher = baton::trace_id_ratio(std::max(one, other));
  const auto parent = some_parent(Sampling::defer);
  RC_ASSERT(child_of(parent, higher).sampling() == Sampling::sample ||
            child_of(parent, lower).sampling() == Sampling::drop);
}

/// The context in the next service, by W3C's fields.
baton::Context sent(const baton::Context& context) {
  oracle::Fields fields;
  baton::TraceContextPropagator().inject(context, fields);
  return laws::extract_trace(fields);
}

RC_GTEST_PROP(SamplingLaws, AServiceDecidesAlikeWhereverItIsOnThePath, ()) {
  const auto ratios = *rc::gen::container<std::vector<double>>(3, some_ratio()).as("ratios");
  baton::Context context = some_parent(Sampling::defer);
  const baton::Context root = context;
  for (const double each : ratios) {
    const auto sampler = baton::trace_id_ratio(each);
    const baton::Context alone = child_of(root, sampler);
    context = child_of(context, sampler);
    RC_ASSERT(context.sampling() == alone.sampling());
    // Parent-based services behind it follow, and tell the same probability.
    const baton::Context behind = child_of(sent(context), parent_based(baton::always_off()));
    RC_ASSERT(behind.sampling() == context.sampling());
    RC_ASSERT(laws::ot_member_of(behind) == laws::ot_member_of(context));
    context = sent(behind);
  }
}

TEST(SamplingLaws, ARatioSamplesItsShare) {
  constexpr int traces = 100'000;
  for (const double ratio : {0.001, 0.01, 0.1, 1.0 / 3, 0.5, 0.75, 0.999}) {
    const auto sampler = baton::parent_based(baton::trace_id_ratio(ratio));
    int sampled = 0;
    for (int i = 0; i < traces; ++i) {
      const baton::Context context = child_of({}, sampler);
      if (context.sampling() == Sampling::sample) ++sampled;
    }
    // Six standard deviations: a false alarm in 5 * 10^8 runs.
    EXPECT_NEAR(sampled, traces * ratio, 6 * std::sqrt(traces * ratio * (1 - ratio))) << ratio;
  }
}

}  // namespace
