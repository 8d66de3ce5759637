// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <opentelemetry/baggage/baggage_context.h>
#include <opentelemetry/context/runtime_context.h>
#include <opentelemetry/trace/context.h>
#include <opentelemetry/trace/scope.h>
#include <opentelemetry/trace/tracer.h>

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "baton/carriers/http.hpp"
#include "baton/span.hpp"
#include "bindings/opentelemetry/support.hpp"
#include "support/context_of.hpp"

namespace {

using baton::test::context_of;
using baton::test::parent_of;
using baton::test::Sdk;
namespace api = ::opentelemetry;
using api::context::RuntimeContext;
using Fields = std::map<std::string, std::string>;

constexpr auto traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03";

const bool is_joined = [] {
  RuntimeContext::SetRuntimeContextStorage(
      api::nostd::shared_ptr<api::context::RuntimeContextStorage>(
          new baton::otel::ContextStorage()));
  return true;
}();

/// What is current for opentelemetry-cpp.
baton::SpanContext current_span() {
  return baton::otel::from_opentelemetry(api::trace::Tracer::GetCurrentSpan()->GetContext());
}
std::string current_baggage(const std::string& key) {
  std::string value;
  api::baggage::GetBaggage(RuntimeContext::GetCurrent())->GetValue(key, value);
  return value;
}

TEST(OpenTelemetryCurrent, IsNothingAtFirst) {
  EXPECT_FALSE(current_span().is_valid());
  EXPECT_TRUE(RuntimeContext::GetCurrent() == api::context::Context());
}

TEST(OpenTelemetryCurrent, InAScopeOfBatonIsItsContext) {
  const baton::Context context = context_of(traceparent, "user=Am%C3%A9lie");
  {
    const baton::Scope scope(context);
    EXPECT_EQ(current_span(), context.span_context());
    EXPECT_EQ(current_baggage("user"), "Amélie");
    EXPECT_EQ(baton::otel::from_opentelemetry(RuntimeContext::GetCurrent()), context);
  }
  EXPECT_FALSE(current_span().is_valid());
}

TEST(OpenTelemetryCurrent, InAHandlerIsTheSpanOfTheRequest) {
  Sdk sdk;
  baton::otel::Tracer tracer(sdk.tracer());
  const Fields request{{"traceparent", traceparent}, {"baggage", "user=x"}};
  baton::http::serve(request,
                     [&] {
                       const auto span = api::trace::Tracer::GetCurrentSpan();
                       EXPECT_TRUE(span->IsRecording());
                       span->SetAttribute("order", std::int64_t{7});
                       EXPECT_EQ(current_baggage("user"), "x");
                       const auto child =
                           sdk.tracer()->StartSpan("query");  // by the SDK's own interface
                       const api::trace::Scope scope(child);
                       Fields sent;
                       baton::http::call(sent, [] {}, {.tracer = &tracer});
                       EXPECT_EQ(sent.at("baggage"), "user=x");
                       child->End();
                       return Fields();
                     },
                     {.tracer = &tracer});
  const auto spans = sdk.spans();  // call, query, serve
  ASSERT_EQ(spans.size(), 3U);
  EXPECT_EQ(parent_of(*spans[0]), context_of(*spans[1]).span_id);
  EXPECT_EQ(parent_of(*spans[1]), context_of(*spans[2]).span_id);
  EXPECT_EQ(parent_of(*spans[2]).to_string(), "00f067aa0ba902b7");
  EXPECT_EQ(api::nostd::get<std::int64_t>(spans[2]->GetAttributes().at("order")), 7);
}

TEST(OpenTelemetryCurrent, InAScopeOfTheSdkIsItsSpanForBaton) {
  Sdk sdk;
  const auto span = sdk.tracer()->StartSpan("work");
  const auto own = baton::otel::from_opentelemetry(span->GetContext());
  {
    const api::trace::Scope scope(span);
    EXPECT_EQ(baton::current().span_context(), own);
    Fields sent;
    baton::http::inject(sent);
    EXPECT_EQ(sent.at("traceparent"), "00-" + own.trace_id.to_string() + "-" +
                                          own.span_id.to_string() + "-" + own.flags.to_string());
    // A copy of it in a scope of Baton is still the SDK's span.
    const baton::Context copy = baton::current();
    const baton::Scope inner(copy);
    EXPECT_TRUE(api::trace::Tracer::GetCurrentSpan()->IsRecording());
  }
  EXPECT_EQ(baton::current(), baton::Context());
}

TEST(OpenTelemetryCurrent, ScopesOfBothKindsNest) {
  Sdk sdk;
  const baton::Context first = context_of(traceparent, "a=1");
  const baton::Context third =
      context_of("00-11111111111111111111111111111111-1111111111111111-00");
  const baton::Scope one(first);
  const auto span = sdk.tracer()->StartSpan("second");
  EXPECT_EQ(span->GetContext().trace_id(),
            api::trace::Tracer::GetCurrentSpan()->GetContext().trace_id());
  const auto second = baton::otel::from_opentelemetry(span->GetContext());
  {
    const api::trace::Scope two(span);
    EXPECT_EQ(baton::current().span_context(), second);
    EXPECT_EQ(baton::current().baggage().header(), "a=1");
    {
      const baton::Scope three(third);
      EXPECT_EQ(current_span(), third.span_context());
      EXPECT_EQ(current_baggage("a"), "");
      {
        const auto token = RuntimeContext::Attach(api::context::Context());
        EXPECT_FALSE(current_span().is_valid());
        EXPECT_EQ(baton::current(), baton::Context());
      }
      EXPECT_EQ(current_span(), third.span_context());
      EXPECT_EQ(baton::current(), third);
    }
    EXPECT_EQ(current_span(), second);
    EXPECT_EQ(baton::current().span_context(), second);
  }
  EXPECT_EQ(current_span(), first.span_context());
  EXPECT_EQ(baton::current(), first);
}

TEST(OpenTelemetryCurrent, AnEmptyContextHidesTheSpan) {
  Sdk sdk;
  const auto span = sdk.tracer()->StartSpan("work");
  const api::trace::Scope outer(span);
  const baton::Context none;
  const baton::Scope inner(none);
  EXPECT_FALSE(current_span().is_valid());
  const auto root = sdk.tracer()->StartSpan("root");
  EXPECT_NE(root->GetContext().trace_id(), span->GetContext().trace_id());
}

TEST(OpenTelemetryCurrent, OtherValuesOfTheContextRemain) {
  const auto token = RuntimeContext::Attach(api::context::Context("mine", std::int64_t{7}));
  const baton::Context context = context_of(traceparent);
  const baton::Scope scope(context);
  const api::context::ContextValue value = RuntimeContext::GetValue("mine");
  EXPECT_EQ(*api::nostd::get_if<std::int64_t>(&value), 7);
}

TEST(OpenTelemetryCurrent, FollowsAContextThatChanges) {
  baton::Context context = context_of(traceparent);
  const baton::Scope scope(context);
  EXPECT_EQ(current_span(), context.span_context());
  EXPECT_TRUE(RuntimeContext::GetCurrent() == RuntimeContext::GetCurrent());  // made once
  context.set_baggage(baton::Baggage::parse("a=1"));
  EXPECT_EQ(current_baggage("a"), "1");
  context = context_of("00-11111111111111111111111111111111-1111111111111111-00");
  EXPECT_EQ(current_span(), context.span_context());
}

TEST(OpenTelemetryCurrent, WhatIsBatonsAloneRemainsInAScopeOfTheSdk) {
  baton::Context lone;
  lone.set_trace_id(baton::TraceId(1, 2), baton::Sampling::debug);
  lone.set_baggage(baton::Baggage::parse("a=%41;p=1"));
  const auto token = RuntimeContext::Attach(baton::otel::to_opentelemetry(lone));
  EXPECT_EQ(baton::current(), lone);
}

TEST(OpenTelemetryCurrent, ASpanThatNobodyEndsEndsWithItsScope) {
  Sdk sdk;
  {
    const api::trace::Scope scope(sdk.tracer()->StartSpan("work"));
    const baton::Context copy = baton::current();
    const baton::Scope inner(copy);
    EXPECT_TRUE(api::trace::Tracer::GetCurrentSpan()->IsRecording());
  }
  EXPECT_EQ(sdk.spans().size(), 1U);
}

TEST(OpenTelemetryCurrent, ATokenEndsTheContextsInsideItsOwn) {
  const api::context::Context first("n", std::int64_t{1});
  const api::context::Context second("n", std::int64_t{2});
  auto outer = RuntimeContext::Attach(first);
  auto inner = RuntimeContext::Attach(second);
  EXPECT_TRUE(RuntimeContext::Detach(*outer));
  EXPECT_TRUE(RuntimeContext::GetCurrent() == api::context::Context());
  EXPECT_FALSE(RuntimeContext::Detach(*outer));
  EXPECT_FALSE(RuntimeContext::Detach(*inner));
}

TEST(OpenTelemetryCurrent, ATokenDetachesNothingOnAnotherThread) {
  const api::context::Context context("n", std::int64_t{1});
  auto token = RuntimeContext::Attach(context);
  std::thread([&token] { EXPECT_FALSE(RuntimeContext::Detach(*token)); }).join();
  EXPECT_TRUE(RuntimeContext::GetCurrent() == context);
  token.reset();
  EXPECT_FALSE(RuntimeContext::GetCurrent() == context);
}

TEST(OpenTelemetryCurrent, AThreadMayEndWithAttachedContexts) {
  api::nostd::unique_ptr<api::context::Token> first;
  api::nostd::unique_ptr<api::context::Token> second;
  std::thread([&] {
    first = RuntimeContext::Attach(api::context::Context("n", std::int64_t{1}));
    second = RuntimeContext::Attach(api::context::Context("n", std::int64_t{2}));
  }).join();
  EXPECT_TRUE(RuntimeContext::GetCurrent() == api::context::Context());
}

TEST(OpenTelemetryCurrent, AnotherThreadSeesTheSpanOfABoundContext) {
  Sdk sdk;
  baton::otel::Tracer tracer(sdk.tracer());
  std::optional<baton::Span> span(std::in_place, &tracer, baton::SpanStart{.parent = {}});
  bool is_recording = false;
  auto work = baton::bind(span->context(), [&is_recording] {
    is_recording = api::trace::Tracer::GetCurrentSpan()->IsRecording();
  });
  std::thread(std::ref(work)).join();
  EXPECT_TRUE(is_recording);
  span.reset();
  std::thread(std::ref(work)).join();
  EXPECT_FALSE(is_recording);
}

TEST(OpenTelemetryCurrent, RequestsOfManyThreadsDoNotMix) {
  constexpr int threads = 4;
  constexpr int requests = 500;
  Sdk sdk;
  baton::otel::Tracer tracer(sdk.tracer());
  std::atomic<int> wrong = 0;
  const auto serve = [&] {
    for (int i = 0; i < requests; ++i) {
      baton::Context caller = baton::Context().child();
      caller.set_sampling(baton::Sampling::debug);
      Fields request;
      baton::http::inject(request, caller);
      baton::http::serve(request,
                         [&] {
                           const auto child = sdk.tracer()->StartSpan("child");
                           const api::trace::Scope scope(child);
                           const auto on_pool = [&] {
                             if (current_span().trace_id != caller.trace_id()) ++wrong;
                             if (!api::trace::Tracer::GetCurrentSpan()->IsRecording()) ++wrong;
                           };
                           on_pool();
                           if (baton::current().trace_id() != caller.trace_id()) ++wrong;
                           if (i % 50 == 0) {
                             std::thread(baton::bind(baton::current(), [&] {
                               if (current_span().trace_id != caller.trace_id()) ++wrong;
                             })).join();
                           }
                           child->End();
                           return Fields();
                         },
                         {.tracer = &tracer});
    }
  };
  std::vector<std::thread> pool;
  for (int i = 0; i < threads; ++i) pool.emplace_back(serve);
  for (std::thread& thread : pool) thread.join();
  EXPECT_EQ(wrong, 0);

  std::map<std::string, std::string> parents;
  const auto spans = sdk.spans();
  ASSERT_EQ(spans.size(), std::size_t{2} * threads * requests);
  for (std::size_t i = 0; i < spans.size(); ++i) {
    parents[context_of(*spans[i]).span_id.to_string()] = parent_of(*spans[i]).to_string();
    EXPECT_FALSE(baton::otel::detail::live_spans().find(context_of(*spans[i])));
  }
  std::size_t children = 0;
  for (const auto& [id, parent] : parents) children += parents.count(parent);
  EXPECT_EQ(children, std::size_t{threads} * requests);
}

}  // namespace
