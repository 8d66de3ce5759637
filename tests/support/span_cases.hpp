// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string_view>

#include "baton/context.hpp"
#include "baton/recording_tracer.hpp"
#include "baton/traceparent.hpp"

namespace baton::test {

/// What may be known of a caller. Every helper is tested with each.
struct CallerCase {
  std::string_view name;
  Context context;
};

inline std::array<CallerCase, 4> caller_cases() {
  const Traceparent parent =
      Traceparent::parse("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01").value();
  std::array<CallerCase, 4> cases{
      {{"context", {}}, {"nothing", {}}, {"trace id", {}}, {"decision", {}}}};
  cases[0].context.set_span_context({parent.trace_id, parent.parent_id, parent.flags, true, {}});
  cases[0].context.set_baggage(Baggage::parse("tenant=acme"));
  cases[2].context.set_trace_id(parent.trace_id, Sampling::sample);
  cases[3].context.set_sampling(Sampling::drop);
  return cases;
}

/// Whether `span` is what a tracer makes for `parent`: its child or, if the parent knows no trace,
/// the first span of a new one; with the parent's decision, or a positive one.
inline bool is_span_of(const Context& span, const Context& parent) {
  const Sampling decision =
      parent.sampling() == Sampling::defer ? Sampling::sample : parent.sampling();
  return span.span_context().is_valid() && !span.span_context().is_remote &&
         span.span_context().span_id != parent.span_context().span_id &&
         (!parent.trace_id().is_valid() || span.trace_id() == parent.trace_id()) &&
         span.sampling() == decision && span.baggage() == parent.baggage();
}

/// Whether `span`, with the context `seen`, begins a new trace and links to a caller that is not
/// trusted.
inline bool is_restart_of(const RecordedSpan& span, const Context& seen, const Context& caller) {
  return span.context == seen && span.parent == Context() && seen.trace_id() != caller.trace_id() &&
         span.links.size() == 1 && span.links[0].span_id == caller.span_context().span_id;
}

}  // namespace baton::test
