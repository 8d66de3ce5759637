// SPDX-License-Identifier: Apache-2.0
#include "probe_clauses.hpp"

#include <set>

#include "baton/registry.hpp"

namespace baton::tool::probe {
namespace {

/// Counted from the sources of the specifications, with their words.
const std::set<std::string_view>& headings() {
  static const std::set<std::string_view> all{
      // W3C Trace Context Level 2, candidate recommendation.
      "Trace Context L2 §3 (trace context HTTP request headers format)",
      "Trace Context L2 §3.1 (relationship between the headers)",
      "Trace Context L2 §3.2 (traceparent header)",
      "Trace Context L2 §3.2.1 (header name)",
      "Trace Context L2 §3.2.2 (traceparent field values)",
      "Trace Context L2 §3.2.2.1 (version)",
      "Trace Context L2 §3.2.2.2 (version-format)",
      "Trace Context L2 §3.2.2.3 (trace-id)",
      "Trace Context L2 §3.2.2.4 (parent-id)",
      "Trace Context L2 §3.2.2.5 (trace-flags)",
      "Trace Context L2 §3.2.2.5.1 (sampled flag)",
      "Trace Context L2 §3.2.2.5.2 (random trace id flag)",
      "Trace Context L2 §3.2.2.5.3 (other flags)",
      "Trace Context L2 §3.2.4 (versioning of traceparent)",
      "Trace Context L2 §3.3 (tracestate header)",
      "Trace Context L2 §3.3.1 (header name)",
      "Trace Context L2 §3.3.2 (tracestate field values)",
      "Trace Context L2 §3.3.2.1 (list)",
      "Trace Context L2 §3.3.2.2 (list-members)",
      "Trace Context L2 §3.3.2.2.1 (key)",
      "Trace Context L2 §3.3.2.2.2 (value)",
      "Trace Context L2 §3.3.3 (combined header value)",
      "Trace Context L2 §3.3.3.1 (tracestate limits)",
      "Trace Context L2 §3.3.5 (versioning of tracestate)",
      "Trace Context L2 §3.4 (mutating traceparent)",
      "Trace Context L2 §3.5 (mutating tracestate)",
      "Trace Context L2 §4.1.1 (no traceparent received)",
      "Trace Context L2 §4.1.2 (a traceparent is received)",
      "Trace Context L2 §4.1.3 (alternative processing)",
      // W3C Baggage.
      "W3C Baggage, Abstract (independent of Trace Context)",
      "W3C Baggage §3.1 (header name)",
      "W3C Baggage §3.2 (header encoding)",
      "W3C Baggage §3.3 (header content)",
      "W3C Baggage §3.3.1 (definition)",
      "W3C Baggage §3.3.1.1 (baggage-string)",
      "W3C Baggage §3.3.1.2 (key)",
      "W3C Baggage §3.3.1.3 (value)",
      "W3C Baggage §3.3.1.4 (property)",
      "W3C Baggage §3.3.2 (limits)",
      "W3C Baggage §4 (mutating baggage)",
      // openzipkin/b3-propagation, which has no numbers.
      "B3: Sampling State",
      "B3: Http Encodings",
      "B3: Multiple Headers",
      "B3: TraceId",
      "B3: SpanId",
      "B3: ParentSpanId",
      "B3: Debug Flag",
      "B3: Single Header",
      // HTTP.
      "RFC 6585 §5 (431)",
      "RFC 9110 §5.1 (field names)",
      "RFC 9110 §5.3 (field order)",
      "RFC 9110 §5.3 (field order), as W3C's test suite: test_traceparent_duplicated",
      "RFC 9110 §5.5 (field values)",
      "RFC 9110 §5.6.3 (whitespace)",
      "RFC 9110 §15.4 (3xx)",
      "RFC 9110 §15.5 (4xx)",
      "RFC 9110 §15.6 (5xx)",
      "RFC 9112",
      "RFC 9112 §5 (field syntax)",
      "RFC 9112 §9.6 (tear-down)",
      // What has fields, and no headings.
      "Datadog: _dd.p.tid",
      "Datadog: ids",
      "Datadog: priority",
      "Google Cloud: X-Cloud-Trace-Context",
      "Google Cloud: options",
      "Jaeger: flags",
      "Jaeger: jaeger-baggage",
      "Jaeger: jaeger-debug-id",
      "Jaeger: uber-trace-id",
      "Jaeger: uberctx-",
      "OT trace: ids",
      "OT trace: ot-baggage-",
      "OT trace: ot-tracer-sampled",
      "OpenCensus: grpc-trace-bin",
      "X-Ray: Parent",
      "X-Ray: Root",
      "X-Ray: Sampled",
      "X-Ray: pairs",
      // The headings of docs/wire-formats.md.
      "Baton, docs/wire-formats.md: traceparent",
      "Baton, docs/wire-formats.md: tracestate",
      "Baton, docs/wire-formats.md: baggage",
      "Baton, docs/wire-formats.md: B3",
      "Baton, docs/wire-formats.md: Datadog",
      "Baton, docs/wire-formats.md: A trace id alone",
      // What the probe itself demands.
      "the order to call each URL once, in time",
      "generated: as Baton reads it (docs/wire-formats.md)",
  };
  return all;
}

}  // namespace

bool is_known_clause(std::string_view clause) {
  if (headings().contains(clause)) return true;
  constexpr std::string_view generated = "generated: ";
  if (clause.starts_with(generated)) clause.remove_prefix(generated.size());
  for (const RegisteredPropagator& known : registered_propagators()) {
    if (known.traits.specification == clause) return true;
  }
  return false;
}

}  // namespace baton::tool::probe
