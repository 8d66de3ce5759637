// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "tools/probe/case.hpp"

namespace baton::tool::probe {

/// All cases for a service that reads `formats`. The ids in them depend on the seed alone.
[[nodiscard]] std::vector<Case> make_catalog(std::span<const std::string_view> formats,
                                             std::uint64_t seed);

/// Whether a name matches a pattern, in which `*` stands for any text.
[[nodiscard]] bool matches(std::string_view name, std::string_view pattern) noexcept;

/// A plain request that any service continues, to see whether it is well at all.
[[nodiscard]] Case make_plain_case(std::string_view format, std::uint64_t seed);

// The tables, with texts in the place of ids: see Rows.
void add_traceparent_cases(std::vector<Case>& cases);
void add_tracestate_cases(std::vector<Case>& cases);
void add_baggage_cases(std::vector<Case>& cases);
void add_b3_cases(std::vector<Case>& cases);
void add_b3multi_cases(std::vector<Case>& cases);
void add_jaeger_cases(std::vector<Case>& cases);
void add_ottrace_cases(std::vector<Case>& cases);
void add_xray_cases(std::vector<Case>& cases);
void add_datadog_cases(std::vector<Case>& cases);
void add_gcp_cases(std::vector<Case>& cases);
void add_opencensus_cases(std::vector<Case>& cases);
void add_http_cases(std::vector<Case>& cases);

/// A table, and the format whose readers get its cases. A format may have several.
struct FormatCases {
  std::string_view format;
  void (*add)(std::vector<Case>& cases);
};

inline constexpr FormatCases format_cases[] = {
    {"tracecontext", add_traceparent_cases}, {"tracecontext", add_tracestate_cases},
    {"baggage", add_baggage_cases},          {"b3", add_b3_cases},
    {"b3multi", add_b3multi_cases},          {"jaeger", add_jaeger_cases},
    {"ottrace", add_ottrace_cases},          {"xray", add_xray_cases},
    {"datadog", add_datadog_cases},          {"gcp", add_gcp_cases},
    {"opencensus", add_opencensus_cases},
};

}  // namespace baton::tool::probe
