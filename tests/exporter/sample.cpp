// SPDX-License-Identifier: Apache-2.0
/// Exports spans of every shape, as the environment says, and prints the counts.

#include <baton/baton.hpp>
#include <baton/exporter/exporting_tracer.hpp>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

namespace {

using baton::Attribute;
using baton::Span;
using baton::SpanKind;

baton::Context remote_parent() {
  baton::Context context;
  context.set_span_context({baton::TraceId(1, 2), baton::SpanId(3), baton::TraceFlags(1), true,
                            *baton::TraceState::parse("a=1,b=2")});
  context.set_baggage(baton::Baggage::parse("secret=not-exported"));
  return context;
}

void make_tree(baton::Tracer& tracer) {
  const std::vector<Attribute> attributes{{"http.request.method", "GET"},
                                          {"big", std::int64_t{9'007'199'254'740'993}},
                                          {"negative", std::int64_t{-1}},
                                          {"replaced", "at start"},
                                          {"invalid", "a\xff\xe2\x82z"},
                                          {"empty", ""},
                                          {"error", "none"},
                                          {"server.address", "shop"}};
  Span server(&tracer, {.parent = remote_parent(),
                        .kind = SpanKind::server,
                        .name = "GET /caf\xc3\xa9",
                        .attributes = attributes});
  const std::vector<Attribute> of_client{{"server.address", "stock"}, {"error", "no description"}};
  Span client(&tracer, {.parent = server.context(),
                        .kind = SpanKind::client,
                        .name = "POST",
                        .attributes = of_client});
  client.end({.is_error = true, .error_type = "500"});
  const std::vector<Attribute> at_end{{"replaced", std::int64_t{7}}, {"late", "yes"}};
  server.end({.attributes = at_end});
}

void make_kinds(baton::Tracer& tracer) {
  const std::vector<Attribute> attributes{{"server.address", "broker-1"},
                                          {"peer.service", "broker"}};
  for (const SpanKind kind : {SpanKind::internal, SpanKind::producer, SpanKind::consumer}) {
    const Span span(&tracer, {.parent = remote_parent(),
                              .kind = kind,
                              .name = baton::to_string(kind),
                              .attributes = attributes});
  }
}

void make_large(baton::Tracer& tracer) {
  std::vector<std::string> keys;
  for (int i = 0; i < 130; ++i) keys.push_back("key" + std::to_string(i));
  std::vector<Attribute> many;
  for (const std::string& key : keys) many.push_back({key, "value"});
  const std::vector<baton::SpanContext> links(130, remote_parent().span_context());
  const std::string name(1023, 'x');
  Span span(&tracer, {.parent = {}, .name = name + "\xc3\xa9", .attributes = many, .links = links});
  // An error without a type.
  span.end({.is_error = true});
}

}  // namespace

int main() {
  const auto [tracer, error] = baton::make_exporting_tracer_from_environment();
  if (!error.empty()) std::cerr << error << '\n';
  if (tracer == nullptr) return EXIT_SUCCESS;
  make_tree(*tracer);
  make_kinds(*tracer);
  make_large(*tracer);
  const bool is_in_time = tracer->shutdown();
  std::cout << baton::to_prometheus(tracer->counts());
  return is_in_time ? EXIT_SUCCESS : EXIT_FAILURE;
}
