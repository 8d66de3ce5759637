// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <opentelemetry/baggage/baggage_context.h>
#include <opentelemetry/trace/context.h>

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "baton/translators/b3.hpp"
#include "baton/translators/jaeger.hpp"
#include "baton/translators/xray.hpp"
#include "baton/w3c.hpp"
#include "bindings/opentelemetry/support.hpp"
#include "support/everything.hpp"

namespace {

using baton::otel::from_opentelemetry;
using baton::otel::Propagator;
using baton::otel::to_opentelemetry;
using baton::test::everything;
using baton::test::Map;
using baton::test::TextMap;
using baton::test::TextMapWithKeys;
namespace api = ::opentelemetry;

constexpr auto traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03";

baton::PropagatorChain w3c() {
  return baton::PropagatorChain({std::make_shared<baton::TraceContextPropagator>(),
                                 std::make_shared<baton::BaggagePropagator>()});
}

api::context::Context extract(const baton::PropagatorChain& chain, Map fields,
                              api::context::Context into = {}) {
  return Propagator(chain).Extract(TextMapWithKeys(std::move(fields)), into);
}

Map inject(const baton::PropagatorChain& chain, const api::context::Context& context,
           Map into = {}) {
  TextMap carrier(std::move(into));
  Propagator(chain).Inject(carrier, context);
  return carrier.fields;
}

std::string baggage_value(const api::context::Context& context, const std::string& key) {
  std::string value;
  return api::baggage::GetBaggage(context)->GetValue(key, value) ? value : "(none)";
}

TEST(OpenTelemetryPropagator, ShowsTheSpanAndTheBaggageWhereOthersLook) {
  const auto context = extract(w3c(), {{"traceparent", traceparent},
                                       {"tracestate", "a=1,b=2"},
                                       {"baggage", "user=Am%C3%A9lie;ttl=60,plan=gold"}});
  const auto span = api::trace::GetSpan(context);
  const api::trace::SpanContext span_context = span->GetContext();
  EXPECT_TRUE(span_context.IsValid());
  EXPECT_TRUE(span_context.IsRemote());
  EXPECT_TRUE(span_context.IsSampled());
  EXPECT_EQ(span_context.trace_flags().flags(), 3);
  EXPECT_EQ(span_context.trace_state()->ToHeader(), "a=1,b=2");
  EXPECT_FALSE(span->IsRecording());
  EXPECT_EQ(baggage_value(context, "user"), "Amélie;ttl=60");
  EXPECT_EQ(baggage_value(context, "plan"), "gold");
}

TEST(OpenTelemetryPropagator, SendsWhatCame) {
  const Map fields{{"traceparent", traceparent},
                   {"tracestate", "a=1,b@c@d=2"},
                   {"baggage", "user=Am%C3%A9lie;ttl=60,odd=a%3Bb%00c,plan=gold"}};
  EXPECT_EQ(inject(w3c(), extract(w3c(), fields)), fields);
}

TEST(OpenTelemetryPropagator, SendsWhatOpenTelemetryKnowsNoPlaceFor) {
  const baton::PropagatorChain b3({std::make_shared<baton::B3Propagator>()});
  const auto id = "80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1";
  for (const auto& value : {std::string(id), std::string(id) + "-d", std::string("0"),
                            std::string("1"), std::string("d")}) {
    EXPECT_EQ(inject(b3, extract(b3, {{"b3", value}})), (Map{{"b3", value}}));
  }
  const baton::PropagatorChain xray({std::make_shared<baton::AwsXRayPropagator>()});
  const Map lone_trace{{"x-amzn-trace-id", "Root=1-4bf92f35-77b34da6a3ce929d0e0e4736"}};
  EXPECT_EQ(inject(xray, extract(xray, lone_trace)), lone_trace);
  EXPECT_FALSE(api::trace::GetSpan(extract(xray, lone_trace))->GetContext().IsValid());
}

TEST(OpenTelemetryPropagator, DoesNotKeepADecisionForAnotherSpan) {
  const baton::PropagatorChain b3({std::make_shared<baton::B3Propagator>()});
  const auto id = std::string("80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1");
  const auto with_span = [](api::context::Context context, std::uint64_t trace, bool sampled) {
    baton::SpanContext span;
    span.trace_id = baton::TraceId(0x80f198ee56343ba8, trace);
    span.span_id = baton::SpanId(7);
    span.flags = baton::TraceFlags(sampled ? 1 : 0);
    return api::trace::SetSpan(context, api::nostd::shared_ptr<api::trace::Span>(
                                            new api::trace::DefaultSpan(to_opentelemetry(span))));
  };
  const auto sampling = [&](const std::string& came, std::uint64_t trace, bool sampled) {
    return from_opentelemetry(with_span(extract(b3, {{"b3", came}}), trace, sampled)).sampling();
  };
  constexpr std::uint64_t same = 0x64fe8b2a57d3eff7;
  EXPECT_EQ(sampling(id + "-d", same, true), baton::Sampling::debug);
  EXPECT_EQ(sampling(id + "-d", same, false), baton::Sampling::drop);
  EXPECT_EQ(sampling(id + "-d", 1, true), baton::Sampling::sample);
  EXPECT_EQ(sampling("d", same, true), baton::Sampling::debug);
  EXPECT_EQ(sampling(id, same, false), baton::Sampling::drop);
  EXPECT_EQ(sampling(id, same, true), baton::Sampling::sample);
}

TEST(OpenTelemetryPropagator, FollowsChangesOfTheTracestateAndTheBaggage) {
  auto context = extract(w3c(), {{"traceparent", traceparent},
                                 {"tracestate", "a=1"},
                                 {"baggage", "user=x%20y;ttl=60,plan=gold"}});
  const auto span = api::trace::GetSpan(context)->GetContext();
  context = api::trace::SetSpan(
      context, api::nostd::shared_ptr<api::trace::Span>(new api::trace::DefaultSpan(
                   api::trace::SpanContext(span.trace_id(), span.span_id(), span.trace_flags(),
                                           false, span.trace_state()->Set("b", "2")))));
  auto baggage = api::baggage::GetBaggage(context)->Delete("plan")->Set("added", "1;private");
  context = api::baggage::SetBaggage(context, baggage);
  EXPECT_EQ(inject(w3c(), context), (Map{{"traceparent", traceparent},
                                         {"tracestate", "b=2,a=1"},
                                         {"baggage", "user=x%20y;ttl=60,added=1;private"}}));
}

TEST(OpenTelemetryPropagator, SendsNoFormerValueOfAMemberThatBecameTooLarge) {
  auto context = extract(w3c(), {{"baggage", "tenant=acme,b=2"}});
  context = api::baggage::SetBaggage(
      context, api::baggage::GetBaggage(context)->Set("tenant", std::string(9000, 'x')));
  EXPECT_EQ(inject(w3c(), context), (Map{{"baggage", "b=2"}}));
}

TEST(OpenTelemetryPropagator, SendsWhatOthersPutIntoTheContext) {
  api::context::Context context;
  EXPECT_EQ(inject(w3c(), context), Map());
  context = api::baggage::SetBaggage(
      context, api::baggage::Baggage::FromHeader("a=1;p=%2C;q,b=x%20y,no%20token=2"));
  EXPECT_EQ(inject(w3c(), context), (Map{{"baggage", "a=1;p=%2C;q,b=x%20y"}}));
}

TEST(OpenTelemetryPropagator, LeavesOutOnlyWhatIsNoProperty) {
  const auto sent = [](const char* value) {
    api::context::Context context;
    context =
        api::baggage::SetBaggage(context, api::baggage::Baggage::GetDefault()->Set("note", value));
    return inject(w3c(), context)["baggage"];
  };
  EXPECT_EQ(sent("x;y z;ttl=60;;p=%2C"), "note=x;ttl=60;p=%2C");
  EXPECT_EQ(sent("x;a,b=2;ttl=60"), "note=x;ttl=60");
  EXPECT_EQ(sent("one; two three"), "note=one");
}

TEST(OpenTelemetryPropagator, ReadsOverTheContextThatItGets) {
  const auto before = extract(w3c(), {{"traceparent", traceparent}, {"baggage", "a=1"}});
  EXPECT_TRUE(extract(w3c(), {}, before) == before);
  EXPECT_TRUE(extract(w3c(), {{"traceparent", "00-zz"}}, before) == before);
  EXPECT_EQ(inject(w3c(), extract(w3c(), {{"baggage", "b=2"}}, before)),
            (Map{{"traceparent", traceparent}, {"baggage", "b=2"}}));
  const baton::PropagatorChain b3({std::make_shared<baton::B3Propagator>()});
  EXPECT_EQ(inject(w3c(), extract(b3, {{"b3", "0"}}, before)),
            (Map{{"traceparent", traceparent}, {"baggage", "a=1"}}));
}

TEST(OpenTelemetryPropagator, KeepsARecordingSpanBesideWhichItFindsBaggage) {
  baton::test::Sdk sdk;
  const auto span = sdk.tracer()->StartSpan("work");
  api::context::Context context(api::trace::kSpanKey, span);
  context = extract(w3c(), {{"baggage", "b=2"}}, context);
  EXPECT_TRUE(api::trace::GetSpan(context)->IsRecording());
  EXPECT_EQ(baggage_value(context, "b"), "2");
}

TEST(OpenTelemetryPropagator, ReadsACarrierWithoutKeys) {
  api::context::Context none;
  const TextMap carrier(Map{{"traceparent", traceparent}, {"baggage", "a=1"}});
  const auto context = Propagator(everything()).Extract(carrier, none);
  EXPECT_EQ(from_opentelemetry(context).baggage().header(), "a=1");
  EXPECT_TRUE(from_opentelemetry(context).span_context().is_valid());
}

TEST(OpenTelemetryPropagator, ReadsFieldsWithAPrefixByTheKeys) {
  const baton::PropagatorChain jaeger({std::make_shared<baton::JaegerPropagator>()});
  const Map fields{{"uber-trace-id", "4bf92f3577b34da6a3ce929d0e0e4736:00f067aa0ba902b7:0:1"},
                   {"uberctx-user", "x"}};
  EXPECT_EQ(baggage_value(extract(jaeger, fields), "user"), "x");
  api::context::Context none;
  EXPECT_EQ(baggage_value(Propagator(jaeger).Extract(TextMap(fields), none), "user"), "(none)");
}

TEST(OpenTelemetryPropagator, AsksForNoValueThatTheChainDoesNotRead) {
  class Asked final : public TextMap {
   public:
    using TextMap::TextMap;
    api::nostd::string_view Get(api::nostd::string_view key) const noexcept override {
      asked.insert(baton::test::text(key));
      return TextMap::Get(key);
    }
    bool Keys(
        api::nostd::function_ref<bool(api::nostd::string_view)> visit) const noexcept override {
      for (const auto& [key, value] : fields) {
        if (!visit({key.data(), key.size()})) return false;
      }
      return true;
    }
    mutable std::set<std::string> asked;
  };
  const Asked carrier(Map{{"Uberctx-a", "1"}, {"uberctx", "2"}, {"cookie", "3"}, {"", "4"}});
  api::context::Context none;
  const auto context =
      Propagator(baton::PropagatorChain({std::make_shared<baton::JaegerPropagator>()}))
          .Extract(carrier, none);
  EXPECT_EQ(baggage_value(context, "a"), "1");
  EXPECT_TRUE(carrier.asked.contains("Uberctx-a"));
  for (const char* const unrelated : {"uberctx", "cookie", ""}) {
    EXPECT_FALSE(carrier.asked.contains(unrelated)) << unrelated;
  }
}

TEST(OpenTelemetryPropagator, ReadsSeveralFieldsThatTheCarrierJoins) {
  const auto context = extract(
      w3c(), {{"traceparent", traceparent}, {"tracestate", "a=1,b=2"}, {"baggage", "a=1,b=2"}});
  EXPECT_EQ(from_opentelemetry(context).baggage().size(), 2U);
  const std::string twice = std::string(traceparent) + "," + traceparent;
  EXPECT_FALSE(
      from_opentelemetry(extract(w3c(), {{"traceparent", twice}})).span_context().is_valid());
}

TEST(OpenTelemetryPropagator, EmptiesAStaleFieldSinceNothingRemovesIt) {
  const Map stale{{"traceparent", "00-11111111111111111111111111111111-1111111111111111-01"},
                  {"tracestate", "old=1"},
                  {"other", "x"}};
  const auto context = extract(w3c(), {{"traceparent", traceparent}});
  EXPECT_EQ(inject(w3c(), context, stale),
            (Map{{"traceparent", traceparent}, {"tracestate", ""}, {"other", "x"}}));
  EXPECT_EQ(inject(w3c(), {}, stale),
            (Map{{"traceparent", ""}, {"tracestate", ""}, {"other", "x"}}));
  EXPECT_EQ(inject(w3c(), {}, {{"other", "x"}}), (Map{{"other", "x"}}));
  // which says nothing
  EXPECT_EQ(inject(w3c(), extract(w3c(), {{"traceparent", ""}, {"tracestate", ""}})), Map());
}

TEST(OpenTelemetryPropagator, NamesTheFieldsThatItSets) {
  const Propagator propagator(w3c());
  std::vector<std::string> names;
  EXPECT_TRUE(propagator.Fields([&names](api::nostd::string_view name) {
    names.push_back(baton::test::text(name));
    return true;
  }));
  EXPECT_EQ(names, (std::vector<std::string>{"traceparent", "tracestate", "baggage"}));
  EXPECT_FALSE(propagator.Fields([](api::nostd::string_view) { return false; }));
}

TEST(OpenTelemetryPropagator, ReadsTheGlobalChainAtFirst) {
  baton::set_global_chain(baton::PropagatorChain({std::make_shared<baton::B3Propagator>()}));
  api::context::Context none;
  Propagator propagator;
  const auto context = propagator.Extract(TextMap(Map{{"b3", "0"}}), none);
  EXPECT_EQ(from_opentelemetry(context).sampling(), baton::Sampling::drop);
}

TEST(OpenTelemetryPropagator, KeepsTheRestOfTheContext) {
  api::context::Context context("mine", std::int64_t{7});
  context = extract(w3c(), {{"traceparent", traceparent}}, context);
  const api::context::ContextValue value = context.GetValue("mine");
  EXPECT_EQ(*api::nostd::get_if<std::int64_t>(&value), 7);
}

}  // namespace
