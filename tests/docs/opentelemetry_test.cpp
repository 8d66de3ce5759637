// SPDX-License-Identifier: Apache-2.0
#include "opentelemetry.hpp"

#include <gtest/gtest.h>

#include "bindings/opentelemetry/support.hpp"

namespace {

namespace api = ::opentelemetry;

TEST(OpenTelemetryGuide, CodeOfEitherKindSeesTheSpansOfTheOther) {
  std::shared_ptr<api::exporter::memory::InMemorySpanData> spans;
  const std::shared_ptr<api::trace::TracerProvider> provider(
      make_provider(api::sdk::trace::SimpleSpanProcessorFactory::Create(
                        api::exporter::memory::InMemorySpanExporterFactory::Create(spans)),
                    std::make_unique<api::sdk::trace::ParentBasedSampler>(
                        std::make_shared<api::sdk::trace::AlwaysOnSampler>())));
  api::trace::Provider::SetTracerProvider(
      api::nostd::shared_ptr<api::trace::TracerProvider>(provider));
  use_baton();

  const Fields sent =
      handle({{"traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"},
              {"baggage", "tenant=acme"}},
             *provider->GetTracer("database"));
  EXPECT_EQ(sent.at("baggage"), "tenant=acme");
  const auto ended = spans->GetSpans();
  ASSERT_EQ(ended.size(), 3U);  // the call, "query", the request
  EXPECT_EQ(baton::test::parent_of(*ended[0]), baton::test::context_of(*ended[1]).span_id);
  EXPECT_EQ(baton::test::parent_of(*ended[1]), baton::test::context_of(*ended[2]).span_id);
  EXPECT_EQ(ended[2]->GetAttributes().count("order"), 1U);

  // What instrumentation by others does.
  baton::test::TextMap carrier;
  api::context::Context context =
      baton::otel::to_opentelemetry(baton::global_chain().extract(baton::MapCarrier(sent)));
  api::context::propagation::GlobalTextMapPropagator::GetGlobalPropagator()->Inject(carrier,
                                                                                    context);
  EXPECT_EQ(carrier.fields, (baton::test::Map{sent.begin(), sent.end()}));
}

}  // namespace
