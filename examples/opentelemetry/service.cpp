// SPDX-License-Identifier: Apache-2.0
/// A service on opentelemetry-cpp that gets its propagation from Baton. It handles one request,
/// prints its spans by the SDK's exporter, and what it sends to the next service.

#include <opentelemetry/context/propagation/global_propagator.h>
#include <opentelemetry/exporters/ostream/span_exporter_factory.h>
#include <opentelemetry/sdk/resource/resource.h>
#include <opentelemetry/sdk/trace/samplers/always_on_factory.h>
#include <opentelemetry/sdk/trace/samplers/parent_factory.h>
#include <opentelemetry/sdk/trace/simple_processor_factory.h>
#include <opentelemetry/sdk/trace/tracer_provider.h>
#include <opentelemetry/sdk/trace/tracer_provider_factory.h>
#include <opentelemetry/trace/provider.h>

#include <iostream>
#include <map>
#include <memory>
#include <string>

#include "baton/bindings/opentelemetry.hpp"
#include "baton/bindings/opentelemetry/id_generator.hpp"
#include "baton/carriers/http.hpp"

namespace {

namespace context = opentelemetry::context;
namespace nostd = opentelemetry::nostd;
namespace sdk = opentelemetry::sdk;
namespace trace = opentelemetry::trace;

using Fields = std::map<std::string, std::string>;

std::shared_ptr<sdk::trace::TracerProvider> make_provider() {
  return sdk::trace::TracerProviderFactory::Create(
      sdk::trace::SimpleSpanProcessorFactory::Create(
          opentelemetry::exporter::trace::OStreamSpanExporterFactory::Create()),
      sdk::resource::Resource::Create({{"service.name", "orders"}}),
      sdk::trace::ParentBasedSamplerFactory::Create(
          std::shared_ptr<sdk::trace::Sampler>(sdk::trace::AlwaysOnSamplerFactory::Create())),
      std::make_unique<baton::otel::IdGenerator>());
}

void use_baton(sdk::trace::TracerProvider& provider) {
  context::propagation::GlobalTextMapPropagator::SetGlobalPropagator(
      nostd::shared_ptr<context::propagation::TextMapPropagator>(new baton::otel::Propagator()));
  baton::set_global_tracer(std::make_shared<baton::otel::Tracer>(provider.GetTracer("orders")));
  context::RuntimeContext::SetRuntimeContextStorage(
      nostd::shared_ptr<context::RuntimeContextStorage>(new baton::otel::ContextStorage()));
}

/// Code that knows only opentelemetry-cpp.
void query_database(trace::Tracer& tracer) {
  trace::Tracer::GetCurrentSpan()->SetAttribute("order", 7);
  const auto span = tracer.StartSpan("query");  // below the span of the request
  span->End();
}

/// Returns the fields that it sends to the next service.
Fields handle(const Fields& request, trace::Tracer& tracer) {
  return baton::http::serve(request, [&tracer] {
    query_database(tracer);
    Fields outgoing;
    baton::http::call(outgoing, [] { /* sends the request */ });
    return outgoing;
  });
}

}  // namespace

int main() {
  const auto provider = make_provider();
  use_baton(*provider);
  const auto tracer = provider->GetTracer("database");
  const Fields outgoing =
      handle({{"traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"},
              {"baggage", "tenant=acme"}},
             *tracer);
  for (const auto& [name, value] : outgoing) std::cout << name << ": " << value << '\n';
  provider->Shutdown();
}
