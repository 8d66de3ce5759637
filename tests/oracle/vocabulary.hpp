// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

namespace oracle {

/// What a format has words for.
struct Vocabulary {
  bool long_trace_ids = false;  ///< 128 bits, not the low 64 alone
  bool needs_low_half = false;  ///< the low 64 bits must not be zero
  bool defer = false;           ///< ids without a decision
  bool debug = false;           ///< with ids
  bool lone_trace_id = false;   ///< without a span id
  bool decision = false;        ///< drop and sample, without ids
  bool lone_debug = false;      ///< debug, without ids
  bool tracestate = false;      ///< and the random flag
  bool datadog_extras = false;  ///< of tracestate what `dd` says
  bool baggage = false;         ///< beside ids
  bool lone_baggage = false;    ///< without them as well
  bool escapes = false;         ///< baggage of any bytes
  bool properties = false;
};

inline const std::map<std::string, Vocabulary> vocabularies = {
    {"tracecontext", {.long_trace_ids = true, .tracestate = true}},
    {"baggage", {.baggage = true, .lone_baggage = true, .escapes = true, .properties = true}},
    {"b3",
     {.long_trace_ids = true, .defer = true, .debug = true, .decision = true, .lone_debug = true}},
    {"b3multi",
     {.long_trace_ids = true, .defer = true, .debug = true, .decision = true, .lone_debug = true}},
    {"datadog",
     {.long_trace_ids = true,
      .needs_low_half = true,
      .defer = true,
      .lone_trace_id = true,
      .datadog_extras = true}},
    {"gcp", {.long_trace_ids = true, .defer = true, .lone_trace_id = true}},
    {"jaeger",
     {.long_trace_ids = true,
      .debug = true,
      .lone_debug = true,
      .baggage = true,
      .lone_baggage = true,
      .escapes = true}},
    {"opencensus", {.long_trace_ids = true}},
    {"ottrace", {.defer = true, .baggage = true}},
    {"xray", {.long_trace_ids = true, .defer = true, .lone_trace_id = true}},
    {"xray-lambda", {.long_trace_ids = true, .defer = true, .lone_trace_id = true}},
};

}  // namespace oracle
