// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <opentelemetry/sdk/trace/id_generator.h>
#include <opentelemetry/trace/span_id.h>
#include <opentelemetry/trace/trace_id.h>

#include "baton/bindings/opentelemetry/values.hpp"
#include "baton/ids.hpp"
#include "baton/scope.hpp"

namespace baton::otel {

/// Baton's ids for the SDK. A trace whose id came without a span, as X-Ray's load balancers and
/// Datadog's synthetic tests send it, continues: the SDK by itself would start another trace.
///
///     auto provider = opentelemetry::sdk::trace::TracerProviderFactory::Create(
///         std::move(processor), resource, std::move(sampler),
///         std::make_unique<baton::otel::IdGenerator>());
///
/// The id is that of `baton::current()`; `Tracer` makes the parent of its spans current.
class IdGenerator final : public opentelemetry::sdk::trace::IdGenerator {
 public:
  IdGenerator() noexcept : opentelemetry::sdk::trace::IdGenerator(/*is_random=*/true) {}

  opentelemetry::trace::SpanId GenerateSpanId() noexcept override {
    return detail::to_id(SpanId::random());
  }
  opentelemetry::trace::TraceId GenerateTraceId() noexcept override {
    const Context& context = current();
    const bool has_lone_id = context.trace_id().is_valid() && !context.span_context().is_valid();
    return detail::to_id(has_lone_id ? context.trace_id() : TraceId::random());
  }
};

}  // namespace baton::otel
