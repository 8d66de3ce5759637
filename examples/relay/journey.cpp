// SPDX-License-Identifier: Apache-2.0
#include "journey.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/value_from.hpp>

namespace relay {
namespace {

using Complaints = std::vector<std::string>;

void expect(Complaints& complaints, bool holds, std::string_view service, std::string_view what) {
  if (!holds) complaints.push_back(std::string(service).append(": ").append(what));
}

void check_spans(const Journey& journey, Complaints& complaints) {
  for (std::size_t i = 0; i < route.size(); ++i) {
    const Step& step = route[i];
    const FinishedSpan& span = journey.spans[i];
    expect(complaints,
           span.service == step.service && span.kind == step.kind && span.name == step.name,
           step.service, std::string("no span ").append(step.name).append(" where one is due"));
    expect(complaints, span.error.empty(), step.service, "failed: " + span.error);
    expect(complaints, span.trace_id == journey.spans.front().trace_id, step.service,
           "a span is of another trace");
    expect(complaints, i == 0 || span.parent_id == journey.spans[i - 1].span_id, step.service,
           "a span has the wrong parent");
  }
}

/// The message named the span that sent it, and no field changed on the way.
void check_fields(const Journey& journey, const Hop& hop, const Hop& second,
                  Complaints& complaints) {
  const FinishedSpan* const span = span_of(journey, hop);
  expect(complaints, hop.issues.empty(), hop.service, "refused a field of our own");
  if (const std::string_view field = value_of(hop.fields, "traceparent"); !field.empty()) {
    const auto parent = baton::Traceparent::parse(field);
    expect(complaints,
           parent && span != nullptr && parent->trace_id == span->trace_id &&
               parent->parent_id == span->parent_id,
           hop.service, "received a traceparent that is not of its sender");
  }
  for (const std::string_view name : {"tracestate", "baggage"}) {
    expect(complaints, value_of(hop.fields, name) == value_of(second.fields, name), hop.service,
           std::string("received a changed ").append(name));
  }
}

void check_hops(const Journey& journey, Complaints& complaints) {
  const Hop& first = journey.hops.front();
  std::size_t i = 0;
  for (const Step& step : route) {
    if (step.transport.empty()) continue;
    const Hop& hop = journey.hops[i++];
    expect(complaints, hop.service == step.service && hop.transport == step.transport, step.service,
           "received nothing when it was due");
    expect(complaints, hop.order == first.order, step.service, "received another order");
    expect(complaints, span_of(journey, hop) != nullptr, step.service,
           "works outside of its own span");
    expect(complaints, hop.context.sampling() == first.context.sampling(), step.service,
           "has another sampling decision");
    if (i > 1) check_fields(journey, hop, journey.hops[1], complaints);
  }
}

std::string id_or_nothing(const baton::SpanId& id) { return id.is_valid() ? id.to_string() : ""; }

}  // namespace

double milliseconds(Clock::duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

std::string_view value_of(const Fields& fields, std::string_view name) {
  const auto found = std::ranges::find(fields, name, &Fields::value_type::first);
  return found == fields.end() ? std::string_view() : found->second;
}

const FinishedSpan* span_of(const Journey& journey, const Hop& hop) {
  const baton::SpanContext& context = hop.context.span_context();
  const auto found = std::ranges::find_if(journey.spans, [&](const FinishedSpan& span) {
    return span.span_id == context.span_id && span.trace_id == context.trace_id &&
           span.service == hop.service;
  });
  return found == journey.spans.end() ? nullptr : &*found;
}

std::vector<std::string> complaints_about(const Journey& journey) {
  if (journey.hops.size() != hop_count || journey.spans.size() != route.size()) {
    return {"the trace has " + std::to_string(journey.hops.size()) + " hops and " +
            std::to_string(journey.spans.size()) + " spans"};
  }
  Complaints complaints;
  check_spans(journey, complaints);
  check_hops(journey, complaints);
  return complaints;
}

boost::json::object to_json(const Journey& journey) {
  boost::json::array hops;
  for (const Hop& hop : journey.hops) {
    boost::json::object baggage;
    for (const baton::BaggageMember& member : hop.context.baggage()) {
      baggage[member.key()] = member.value();
    }
    hops.push_back({{"service", hop.service},
                    {"transport", hop.transport},
                    {"order", hop.order},
                    {"fields", boost::json::value_from(hop.fields)},
                    {"issues", boost::json::value_from(hop.issues)},
                    {"span_id", id_or_nothing(hop.context.span_context().span_id)},
                    {"sampling", to_string(hop.context.sampling())},
                    {"baggage", std::move(baggage)}});
  }
  boost::json::array spans;
  for (const FinishedSpan& span : journey.spans) {
    spans.push_back({{"service", span.service},
                     {"kind", to_string(span.kind)},
                     {"name", span.name},
                     {"trace_id", span.trace_id.to_string()},
                     {"span_id", span.span_id.to_string()},
                     {"parent_id", id_or_nothing(span.parent_id)},
                     {"start_ms", milliseconds(span.start - journey.spans.front().start)},
                     {"took_ms", milliseconds(span.end - span.start)},
                     {"error", span.error}});
  }
  return {{"hops", std::move(hops)}, {"spans", std::move(spans)}};
}

}  // namespace relay
