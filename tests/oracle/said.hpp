#pragma once

#include <map>
#include <string>

#include "oracle/context.hpp"

namespace oracle {

/// What a format has words for.
struct Vocabulary {
  bool long_trace_ids = false;  ///< 128 bits, not the low 64 alone
  bool needs_low_half = false;  ///< the low 64 bits must not be zero
  bool defer = false;           ///< ids without a decision
  bool debug = false;           ///< with ids
  bool decision = false;        ///< drop and sample, without ids
  bool lone_debug = false;      ///< debug, without ids
  bool tracestate = false;      ///< and the random flag
  bool baggage = false;
  bool properties = false;
};

inline const std::map<std::string, Vocabulary> vocabularies = {
    {"tracecontext", {.long_trace_ids = true, .tracestate = true}},
    {"baggage", {.baggage = true, .properties = true}},
    {"b3",
     {.long_trace_ids = true, .defer = true, .debug = true, .decision = true, .lone_debug = true}},
    {"b3multi",
     {.long_trace_ids = true, .defer = true, .debug = true, .decision = true, .lone_debug = true}},
    {"datadog", {.long_trace_ids = true, .needs_low_half = true, .defer = true}},
    {"gcp", {.long_trace_ids = true, .defer = true}},
    {"opencensus", {.long_trace_ids = true}},
    {"xray", {.long_trace_ids = true, .defer = true}},
};

/// What is left of a context when a format has carried it.
inline Context said_by(const std::string& format, Context context) {
  const Vocabulary& words = vocabularies.at(format);
  if (format == "baggage") {
    Context left;
    left.baggage_kept = context.baggage_kept;
    left.baggage = context.baggage;
    return left;
  }
  if (!words.tracestate) {
    context.tracestate.clear();
    context.random = false;
  }
  if (!words.long_trace_ids && context.has_trace()) {
    context.trace_id = std::string(16, '0') + context.trace_id.substr(16);
  }
  const bool needs_low_half = words.needs_low_half || !words.long_trace_ids;
  if (needs_low_half && context.has_trace() && is_zero(context.trace_id.substr(16))) {
    context.trace_id.clear();
    context.span_id.clear();
    context.sampling = "defer";
  }
  if (context.has_trace()) {
    if (context.sampling == "debug" && !words.debug) context.sampling = "sample";
    if (context.sampling == "defer" && !words.defer) context.sampling = "drop";
  } else {
    const bool is_said = context.sampling == "debug" ? words.lone_debug : words.decision;
    if (!is_said) context.sampling = "defer";
  }
  context.sampled = context.has_trace() && is_sampled(context.sampling);
  if (!words.baggage) {
    context.baggage_kept.clear();
    context.baggage.clear();
  }
  return context;
}

}  // namespace oracle
