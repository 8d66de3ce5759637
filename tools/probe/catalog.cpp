// SPDX-License-Identifier: Apache-2.0
#include "tools/probe/catalog.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <random>

#include "baton/ids.hpp"
#include "text/base64.hpp"

namespace baton::tool::probe {
namespace {

/// The ids of one request, as the texts of the tables name them.
class Names {
 public:
  explicit Names(std::mt19937_64& random)
      : trace_(draw_trace_id(random)),
        span_(starting_with_letter(random())),
        other_trace_(draw_trace_id(random)),
        other_span_(starting_with_letter(random())) {}

  /// Nothing for a text that names no id.
  [[nodiscard]] std::optional<std::string> find(std::string_view name) const {
    std::string trace = trace_.to_string();
    if (name == "trace") return trace;
    if (name == "span") return span_.to_string();
    if (name == "TRACE") return uppercase(trace);
    if (name == "SPAN") return uppercase(span_.to_string());
    if (name == "high") return trace.substr(0, 16);
    if (name == "high8") return trace.substr(0, 8);
    if (name == "high12") return trace.substr(0, 12);
    if (name == "high14") return trace.substr(0, 14);
    if (name == "high15") return trace.substr(0, 15);
    if (name == "tail24") return trace.substr(8);
    if (name == "low") return trace.substr(16);
    if (name == "low10") return std::to_string(trace_.low());
    if (name == "span10") return std::to_string(span_.value());
    if (name == "trace2") return other_trace_.to_string();
    if (name == "span2") return other_span_.to_string();
    if (name == "binary") return binary();
    if (name == "binary24") return binary().substr(0, 24);
    return std::nullopt;
  }

  [[nodiscard]] std::string expand(std::string_view text) const {
    std::string out;
    while (!text.empty()) {
      const std::size_t open = std::min(text.find('{'), text.size());
      out += text.substr(0, open);
      text.remove_prefix(open);
      const std::size_t close = text.find('}');
      const auto id = close == text.npos ? std::nullopt : find(text.substr(1, close - 1));
      if (id) {
        out += *id;
        text.remove_prefix(close + 1);
      } else if (!text.empty()) {
        out += text.front();
        text.remove_prefix(1);
      }
    }
    return out;
  }

  void fill(Case& row) const {
    for (std::string& line : row.lines) line = expand(line);
    row.trace_id = expand(row.trace_id);
    row.span_id = row.span_id.empty() ? span_.to_string() : expand(row.span_id);
    row.named_ids = {trace_.to_string(), other_trace_.to_string()};
  }

 private:
  static std::uint64_t starting_with_letter(std::uint64_t value) noexcept {
    // 0xa or 0xb: the case of its first digit can be changed.
    return (value & 0x1fff'ffff'ffff'ffffU) | 0xa000'0000'0000'0000U;
  }

  /// One draw after the other: compilers order arguments as they like.
  static TraceId draw_trace_id(std::mt19937_64& random) {
    const std::uint64_t low = random() | 1U;
    return {starting_with_letter(random()), low};
  }

  static std::string uppercase(std::string text) {
    for (char& c : text) {
      if (c >= 'a' && c <= 'f') c = static_cast<char>(c - 'a' + 'A');
    }
    return text;
  }

  /// Version 0; the trace id as field 0, the span id as field 1, and the sampled option as field 2.
  [[nodiscard]] std::string binary() const {
    std::array<std::uint8_t, 29> bytes{};
    auto* out = std::next(bytes.begin(), 2);
    out = std::copy_n(trace_.bytes().begin(), 16, out);
    *out++ = 1;
    out = std::copy_n(span_.bytes().begin(), 8, out);
    *out++ = 2;
    *out = 1;
    std::string text(detail::base64::encoded_size(bytes.size()), '\0');
    detail::base64::encode(bytes, text.data());
    return text;
  }

  TraceId trace_;
  SpanId span_;
  TraceId other_trace_;
  SpanId other_span_;
};

void add_cases(std::vector<Case>& cases, std::string_view format) {
  for (const FormatCases& each : format_cases) {
    if (each.format == format) each.add(cases);
  }
}

}  // namespace

std::vector<Case> make_catalog(std::span<const std::string_view> formats, std::uint64_t seed) {
  std::vector<Case> cases;
  for (const std::string_view format : formats) add_cases(cases, format);
  add_http_cases(cases);
  std::mt19937_64 random(seed);
  for (Case& row : cases) Names(random).fill(row);
  return cases;
}

Case make_plain_case(std::string_view format, std::uint64_t seed) {
  std::vector<Case> cases;
  add_cases(cases, format);
  if (cases.empty()) add_http_cases(cases);
  Case& plain = cases.front();
  plain.name = "first/plain-request";
  std::mt19937_64 random(~seed);  // ids that no case has
  Names(random).fill(plain);
  return plain;
}

bool matches(std::string_view name, std::string_view pattern) noexcept {
  // After a mismatch, the last star takes one more character.
  std::size_t at = 0;
  std::size_t read = 0;
  std::size_t star = pattern.npos;
  std::size_t star_at = 0;
  while (at < name.size()) {
    if (read < pattern.size() && pattern[read] == '*') {
      star = read++;
      star_at = at;
    } else if (read < pattern.size() && pattern[read] == name[at]) {
      ++read;
      ++at;
    } else if (star != pattern.npos) {
      read = star + 1;
      at = ++star_at;
    } else {
      return false;
    }
  }
  while (read < pattern.size() && pattern[read] == '*') ++read;
  return read == pattern.size();
}

}  // namespace baton::tool::probe
