// SPDX-License-Identifier: Apache-2.0
#include "tools/json.hpp"

#include <boost/json.hpp>

namespace baton::tool {
namespace {

namespace json = boost::json;

json::value context_to_json(const SpanContext& context) {
  if (!context.is_valid()) return nullptr;
  return {{"trace_id", context.trace_id.to_string()}, {"span_id", context.span_id.to_string()},
          {"flags", context.flags.to_string()},       {"sampled", context.flags.sampled()},
          {"random", context.flags.random()},         {"remote", context.is_remote}};
}

/// A trace id alone.
json::value trace_id_to_json(const Context& context) {
  if (context.span_context().is_valid() || !context.trace_id().is_valid()) return nullptr;
  return json::string(context.trace_id().to_string());
}

json::array trace_state_to_json(const TraceState& state) {
  json::array members;
  for (const TraceState::Member& member : state) {
    members.push_back(json::object{{"key", member.key}, {"value", member.value}});
  }
  return members;
}

json::array baggage_to_json(const Baggage& baggage) {
  json::array members;
  for (const BaggageMember& member : baggage) {
    json::array properties;
    for (const BaggageProperty& property : member.properties()) {
      const auto value = property.value();
      properties.push_back(
          json::object{{"key", property.key()}, {"value", value ? json::value(*value) : nullptr}});
    }
    members.push_back(json::object{
        {"key", member.key()}, {"value", member.value()}, {"properties", std::move(properties)}});
  }
  return members;
}

json::array issues_to_json(const std::vector<ExtractReport::Issue>& issues) {
  json::array out;
  for (const ExtractReport::Issue& issue : issues) {
    out.push_back(json::object{{"field", issue.field},
                               {"error", name(issue.error.code)},
                               {"offset", issue.error.offset},
                               {"message", issue.error.message()}});
  }
  return out;
}

}  // namespace

std::string to_json(const Extraction& extraction) {
  const Context& context = extraction.context;
  const json::object object{
      {"context", context_to_json(context.span_context())},
      {"tracestate", trace_state_to_json(context.span_context().trace_state)},
      {"baggage", baggage_to_json(context.baggage())},
      {"sampling", to_string(context.sampling())},
      {"format", extraction.format.empty() ? json::value(nullptr) : json::value(extraction.format)},
      {"trace_id", trace_id_to_json(context)},
      {"issues", issues_to_json(extraction.issues)},
  };
  return json::serialize(object);
}

}  // namespace baton::tool
