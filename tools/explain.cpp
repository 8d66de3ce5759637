// SPDX-License-Identifier: Apache-2.0
#include "tools/explain.hpp"

#include <iterator>

#include "baton/traceparent.hpp"
#include "baton/w3c.hpp"
#include "tools/escape.hpp"
#include "tools/excerpt.hpp"

namespace baton::tool {
namespace {

constexpr std::size_t label_width = 11;
constexpr std::size_t value_width = 64;

class Rows {
 public:
  explicit Rows(const Paint& paint) : paint_(paint) {}

  void add(std::string_view label, std::string_view value) {
    std::string padded(label);
    padded.resize(std::max(label_width, label.size() + 1), ' ');
    text_.append("    ").append(paint_.faint(padded)).append(value) += '\n';
  }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  const Paint& paint_;
  std::string text_;
};

std::string trace_id_in_words(const TraceId& id) {
  return id.to_string() + (id.high() == 0 ? " (64 bits, padded with zeros)" : "");
}

std::string_view in_words(Sampling sampling) noexcept {
  switch (sampling) {
    case Sampling::drop: return "deny: do not record";
    case Sampling::sample: return "accept: record";
    case Sampling::debug: return "debug: record, and bypass all samplers";
    case Sampling::defer: break;
  }
  return "defer: not decided yet";
}

std::string flags_in_words(std::string_view digits, TraceFlags flags) {
  std::string words = std::string(digits) + (flags.sampled() ? ": sampled" : ": not sampled");
  if (flags.random()) words += ", random trace id";
  if (digits != flags.to_string()) words += "; the other bits are dropped";
  return words;
}

std::string count_of(std::size_t count, std::string_view noun) {
  return std::to_string(count) + " " + std::string(noun) + (count == 1 ? "" : "s");
}

/// Decoded text may be long and may contain any bytes.
std::string shorten(const std::string& decoded) {
  std::string text = escape_controls(decoded);
  if (text.size() <= value_width) return text;
  std::size_t end = value_width;
  while ((static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end) + "...";
}

void add_members(Rows& rows, const TraceState& state) {
  for (const TraceState::Member& member : state) {
    rows.add("member", make_excerpt(member.key, 0, value_width / 2).text + " = " +
                           make_excerpt(member.value, 0, value_width).text);
  }
}

void add_trace_context(Rows& rows, const Fields& fields, const Context& context) {
  std::string_view parent = fields.get(Traceparent::field).value_or("");
  parent.remove_prefix(parent.find_first_not_of(" \t"));
  const SpanContext& span = context.span_context();
  const std::string_view version = parent.substr(0, 2);
  rows.add("version", std::string(version) + (version == "00" ? "" : ": newer, read as 00"));
  rows.add("trace id", span.trace_id.to_string());
  rows.add("parent id", span.span_id.to_string());
  rows.add("flags", flags_in_words(parent.substr(Traceparent::size - 2, 2), span.flags));
  add_members(rows, span.trace_state);
}

void add_baggage(Rows& rows, const Baggage& baggage) {
  for (const BaggageMember& member : baggage) {
    rows.add("member", shorten(std::string(member.key())) + " = " + shorten(member.value()));
    for (const BaggageProperty& property : member.properties()) {
      const auto value = property.value();
      rows.add("  property", shorten(std::string(property.key())) +
                                 (value ? " = " + shorten(*value) : std::string()));
    }
  }
}

}  // namespace

std::string explain_format(const Propagator& format, const Fields& fields, Extracted found,
                           const Context& context, const Paint& paint) {
  Rows rows(paint);
  const SpanContext& span = context.span_context();
  if (fields.get(TraceState::field) && !span.is_valid()) {
    rows.add("tracestate", "ignored: there is no valid traceparent");
  } else if (found == Extracted::nothing) {
    rows.add("context", "none: these fields alone carry no context");
  } else if (format.traits().name == formats::tracecontext.name && span.is_valid()) {
    add_trace_context(rows, fields, context);
  } else if (found == Extracted::span_context || found == Extracted::trace_id) {
    rows.add("trace id", trace_id_in_words(span.trace_id));
    rows.add("span id", span.is_valid() ? span.span_id.to_string() : "none: a trace id alone");
    rows.add("state", in_words(context.sampling()));
    add_members(rows, span.trace_state);
  } else if (found == Extracted::decision) {
    rows.add("trace id", "none");
    rows.add("state", in_words(context.sampling()));
  }
  add_baggage(rows, context.baggage());
  return rows.take();
}

std::string explain_request(const Extraction& extraction, const Paint& paint) {
  Rows rows(paint);
  const Context& context = extraction.context;
  const SpanContext& span = context.span_context();
  if (span.is_valid()) {
    rows.add("trace id", paint.good(span.trace_id.to_string()));
    rows.add("parent id", paint.good(span.span_id.to_string()));
  } else if (context.trace_id().is_valid()) {
    rows.add("trace id", paint.good(context.trace_id().to_string()));
    rows.add("parent id", "none: the receiver makes the first span of the trace");
  } else {
    rows.add("trace id", "none: the receiver starts a new trace");
  }
  rows.add("sampling", in_words(context.sampling()));
  if (!extraction.format.empty()) rows.add("read from", extraction.format);
  if (!extraction.disagreeing_format.empty()) {
    rows.add("conflict", paint.bad(std::string(extraction.disagreeing_format) +
                                   " has another trace id, which is ignored"));
  }
  if (!span.trace_state.empty()) {
    rows.add("tracestate", count_of(span.trace_state.size(), "member"));
  }
  if (!context.baggage().empty()) rows.add("baggage", count_of(context.baggage().size(), "member"));
  const std::size_t issues = extraction.issues.size() + extraction.more_issues;
  if (issues != 0) rows.add("issues", paint.bad(std::to_string(issues)));
  return rows.take();
}

std::string_view consequence(const ExtractReport::Issue& issue) noexcept {
  const ErrorCode code = issue.error.code;
  const bool is_limit = code == ErrorCode::too_many_members || code == ErrorCode::too_many_bytes;
  if (issue.field == Traceparent::field) return "no trace context is read";
  if (issue.field == TraceState::field) {
    return code == ErrorCode::duplicate_key ? "the first one is kept"
                                            : "the whole tracestate is dropped";
  }
  if (is_limit) return "it and all after it are dropped";
  const bool is_list = issue.field == Baggage::field || issue.field == "jaeger-baggage";
  if (is_list || issue.field.ends_with('-')) return "this member is dropped";
  if (code == ErrorCode::value_too_long && issue.field.starts_with("x-datadog-")) {
    return "it and all after it are dropped";
  }
  if (code == ErrorCode::empty && issue.field.starts_with("x-b3-")) return "it is ignored";
  if (issue.field == "x-datadog-tags") return "the high half of the trace id is lost";
  if (issue.field == "x-datadog-sampling-priority") return "the decision is lost";
  return code == ErrorCode::missing_field && issue.error.offset == 0
             ? "the other fields of its format are ignored"
             : "the value is rejected";
}

}  // namespace baton::tool
