// SPDX-License-Identifier: Apache-2.0
#include "exporter/support.hpp"

#include <boost/json.hpp>

namespace baton::test {

ExportOptions options_for(const Backend& backend, Log& log) {
  ExportOptions options;
  options.protocol = ExportProtocol::otlp_json;
  options.endpoint = backend.url("/v1/traces");
  options.service_name = "shop";
  options.schedule_delay = 1h;
  options.initial_backoff = 5ms;
  options.max_backoff = 20ms;
  options.sampler = parent_based(always_on());
  options.log = log.writer();
  return options;
}

void make_spans(ExportingTracer& tracer, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const Span span(&tracer, {.parent = Context(), .kind = SpanKind::server, .name = "work"});
  }
}

std::multiset<std::string> ids_in(const std::vector<Backend::Request>& requests) {
  std::multiset<std::string> ids;
  for (const Backend::Request& request : requests) {
    const auto message = boost::json::parse(request.body);
    for (const auto& span : message.at_pointer("/resourceSpans/0/scopeSpans/0/spans").as_array()) {
      ids.emplace(span.at("spanId").as_string());
    }
  }
  return ids;
}

}  // namespace baton::test
