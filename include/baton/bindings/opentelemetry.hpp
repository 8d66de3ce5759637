// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The adapter to opentelemetry-cpp: three independent parts.
///
///     using namespace opentelemetry;
///     // Baton reads and writes the fields of requests, also for instrumentation by others:
///     context::propagation::GlobalTextMapPropagator::SetGlobalPropagator(
///         nostd::shared_ptr<context::propagation::TextMapPropagator>(
///             new baton::otel::Propagator()));
///     // the spans of Baton's helpers are the SDK's:
///     baton::set_global_tracer(std::make_shared<baton::otel::Tracer>(tracer));
///     // and what is current for one is current for the other:
///     context::RuntimeContext::SetRuntimeContextStorage(
///         nostd::shared_ptr<context::RuntimeContextStorage>(new baton::otel::ContextStorage()));
///
/// Header-only, on the API alone; opentelemetry/id_generator.hpp also needs the SDK. A program must
/// compile all of it with one value of OPENTELEMETRY_ABI_VERSION_NO and of
/// OPENTELEMETRY_STL_VERSION, as opentelemetry-cpp itself asks: its packages set both. If there is
/// no memory, what is `noexcept` ends the process, as in opentelemetry-cpp.

#include "baton/bindings/opentelemetry/context.hpp"
#include "baton/bindings/opentelemetry/context_storage.hpp"
#include "baton/bindings/opentelemetry/propagator.hpp"
#include "baton/bindings/opentelemetry/tracer.hpp"
