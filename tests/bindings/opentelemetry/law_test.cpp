// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "baton/span.hpp"
#include "baton/testing/rapidcheck.hpp"
#include "bindings/opentelemetry/support.hpp"
#include "laws/describe.hpp"
#include "support/everything.hpp"

namespace {

using baton::otel::from_opentelemetry;
using baton::otel::to_opentelemetry;
using baton::test::everything;
using baton::test::Map;
using baton::test::TextMap;
using baton::test::TextMapWithKeys;
using baton::testing::Draw;
using baton::testing::drawn;
namespace api = ::opentelemetry;

/// Fields with one value for each name, and no empty one.
Map some_fields() {
  Map map;
  for (auto& [name, value] : *drawn([](Draw& draw) { return draw.fields(); })) {
    if (!value.empty()) map.emplace(name, value);
  }
  return map;
}

baton::Context some_context() {
  Map fields = some_fields();
  baton::Context context = everything().extract(baton::MapCarrier(fields));
  if (*rc::gen::inRange(0, 4) == 0) {
    context.set_sampling(static_cast<baton::Sampling>(*rc::gen::inRange(0, 4)));
  }
  return context;
}

/// A copy of the span's context, in which something may have changed.
baton::Context some_copy_of(const baton::Span& span) {
  baton::Context copy = span.context();
  baton::SpanContext own = copy.span_context();
  const auto sometimes = [] { return *rc::gen::inRange(0, 4) == 0; };
  if (sometimes()) own.is_remote = true;
  if (sometimes()) own.trace_state = some_context().span_context().trace_state;
  if (sometimes()) own.trace_state = {};
  copy.set_span_context(std::move(own), copy.sampling());
  if (sometimes()) copy.set_sampling(static_cast<baton::Sampling>(*rc::gen::inRange(0, 4)));
  if (!sometimes()) copy.set_baggage({});
  return copy;
}

RC_GTEST_PROP(OpenTelemetryLaws, AContextReturnsAsItWas, ()) {
  static baton::test::Sdk sdk;
  static baton::otel::Tracer tracer(sdk.tracer());
  baton::Context context = some_context();
  std::optional<baton::Span> live;
  if (*rc::gen::arbitrary<bool>()) {
    context.set_sampling(baton::Sampling::sample);
    live.emplace(&tracer, baton::SpanStart{.parent = context});
    context = some_copy_of(*live);
  }
  laws::require(from_opentelemetry(to_opentelemetry(context)) == context, "both ways");
  laws::require(
      from_opentelemetry(to_opentelemetry(context, to_opentelemetry(some_context()))) == context,
      "over another one");
}

RC_GTEST_PROP(OpenTelemetryLaws, ThePropagatorDoesWhatTheChainDoes, ()) {
  Map fields = some_fields();
  const baton::Context found = everything().extract(baton::MapCarrier(fields));
  Map expected;
  everything().inject(found, baton::MapCarrier(expected));

  baton::otel::Propagator propagator(everything());
  api::context::Context none;
  const api::context::Context context = propagator.Extract(TextMapWithKeys(fields), none);
  laws::require(from_opentelemetry(context) == found, "the same context");
  TextMap sent;
  propagator.Inject(sent, context);
  laws::require(sent.fields == expected, "the same fields");
}

RC_GTEST_PROP(OpenTelemetryLaws, MembersOfBaggageThatDoNotChangeKeepTheirBytes, ()) {
  const auto members = *drawn([](Draw& draw) { return draw.baggage_members(20); });
  baton::Context context;
  context.set_baggage(baton::Baggage::parse(oracle::join(members, ",")));
  const auto value = *rc::gen::container<std::string>(rc::gen::element('a', ' ', '%', ',', '"'));

  api::context::Context changed = to_opentelemetry(context);
  changed =
      api::baggage::SetBaggage(changed, api::baggage::GetBaggage(changed)->Set("added", value));
  const baton::Baggage after = from_opentelemetry(changed).baggage();
  laws::require(after.get("added") == value, "what was added is there");
  const auto before = laws::members_of(context.baggage().erase("added"));
  laws::require(laws::members_of(after.erase("added")) == before, "and the others");
  for (const baton::BaggageMember& member : context.baggage().erase("added")) {
    laws::require_same(after.find(member.key())->raw_value(), member.raw_value(), "in their bytes");
  }
}

/// Whatever code of opentelemetry-cpp puts into its baggage.
RC_GTEST_PROP(OpenTelemetryLaws, AnyBaggageOfTheSdkGivesValidFields,
              (const std::vector<std::pair<std::string, std::string>>& entries)) {
  api::context::Context context;
  context = api::baggage::SetBaggage(
      context, api::nostd::shared_ptr<api::baggage::Baggage>(new api::baggage::Baggage(entries)));
  const baton::Baggage baggage = from_opentelemetry(context).baggage();
  std::size_t errors = 0;
  const auto count = [&errors](const baton::ParseError&) { ++errors; };
  laws::require(baton::Baggage::parse(baggage.header(), {}, count) == baggage && errors == 0,
                "valid");
}

}  // namespace
