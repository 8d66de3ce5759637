// SPDX-License-Identifier: Apache-2.0
#include "baton/log.hpp"

#include <algorithm>
#include <array>
#include <ostream>

namespace baton {
namespace {

/// What precedes each value, and what ends the last one.
struct Layout {
  std::string_view trace_id;
  std::string_view span_id;
  std::string_view trace_flags;
  std::string_view end;

  [[nodiscard]] constexpr std::size_t max_size() const noexcept {
    return trace_id.size() + TraceId::hex_size + span_id.size() + SpanId::hex_size +
           trace_flags.size() + TraceFlags::hex_size + end.size();
  }
};

constexpr Layout text{" trace_id=", " span_id=", " trace_flags=", ""};
static_assert(text.max_size() == LogFields::max_text_size);

constexpr Layout json{R"(,"trace_id":")", R"(","span_id":")", R"(","trace_flags":")", R"(")"};
static_assert(json.max_size() == LogFields::max_json_size);

[[gnu::always_inline]] inline char* put(std::string_view part, char* out) noexcept {
  return std::copy(part.begin(), part.end(), out);
}

[[gnu::always_inline]] inline std::string_view write(const LogFields& fields, const Layout& layout,
                                                     char* const begin) noexcept {
  if (!fields.trace_id.is_valid()) return {};
  char* out = put(layout.trace_id, begin);
  fields.trace_id.write_hex(std::span<char, TraceId::hex_size>(out, TraceId::hex_size));
  out += TraceId::hex_size;
  if (fields.span_id.is_valid()) {
    out = put(layout.span_id, out);
    fields.span_id.write_hex(std::span<char, SpanId::hex_size>(out, SpanId::hex_size));
    out += SpanId::hex_size;
  }
  out = put(layout.trace_flags, out);
  fields.trace_flags.write_hex(std::span<char, TraceFlags::hex_size>(out, TraceFlags::hex_size));
  out += TraceFlags::hex_size;
  out = put(layout.end, out);
  return {begin, static_cast<std::size_t>(out - begin)};
}

}  // namespace

std::string_view LogFields::write_text(std::span<char, max_text_size> out) const noexcept {
  return write(*this, text, out.data());
}

std::string_view LogFields::write_json(std::span<char, max_json_size> out) const noexcept {
  return write(*this, json, out.data());
}

std::ostream& operator<<(std::ostream& out, const LogFields& fields) {
  std::array<char, LogFields::max_text_size> buffer;
  return out << fields.write_text(buffer);
}

}  // namespace baton
