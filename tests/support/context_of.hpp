// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "baton/context.hpp"
#include "baton/traceparent.hpp"

namespace baton::test {

/// The context that these fields describe, as if this process had made it.
inline Context context_of(std::string_view traceparent, std::string_view baggage = "") {
  const Traceparent parsed = Traceparent::parse(traceparent).value();
  Context context;
  context.set_span_context({parsed.trace_id, parsed.parent_id, parsed.flags, false, {}});
  if (!baggage.empty()) context.set_baggage(Baggage::parse(baggage));
  return context;
}

}  // namespace baton::test
