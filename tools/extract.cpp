// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "tools/commands.hpp"
#include "tools/escape.hpp"
#include "tools/extraction.hpp"
#include "tools/json.hpp"

namespace baton::tool {
namespace {

std::string line(std::string_view key, std::string_view value) {
  std::string out(key);
  out += ':';
  if (!value.empty()) out.append(" ").append(escape_controls(value));
  return out += '\n';
}

std::string_view yes_or_no(bool value) { return value ? "true" : "false"; }

std::string baggage_lines(const Baggage& baggage) {
  std::string out;
  for (const BaggageMember& member : baggage) {
    const std::string key = "baggage." + std::string(member.key());
    out += line(key, member.value());
    for (const BaggageProperty& property : member.properties()) {
      out += line(key + ";" + std::string(property.key()), property.value().value_or(""));
    }
  }
  return out;
}

std::string to_lines(const Extraction& extraction) {
  const Context& context = extraction.context;
  const SpanContext& span = context.span_context();
  std::string out;
  if (span.is_valid()) {
    out += line("trace_id", span.trace_id.to_string());
    out += line("span_id", span.span_id.to_string());
    out += line("flags", span.flags.to_string());
    out += line("sampled", yes_or_no(span.flags.sampled()));
    out += line("random", yes_or_no(span.flags.random()));
    out += line("remote", yes_or_no(span.is_remote));
  } else {
    out += line("context", "none");
    if (context.trace_id().is_valid()) out += line("trace_id", context.trace_id().to_string());
  }
  for (const TraceState::Member& member : span.trace_state) {
    out += line("tracestate." + std::string(member.key), member.value);
  }
  out += baggage_lines(context.baggage());
  out += line("sampling", to_string(context.sampling()));
  out += line("format", extraction.format.empty() ? "none" : extraction.format);
  if (!extraction.disagreeing_format.empty()) {
    out += line("disagrees", extraction.disagreeing_format);
  }
  for (const ExtractReport::Issue& issue : extraction.issues) {
    out += line("issue", std::string(name(issue.error.code)) + ", " + to_sentence(issue));
  }
  if (extraction.more_issues != 0) {
    out += line("more_issues", std::to_string(extraction.more_issues));
  }
  return out;
}

}  // namespace

Outcome run_extract(const PropagatorChain& chain, const Fields& fields, bool json, bool strict) {
  const Extraction extraction = extract(chain, fields);
  Outcome outcome;
  outcome.out = json ? to_json(extraction) + "\n" : to_lines(extraction);
  if (strict && extraction.has_issues()) outcome.status = Status::issues;
  return outcome;
}

}  // namespace baton::tool
