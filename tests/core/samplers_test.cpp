// SPDX-License-Identifier: Apache-2.0
#include "baton/samplers.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <memory>
#include <string>
#include <utility>

#include "baton/id_tracer.hpp"
#include "baton/recording_tracer.hpp"
#include "support/numbered.hpp"

namespace baton {
namespace {

constexpr TraceId lowest(1, 0);                    // its randomness is 0
constexpr TraceId middle(0, 0x80000000000000);     // half of the traces are below
constexpr TraceId highest(1, 0xffffffffffffffff);  // no trace is above

TraceState state_of(std::string_view text) { return TraceState::parse(text).value(); }

/// A parent with these; a span of another process, unless told otherwise.
Context parent_of(TraceId trace_id, Sampling sampling, std::string_view state = "",
                  bool is_remote = true) {
  Context context;
  context.set_span_context({trace_id, SpanId(1), TraceFlags(), is_remote,
                            state.empty() ? TraceState() : state_of(state)},
                           sampling);
  return context;
}

Context child_of(const Context& parent, const std::shared_ptr<const Sampler>& sampler) {
  return IdTracer::context_of({.parent = parent}, *sampler);
}

/// "sample th:8", "drop", ...: the decision and the tracestate.
std::string said(const Context& context) {
  const std::string_view state = context.span_context().trace_state.header();
  return std::string(to_string(context.sampling())) + (state.empty() ? "" : " ") +
         std::string(state);
}
std::string decide(const Context& parent, const std::shared_ptr<const Sampler>& sampler) {
  return said(child_of(parent, sampler));
}

TEST(SamplersTest, AlwaysOnSamplesWhateverTheParentDecided) {
  EXPECT_EQ(decide({}, always_on()), "sample");
  EXPECT_EQ(decide(parent_of(lowest, Sampling::drop), always_on()), "sample");
  EXPECT_EQ(decide(parent_of(lowest, Sampling::sample, "ot=th:8"), always_on()), "sample");
}

TEST(SamplersTest, AlwaysOffSamplesNothing) {
  EXPECT_EQ(decide({}, always_off()), "drop");
  EXPECT_EQ(decide(parent_of(highest, Sampling::sample, "ot=th:8"), always_off()), "drop");
}

TEST(SamplersTest, TheRatioDecidesByTheLast56BitsWhateverTheParentDecided) {
  const auto half = trace_id_ratio(0.5);
  for (const Sampling sampling : {Sampling::defer, Sampling::drop, Sampling::sample}) {
    EXPECT_EQ(decide(parent_of(middle, sampling), half), "sample ot=th:8");
    EXPECT_EQ(decide(parent_of(TraceId(~std::uint64_t{0}, middle.low() - 1), sampling), half),
              "drop");
    EXPECT_EQ(decide(parent_of(TraceId(~std::uint64_t{0}, 0xff00000000000000), sampling), half),
              "drop");
  }
}

TEST(SamplersTest, TheRandomFlagIsKeptAndNotRequired) {
  const Context started = child_of({}, trace_id_ratio(1));
  EXPECT_TRUE(started.span_context().flags.random());
  Context parent;
  for (const bool random : {false, true}) {
    parent.set_span_context(
        {highest, SpanId(1), TraceFlags(random ? TraceFlags::random_bit : 0), true, {}});
    const Context child = child_of(parent, trace_id_ratio(0.5));
    EXPECT_EQ(said(child), "sample ot=th:8");
    EXPECT_EQ(child.span_context().flags.random(), random);
  }
}

TEST(SamplersTest, ARatioBeyondItsRangeIsTheNearestAndNanIsOne) {
  const double infinity = std::numeric_limits<double>::infinity();
  for (const double ratio : {1.0, 1.5, 1e300, infinity, std::nan("")}) {
    EXPECT_EQ(decide(parent_of(lowest, Sampling::drop), trace_id_ratio(ratio)), "sample ot=th:0")
        << ratio;
  }
  for (const double ratio : {0.0, -0.0, -0.5, -infinity, 1e-300, std::ldexp(1, -58)}) {
    EXPECT_EQ(decide(parent_of(highest, Sampling::sample), trace_id_ratio(ratio)), "drop") << ratio;
  }
  EXPECT_EQ(decide(parent_of(highest, Sampling::drop), trace_id_ratio(std::ldexp(1, -56))),
            "sample ot=th:ffffffffffffff");
}

TEST(SamplersTest, WithoutADecisionTheRootSamplerDecides) {
  Context trace_alone;
  trace_alone.set_trace_id(middle, Sampling::defer, state_of("ot=rv:7fffffffffffff"));
  const auto sampler = parent_based(trace_id_ratio(0.5));
  EXPECT_EQ(decide(trace_alone, sampler), "drop ot=rv:7fffffffffffff");
  EXPECT_EQ(decide(parent_of(middle, Sampling::defer), sampler), "sample ot=th:8");
  EXPECT_EQ(decide(parent_of(lowest, Sampling::defer), sampler), "drop");
  EXPECT_EQ(decide({}, parent_based(always_on())), "sample");
  EXPECT_EQ(decide({}, parent_based(always_off())), "drop");
}

TEST(SamplersTest, AParentDecides) {
  for (const bool is_remote : {false, true}) {
    const auto off = parent_based(always_off());
    EXPECT_EQ(decide(parent_of(middle, Sampling::sample, "", is_remote), off), "sample");
    EXPECT_EQ(decide(parent_of(middle, Sampling::sample, "a=1,ot=th:800", is_remote), off),
              "sample a=1,ot=th:800");
    const auto on = parent_based(always_on());
    EXPECT_EQ(decide(parent_of(middle, Sampling::drop, "", is_remote), on), "drop");
    EXPECT_EQ(decide(parent_of(middle, Sampling::drop, "ot=th:8", is_remote), on), "drop");
  }
}

TEST(SamplersTest, ADecisionWithoutASpanIsAParent) {
  Context decision;
  decision.set_sampling(Sampling::sample);
  EXPECT_EQ(decide(decision, parent_based(always_off())), "sample");
  decision.set_sampling(Sampling::drop);
  EXPECT_EQ(decide(decision, parent_based(always_on())), "drop");
  Context with_trace;
  with_trace.set_trace_id(middle, Sampling::sample);
  const Context child = child_of(with_trace, parent_based(always_off()));
  EXPECT_EQ(said(child), "sample");
  EXPECT_EQ(child.trace_id(), middle);
}

TEST(SamplersTest, AThresholdThatContradictsTheSampledFlagIsErased) {
  const auto sampler = parent_based(always_off());
  EXPECT_EQ(decide(parent_of(lowest, Sampling::sample, "ot=th:8;x:1"), sampler), "sample ot=x:1");
  EXPECT_EQ(decide(parent_of(middle, Sampling::sample, "ot=th:8;rv:7fffffffffffff"), sampler),
            "sample ot=rv:7fffffffffffff");
  EXPECT_EQ(decide(parent_of(lowest, Sampling::sample, "a=1,ot=th:8;rv:80000000000000"), sampler),
            "sample a=1,ot=th:8;rv:80000000000000");
}

TEST(SamplersTest, EachKindOfParentHasItsOverride) {
  const auto asked = [](bool is_remote, Sampling sampling) {
    // Each override has an answer of its own; where none is asked, `always_off` is the root.
    ParentOverrides overrides;
    const bool sampled = is_sampled(sampling);
    auto& wanted = is_remote ? (sampled ? overrides.remote_sampled : overrides.remote_not_sampled)
                             : (sampled ? overrides.local_sampled : overrides.local_not_sampled);
    wanted = sampled ? always_off() : always_on();
    return parent_based(always_off(), overrides);
  };
  for (const bool override_remote : {false, true}) {
    for (const Sampling override_sampling : {Sampling::drop, Sampling::sample}) {
      const auto sampler = asked(override_remote, override_sampling);
      for (const bool is_remote : {false, true}) {
        for (const Sampling sampling : {Sampling::drop, Sampling::sample}) {
          const bool is_asked = is_remote == override_remote && sampling == override_sampling;
          EXPECT_EQ(child_of(parent_of(middle, sampling, "", is_remote), sampler).sampling(),
                    is_asked == is_sampled(sampling) ? Sampling::drop : Sampling::sample);
        }
      }
    }
  }
}

TEST(SamplersTest, ADecisionWithoutASpanIsARemoteParent) {
  Context decision;
  decision.set_sampling(Sampling::sample);
  EXPECT_EQ(decide(decision, parent_based(always_on(), {.remote_sampled = always_off()})), "drop");
  decision.set_sampling(Sampling::drop);
  EXPECT_EQ(decide(decision, parent_based(always_off(), {.remote_not_sampled = always_on()})),
            "sample");
}

TEST(SamplersTest, AnOverrideAndTheParentGiveTheHigherThreshold) {
  const auto with_override = [](std::shared_ptr<const Sampler> sampler) {
    return parent_based(always_off(), {.remote_sampled = std::move(sampler)});
  };
  const auto decide_on = [&](std::string_view state, double ratio) {
    return decide(parent_of(highest, Sampling::sample, state),
                  with_override(trace_id_ratio(ratio)));
  };
  EXPECT_EQ(decide_on("ot=th:8", 0.25), "sample ot=th:c");
  EXPECT_EQ(decide_on("ot=th:c", 0.5), "sample ot=th:c");
  EXPECT_EQ(decide_on("ot=th:c", 1), "sample ot=th:c");
  EXPECT_EQ(decide_on("", 0.25), "sample") << "the parent's probability is unknown";
  EXPECT_EQ(decide_on("ot=th:8;rv:ffffffffffffff", 0.25), "sample ot=th:c;rv:ffffffffffffff");
  EXPECT_EQ(decide_on("ot=th:8;rv:00000000000000", 1), "sample ot=rv:00000000000000")
      << "the parent's threshold contradicts its decision";
  EXPECT_EQ(decide(parent_of(highest, Sampling::sample, "ot=th:8"), with_override(always_on())),
            "sample")
      << "the override has no probability";
  EXPECT_EQ(
      decide(parent_of(highest, Sampling::sample, "ot=th:8"), with_override(rate_limited(100))),
      "sample")
      << "the override has no probability";
}

TEST(SamplersTest, AnOverrideForParentsThatAreNotSampledHasNoThreshold) {
  EXPECT_EQ(decide(parent_of(highest, Sampling::drop, "ot=th:8;a:b"),
                   parent_based(always_off(), {.remote_not_sampled = trace_id_ratio(0.25)})),
            "sample ot=a:b");
}

TEST(SamplersTest, AnOverrideWithoutAThresholdLeavesTheTracestateAsItIs) {
  const auto half = trace_id_ratio(0.5);
  const auto sampler =
      parent_based(always_off(), {.remote_sampled = half, .remote_not_sampled = half});
  for (const Sampling sampling : {Sampling::sample, Sampling::drop}) {
    for (const std::string& state : {test::numbered_members(32), std::string("vendor=1"),
                                     std::string("a=1,ot=rv:80000000000000")}) {
      EXPECT_EQ(decide(parent_of(middle, sampling, state), sampler), "sample " + state);
    }
  }
}

/// Decides the same about all spans, and returns the parent's tracestate.
class Constant final : public Sampler {
 public:
  explicit Constant(SamplingResult result) : result_(std::move(result)) {}

  [[nodiscard]] SamplingResult sample(const SpanStart& start,
                                      TraceId /*trace_id*/) const noexcept override {
    SamplingResult result = result_;
    result.trace_state = start.parent.span_context().trace_state;
    return result;
  }

 private:
  SamplingResult result_;
};

TEST(SamplersTest, OnlyASampledSpanHasTheThresholdAndOnlyThatOfTheResult) {
  constexpr std::uint64_t half = 0x80000000000000;
  constexpr std::uint64_t three_quarters = 0xc0000000000000;
  const auto decided = [](const SamplingResult& result) {
    const auto constant = std::make_shared<Constant>(result);
    const Context parent = parent_of(highest, Sampling::sample, "ot=th:8;a:b");
    const std::string alone = decide(parent, constant);
    EXPECT_EQ(decide(parent, parent_based(always_off(), {.remote_sampled = constant})), alone);
    return alone;
  };
  EXPECT_EQ(decided({Sampling::sample, {}, three_quarters}), "sample ot=th:c;a:b");
  EXPECT_EQ(decided({Sampling::sample, {}, half, true}), "sample ot=th:8;a:b");
  EXPECT_EQ(decided({Sampling::sample, {}}), "sample ot=a:b");
  EXPECT_EQ(decided({Sampling::sample, {}, 2 * half}), "sample ot=a:b") << "all are rejected";
  EXPECT_EQ(decided({Sampling::drop, {}, three_quarters}), "drop ot=a:b");
  EXPECT_EQ(decided({Sampling::drop, {}, half, true}), "drop ot=a:b");
  EXPECT_EQ(decided({Sampling::drop, {}}), "drop ot=a:b");
}

TEST(SamplersTest, DebugBypassesAllSamplersAndRemains) {
  for (const auto& sampler :
       {always_off(), trace_id_ratio(0.5), parent_based(always_off()),
        parent_based(always_off(), {.remote_sampled = always_off()}), rate_limited(0)}) {
    EXPECT_EQ(decide(parent_of(lowest, Sampling::debug, "a=1,ot=th:8;x:1"), sampler),
              "debug ot=x:1,a=1");
    Context decision;
    decision.set_sampling(Sampling::debug);
    EXPECT_EQ(decide(decision, sampler), "debug");
  }
}

TEST(SamplersTest, ARateHasNoThreshold) {
  const auto sampler = rate_limited(1);
  EXPECT_EQ(decide(parent_of(highest, Sampling::drop, "ot=th:8;rv:00000000000000"), sampler),
            "sample ot=rv:00000000000000");
  EXPECT_EQ(decide(parent_of(highest, Sampling::sample, "ot=th:8"), sampler), "drop");
}

TEST(SamplersTest, ARateGrowsWithTime) {
  const auto sampler = rate_limited(10);
  const auto samples = [&] { return decide({}, sampler) == "sample"; };
  constexpr int max_calls = 1000;
  int sampled = 0;
  while (sampled < max_calls && samples()) ++sampled;
  ASSERT_LT(sampled, max_calls) << "the rate has no limit";
  const auto last = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  bool again = false;
  while (!again && std::chrono::steady_clock::now() < last) again = samples();
  EXPECT_TRUE(again);
}

TEST(SamplersTest, ARateThatIsNotAboveZeroSamplesNothing) {
  for (const double rate : {0.0, -1.0, -1e300, std::nan("")}) {
    EXPECT_EQ(decide({}, rate_limited(rate)), "drop") << rate;
  }
  for (const double rate : {1e-300, 0.5, 1e300, std::numeric_limits<double>::infinity()}) {
    EXPECT_EQ(decide({}, rate_limited(rate)), "sample") << rate;
  }
}

/// What the tracer decides about a new trace, a parent that is not sampled, and one that is.
std::string decide_all(Tracer& tracer) {
  std::string all;
  for (const Context& parent :
       {Context(), parent_of(middle, Sampling::drop), parent_of(middle, Sampling::sample)}) {
    const Tracer::Started started = tracer.start({.parent = parent});
    all += said(started.context) + "; ";
    tracer.end(started, {});
  }
  return all;
}

TEST(SamplersTest, IdTracerTakesTheSamplerOfTheEnvironment) {
  ::unsetenv("OTEL_TRACES_SAMPLER");
  IdTracer by_default;
  EXPECT_EQ(decide_all(by_default), "sample; drop; sample; ");
  ::setenv("OTEL_TRACES_SAMPLER", "always_off", 1);
  IdTracer configured;
  RecordingTracer recorder;
  IdTracer by_code(always_on());
  ::unsetenv("OTEL_TRACES_SAMPLER");
  EXPECT_EQ(decide_all(configured), "drop; drop; drop; ");
  EXPECT_EQ(decide_all(recorder), "sample; drop; sample; ");
  EXPECT_EQ(decide_all(by_code), "sample; sample; sample; ");
}

TEST(MakeSamplerTest, TakesNamesInAnyCase) {
  const ConfiguredSampler configured = make_sampler("ParentBased_TraceIdRatio", "0");
  EXPECT_EQ(configured.error, "");
  EXPECT_EQ(decide({}, configured.sampler), "drop");
}

TEST(MakeSamplerTest, TakesBlanksAroundBoth) {
  const ConfiguredSampler configured = make_sampler(" traceidratio\t", " 0.5 ");
  EXPECT_EQ(configured.error, "");
  EXPECT_EQ(decide(parent_of(middle, Sampling::drop), configured.sampler), "sample ot=th:8");
}

// Whatever the standard library reads numbers by.
TEST(MakeSamplerTest, TakesNumbersInDecimalsOnly) {
  for (const std::string_view good : {"0.5", ".5", "5e-1", "0.05E1", "500e-3"}) {
    const ConfiguredSampler configured = make_sampler("traceidratio", good);
    EXPECT_EQ(configured.error, "") << good;
    EXPECT_EQ(decide(parent_of(middle, Sampling::drop), configured.sampler), "sample ot=th:8");
  }
  for (const std::string_view bad : {"+0.5", "0x1p-1", "0x0", "0,5", "0.5 .", "0.5e", "0.5f", ".",
                                     "-", "e", "nan", "inf", "1e999", "1e-999", "0.5\n0"}) {
    EXPECT_NE(make_sampler("traceidratio", bad).error, "") << bad;
  }
}

TEST(MakeSamplerTest, AnUnknownNameIsNamedWithAllKnownOnes) {
  for (const std::string_view name : {"", "parentbased_", "parentbased_parentbased_always_on"}) {
    const ConfiguredSampler configured = make_sampler(name, "0.5");
    EXPECT_EQ(configured.error,
              "unknown sampler '" + std::string(name) +
                  "', known: always_on, always_off, traceidratio, baton_rate_limited, "
                  "parentbased_always_on, parentbased_always_off, parentbased_traceidratio, "
                  "parentbased_baton_rate_limited");
    EXPECT_EQ(decide({}, configured.sampler), "sample");
    EXPECT_EQ(decide(parent_of(middle, Sampling::drop), configured.sampler), "drop");
  }
}

TEST(MakeSamplerTest, BothMayHoldAnyBytes) {
  EXPECT_NE(make_sampler(std::string_view("always_on\0", 10)).error, "");
  EXPECT_NE(make_sampler("traceidratio", std::string_view("0.5\0", 4)).error, "");
  EXPECT_NE(make_sampler("traceidratio", std::string(100000, '9')).error, "");
  EXPECT_NE(make_sampler(std::string(100000, '\xff')).error, "");
}

}  // namespace
}  // namespace baton
