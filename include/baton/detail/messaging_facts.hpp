// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "baton/detail/span_facts.hpp"

namespace baton::detail {

/// What all transports of messages say of a span, by OpenTelemetry's semantic conventions for
/// messaging. The destination may be empty: unknown. The name is the operation's alone.
inline SpanFacts messaging_facts(SpanKind kind, std::string_view system, std::string_view operation,
                                 std::string_view destination) {
  SpanFacts facts;
  facts.kind = kind;
  facts.name = operation;
  facts.attributes.add("messaging.system", system);
  facts.attributes.add("messaging.operation.name", operation);
  facts.attributes.add("messaging.operation.type", kind == SpanKind::producer ? "send" : "process");
  facts.attributes.add("messaging.destination.name", destination);
  return facts;
}

}  // namespace baton::detail
