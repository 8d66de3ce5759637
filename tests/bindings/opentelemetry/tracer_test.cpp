// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <opentelemetry/nostd/variant.h>
#include <opentelemetry/sdk/trace/samplers/always_off.h>
#include <opentelemetry/trace/noop.h>
#include <unistd.h>

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>

#include "baton/carriers/http.hpp"
#include "baton/span.hpp"
#include "bindings/opentelemetry/support.hpp"
#include "support/child_process.hpp"
#include "support/context_of.hpp"

namespace {

using baton::test::context_of;
using baton::test::parent_of;
using baton::test::Sdk;
namespace api = ::opentelemetry;

constexpr auto traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03";

baton::Context parent(baton::Sampling sampling = baton::Sampling::sample) {
  baton::Context context = context_of(traceparent, "a=1");
  context.set_trace_state(baton::TraceState::parse("a=1,b=2").value());
  context.set_sampling(sampling);
  return context;
}

TEST(OpenTelemetryTracer, StartsAChildOfTheParent) {
  Sdk sdk;
  baton::otel::Tracer tracer(sdk.tracer());
  const baton::Context caller = parent();
  baton::Span span(&tracer, {.parent = caller, .kind = baton::SpanKind::server, .name = "GET"});
  const baton::SpanContext made = span.context().span_context();
  EXPECT_EQ(made.trace_id, caller.trace_id());
  EXPECT_NE(made.span_id, caller.span_context().span_id);
  EXPECT_EQ(made.flags, caller.span_context().flags);
  EXPECT_FALSE(made.is_remote);
  EXPECT_EQ(made.trace_state, caller.span_context().trace_state);
  EXPECT_EQ(span.context().baggage(), caller.baggage());
  EXPECT_EQ(span.context().sampling(), baton::Sampling::sample);
  span.end();

  const auto spans = sdk.spans();
  ASSERT_EQ(spans.size(), 1U);
  EXPECT_EQ(context_of(*spans[0]), made);
  EXPECT_EQ(parent_of(*spans[0]), caller.span_context().span_id);
  EXPECT_EQ(baton::test::text(spans[0]->GetName()), "GET");
  EXPECT_EQ(spans[0]->GetSpanKind(), api::trace::SpanKind::kServer);
  EXPECT_EQ(spans[0]->GetStatus(), api::trace::StatusCode::kUnset);
}

TEST(OpenTelemetryTracer, HasTheFiveKinds) {
  using From = baton::SpanKind;
  using To = api::trace::SpanKind;
  for (const auto& [from, to] :
       {std::pair(From::internal, To::kInternal), std::pair(From::server, To::kServer),
        std::pair(From::client, To::kClient), std::pair(From::producer, To::kProducer),
        std::pair(From::consumer, To::kConsumer)}) {
    EXPECT_EQ(baton::otel::detail::kind_of(from), to);
  }
}

TEST(OpenTelemetryTracer, RecordsAttributesLinksAndTheOutcome) {
  Sdk sdk;
  baton::otel::Tracer tracer(sdk.tracer());
  const std::string method = "GET and more";  // a view that ends before the text does
  const baton::Attribute at_start[] = {{"method", std::string_view(method).substr(0, 3)},
                                       {"port", std::int64_t{80}}};
  const baton::SpanContext links[] = {parent().span_context()};
  baton::Span span(&tracer, {.parent = {}, .attributes = at_start, .links = links});
  const baton::Attribute at_end[] = {{"status", std::int64_t{503}}};
  span.end({.is_error = true, .error_type = "503", .attributes = at_end});

  const auto spans = sdk.spans();
  ASSERT_EQ(spans.size(), 1U);
  const auto& attributes = spans[0]->GetAttributes();
  EXPECT_EQ(api::nostd::get<std::string>(attributes.at("method")), "GET");
  EXPECT_EQ(api::nostd::get<std::int64_t>(attributes.at("port")), 80);
  EXPECT_EQ(api::nostd::get<std::int64_t>(attributes.at("status")), 503);
  EXPECT_EQ(api::nostd::get<std::string>(attributes.at("error.type")), "503");
  EXPECT_EQ(spans[0]->GetStatus(), api::trace::StatusCode::kError);
  ASSERT_EQ(spans[0]->GetLinks().size(), 1U);
  EXPECT_EQ(baton::otel::from_opentelemetry(spans[0]->GetLinks()[0].GetSpanContext()), links[0]);
}

TEST(OpenTelemetryTracer, AnExceptionIsAnError) {
  Sdk sdk;
  baton::otel::Tracer tracer(sdk.tracer());
  EXPECT_THROW(
      baton::in_span("work", [] { throw std::runtime_error(""); }, &tracer), std::runtime_error);
  const auto spans = sdk.spans();
  ASSERT_EQ(spans.size(), 1U);
  EXPECT_EQ(spans[0]->GetStatus(), api::trace::StatusCode::kError);
}

TEST(OpenTelemetryTracer, FollowsTheSampler) {
  Sdk sdk;
  baton::otel::Tracer tracer(sdk.tracer());
  const auto sampling = [&](const baton::Context& of) {
    const baton::Span span(&tracer, {.parent = of});
    EXPECT_TRUE(span.context().span_context().is_valid());
    EXPECT_EQ(span.context().trace_id(), of.trace_id());
    return span.context().sampling();
  };
  EXPECT_EQ(sampling(parent(baton::Sampling::sample)), baton::Sampling::sample);
  EXPECT_EQ(sampling(parent(baton::Sampling::debug)), baton::Sampling::debug);
  EXPECT_EQ(sdk.spans().size(), 2U);
  EXPECT_EQ(sampling(parent(baton::Sampling::drop)), baton::Sampling::drop);
  EXPECT_EQ(sampling(parent(baton::Sampling::defer)), baton::Sampling::drop);
  EXPECT_EQ(sdk.spans().size(), 0U);
}

TEST(OpenTelemetryTracer, StartsATraceIfThereIsNone) {
  Sdk sdk;
  baton::otel::Tracer tracer(sdk.tracer());
  // Another one is current for the SDK, which must not become the parent.
  const auto other = sdk.tracer()->StartSpan("other");
  const api::trace::Scope scope(other);
  {
    const baton::Span span(&tracer, {.parent = {}, .name = "root"});
    EXPECT_EQ(span.context().sampling(), baton::Sampling::sample);
  }
  const auto spans = sdk.spans();
  ASSERT_EQ(spans.size(), 1U);
  EXPECT_FALSE(parent_of(*spans[0]).is_valid());
  EXPECT_NE(spans[0]->GetTraceId(), other->GetContext().trace_id());
}

TEST(OpenTelemetryTracer, ContinuesATraceIdAlone) {
  Sdk sdk;
  baton::otel::Tracer tracer(sdk.tracer());
  baton::Context lone;
  lone.set_trace_id(parent().trace_id(), baton::Sampling::defer,
                    baton::TraceState::parse("a=1").value());
  const baton::Span span(&tracer, {.parent = lone});
  EXPECT_EQ(span.context().trace_id(), lone.trace_id());
  EXPECT_EQ(span.context().span_context().trace_state.header(), "a=1");
  EXPECT_EQ(span.context().sampling(), baton::Sampling::sample);
  const baton::Span other(&tracer, {.parent = {}});
  EXPECT_NE(other.context().trace_id(), lone.trace_id());
}

TEST(OpenTelemetryTracer, HonorsADropAlone) {
  Sdk sdk;
  baton::otel::Tracer tracer(sdk.tracer());
  baton::Context drop;
  drop.set_sampling(baton::Sampling::drop);
  {
    const baton::Span span(&tracer, {.parent = drop});
    EXPECT_TRUE(span.context().span_context().is_valid());
    EXPECT_EQ(span.context().sampling(), baton::Sampling::drop);
  }
  EXPECT_EQ(sdk.spans().size(), 0U);
  baton::Context debug;
  debug.set_sampling(baton::Sampling::debug);
  const baton::Span span(&tracer, {.parent = debug});
  EXPECT_EQ(span.context().sampling(), baton::Sampling::debug);
}

TEST(OpenTelemetryTracer, ForwardsIfNobodyMakesSpans) {
  api::trace::NoopTracerProvider none;
  baton::otel::Tracer tracer(static_cast<api::trace::TracerProvider&>(none).GetTracer("none"));
  const baton::Span span(&tracer, {.parent = parent()});
  EXPECT_EQ(span.context(), parent());
}

TEST(OpenTelemetryTracer, IsASpanForOpenTelemetryUntilItEnds) {
  Sdk sdk;
  baton::otel::Tracer tracer(sdk.tracer());
  baton::Span span(&tracer, {.parent = parent()});
  const baton::Context copy = span.context();
  const auto recording = [&copy] {
    return api::trace::GetSpan(baton::otel::to_opentelemetry(copy))->IsRecording();
  };
  EXPECT_TRUE(recording());
  span.end();
  EXPECT_FALSE(recording());
  EXPECT_TRUE(baton::otel::detail::live_spans().find(copy.span_context()) == nullptr);
  EXPECT_EQ(baton::otel::from_opentelemetry(baton::otel::to_opentelemetry(copy)), copy);
}

TEST(OpenTelemetryTracer, BelievesTheWireBesideTheClientsLiveSpan) {
  Sdk sdk;
  baton::otel::Tracer tracer(sdk.tracer());
  const baton::Span client(&tracer, {.parent = parent()});
  baton::SpanContext wire = client.context().span_context();
  wire.is_remote = true;
  const auto serve = [&] {
    baton::Context caller;
    caller.set_span_context(wire);
    return baton::Span(&tracer, {.parent = caller}).context();
  };
  EXPECT_EQ(serve().sampling(), baton::Sampling::sample);
  EXPECT_EQ(serve().span_context().trace_state.header(), "a=1,b=2");
  const auto spans = sdk.spans();
  ASSERT_EQ(spans.size(), 2U);
  EXPECT_EQ(spans[0]->GetParentSpanId(), baton::otel::detail::to_id(wire.span_id));

  wire.trace_state = baton::TraceState::parse("gateway=1").value();
  EXPECT_EQ(serve().span_context().trace_state.header(), "gateway=1");
  wire.flags = baton::TraceFlags(0);
  EXPECT_EQ(serve().sampling(), baton::Sampling::drop);
  wire.trace_state = client.context().span_context().trace_state;
  EXPECT_EQ(serve().sampling(), baton::Sampling::drop);
}

TEST(OpenTelemetryTracer, TellsTheSamplerOfARemoteParentBesideItsLiveSpan) {
  namespace trace = api::sdk::trace;
  Sdk sdk(std::make_unique<baton::otel::IdGenerator>(),
          std::make_unique<trace::ParentBasedSampler>(std::make_shared<trace::AlwaysOnSampler>(),
                                                      std::make_shared<trace::AlwaysOffSampler>()));
  baton::otel::Tracer tracer(sdk.tracer());
  baton::SpanContext own = parent().span_context();
  const auto start = [&](const baton::SpanContext& caller) {
    baton::Context context;
    context.set_span_context(caller);
    return baton::Span(&tracer, {.parent = context});
  };
  own.is_remote = false;
  const baton::Span client = start(own);
  baton::SpanContext wire = client.context().span_context();
  EXPECT_EQ(start(wire).context().sampling(), baton::Sampling::sample);
  wire.is_remote = true;
  EXPECT_EQ(start(wire).context().sampling(), baton::Sampling::drop);
}

TEST(OpenTelemetryTracer, DoesNotBringBackATracestateThatWasRemoved) {
  Sdk sdk;
  baton::otel::Tracer tracer(sdk.tracer());
  baton::Context caller = parent();
  caller.set_baggage({});
  const baton::Span span(&tracer, {.parent = caller});
  baton::Context copy = span.context();
  copy.set_trace_state({});
  const auto converted = baton::otel::to_opentelemetry(copy);
  EXPECT_TRUE(api::trace::GetSpan(converted)->IsRecording());
  EXPECT_EQ(baton::otel::from_opentelemetry(converted), copy);
}

TEST(OpenTelemetryTracer, AChildOfForkWaitsForNoLockOfAThreadThatItLacks) {
  const auto start_and_end_spans = [](std::uint64_t trace) {
    const baton::otel::detail::SpanPointer span(
        new api::trace::DefaultSpan(api::trace::SpanContext::GetInvalid()));
    for (std::uint64_t i = 0; i < 64; ++i) {
      const baton::SpanContext context{
          baton::TraceId(trace, 1), baton::SpanId(i << 32U | trace), {}, false, {}};
      baton::otel::detail::live_spans().add(context, span);
      baton::otel::detail::live_spans().remove(context);
    }
  };
  const std::jthread other([&](const std::stop_token& stop) {
    while (!stop.stop_requested()) start_and_end_spans(1);
  });
  std::string answers;
  for (int i = 0; i < 100 && !HasFailure(); ++i) {
    answers += baton::test::run_in_child([&] {
      ::alarm(100);  // kills a child that waits
      start_and_end_spans(2);
      return std::string("x");
    });
  }
  EXPECT_EQ(answers, std::string(100, 'x'));
}

TEST(OpenTelemetryTracer, MakesTheSpansOfARequest) {
  Sdk sdk;
  baton::otel::Tracer tracer(sdk.tracer());
  using Fields = std::map<std::string, std::string>;
  const Fields request{{"traceparent", traceparent}, {"tracestate", "a=1"}};
  Fields sent;
  baton::http::serve(request,
                     [&] {
                       baton::http::call(sent, [] {}, {.tracer = &tracer});
                       return Fields();
                     },
                     {.tracer = &tracer});
  const auto spans = sdk.spans();
  ASSERT_EQ(spans.size(), 2U);
  EXPECT_EQ(parent_of(*spans[0]), context_of(*spans[1]).span_id);
  EXPECT_EQ(sent.at("traceparent"), "00-4bf92f3577b34da6a3ce929d0e0e4736-" +
                                        context_of(*spans[0]).span_id.to_string() + "-03");
  EXPECT_EQ(sent.at("tracestate"), "a=1");
}

}  // namespace
