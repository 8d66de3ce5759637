#pragma once

#include <string>
#include <vector>

#include "oracle/b3.hpp"
#include "oracle/baggage.hpp"
#include "oracle/fields.hpp"
#include "oracle/traceparent.hpp"
#include "oracle/tracestate.hpp"

namespace oracle {

struct Context {
  /// Empty where no trace is known; flags and tracestate then say nothing.
  std::string trace_id;
  std::string span_id;
  bool sampled = false;
  bool random = false;
  std::vector<Entry> tracestate;
  std::vector<std::string> baggage_kept;
  std::vector<Member> baggage;
  std::string sampling = "defer";

  [[nodiscard]] bool has_trace() const { return !trace_id.empty(); }
  friend bool operator==(const Context&, const Context&) = default;
};

/// What a format gives when it reads the fields into an empty context.
inline Context read_format(const std::string& format, const Fields& fields) {
  Context context;
  if (format == "tracecontext") {
    const auto parent = read_traceparent(fields.all("traceparent"));
    if (!parent) return context;
    context.trace_id = parent->trace_id;
    context.span_id = parent->parent_id;
    context.sampled = parent->sampled;
    context.random = parent->random;
    context.sampling = parent->sampled ? "sample" : "drop";
    if (const auto state = read_tracestate(fields.all("tracestate"))) context.tracestate = *state;
  } else if (format == "baggage") {
    context.baggage_kept = read_baggage(fields.all("baggage"));
    context.baggage = view_of(context.baggage_kept);
  } else {
    const auto b3 = read_b3(fields);
    if (!b3) return context;
    context.trace_id = b3->trace_id;
    context.span_id = b3->span_id;
    context.sampling = b3->sampling;
    context.sampled = context.has_trace() && (b3->sampling == "sample" || b3->sampling == "debug");
  }
  return context;
}

/// What a chain of formats gives: the first span context, or the last one; a lone decision only
/// where there is no span context at all. B3 with the ids that are there already adds its decision,
/// if it has one, and leaves the rest.
inline Context read_chain(const std::vector<std::string>& formats, bool first_match,
                          const Fields& fields) {
  Context result;
  for (const std::string& format : formats) {
    const Context found = read_format(format, fields);
    const bool same_ids = found.trace_id == result.trace_id && found.span_id == result.span_id;
    if (found.has_trace() && result.has_trace() && same_ids && format != "tracecontext") {
      if (!first_match && (found.sampling != "defer" || !result.sampled)) {
        result.sampling = found.sampling;
        result.sampled = found.sampled;
      }
    } else if (found.has_trace() && !(first_match && result.has_trace())) {
      result.trace_id = found.trace_id;
      result.span_id = found.span_id;
      result.sampled = found.sampled;
      result.random = found.random;
      result.tracestate = found.tracestate;
      result.sampling = found.sampling;
    }
    if (!found.has_trace() && found.sampling != "defer" && !result.has_trace()) {
      result.sampling = found.sampling;
    }
    if (!found.baggage_kept.empty()) {
      result.baggage_kept = found.baggage_kept;
      result.baggage = found.baggage;
    }
  }
  return result;
}

}  // namespace oracle
