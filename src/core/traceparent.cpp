// SPDX-License-Identifier: Apache-2.0
#include "baton/traceparent.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "core/decode_trace_id.hpp"
#include "core/parse_traceparent.hpp"
#include "text/chars.hpp"
#include "text/hex.hpp"

namespace baton {
namespace {

using At = detail::TraceparentLayout;

/// Reads two digits. Returns how many are valid.
constexpr std::size_t decode_byte(const char* digits, std::uint8_t& value) noexcept {
  const int high = detail::hex::digit(digits[0]);
  if (high == detail::hex::bad) return 0;
  const int low = detail::hex::digit(digits[1]);
  if (low == detail::hex::bad) return 1;
  value = static_cast<std::uint8_t>(high << 4 | low);
  return 2;
}

/// Reads the 55 characters with which every version begins.
[[gnu::always_inline]] inline ParseError parse_prefix(const char* text, Traceparent& result,
                                                      std::uint8_t& version) noexcept {
  if (const std::size_t n = decode_byte(text + At::version, version); n != 2) {
    return {ErrorCode::bad_hex, At::version + n};
  }
  if (version == 0xFF) return {ErrorCode::bad_version, At::version};
  if (text[At::trace_id - 1] != '-') return {ErrorCode::bad_delimiter, At::trace_id - 1};

  if (const ParseError error = detail::decode_trace_id(text + At::trace_id, result.trace_id)) {
    return {error.code, At::trace_id + error.offset};
  }
  if (!result.trace_id.is_valid()) return {ErrorCode::zero_trace_id, At::trace_id};
  if (text[At::parent_id - 1] != '-') return {ErrorCode::bad_delimiter, At::parent_id - 1};

  std::uint64_t parent = 0;
  if (const unsigned n = detail::hex::decode16(text + At::parent_id, parent); n != 16) {
    return {ErrorCode::bad_hex, At::parent_id + n};
  }
  if (parent == 0) return {ErrorCode::zero_span_id, At::parent_id};
  result.parent_id = SpanId(parent);
  if (text[At::flags - 1] != '-') return {ErrorCode::bad_delimiter, At::flags - 1};

  std::uint8_t flags = 0;
  if (const std::size_t n = decode_byte(text + At::flags, flags); n != 2) {
    return {ErrorCode::bad_hex, At::flags + n};
  }
  result.flags = TraceFlags(flags);
  return {};
}

/// The error of a text that is too short: at its end or earlier.
[[gnu::noinline]] ParseError diagnose_short(std::string_view text) noexcept {
  std::array<char, Traceparent::size> padded{};  // zero bytes, which no part allows
  std::copy(text.begin(), text.end(), padded.begin());
  Traceparent unused;
  std::uint8_t version = 0;
  const ParseError error = parse_prefix(padded.data(), unused, version);
  if (error.offset < text.size()) return error;
  return {text.empty() ? ErrorCode::empty : ErrorCode::too_short, text.size()};
}

[[gnu::always_inline]] inline ParseError parse_trimmed(std::string_view text,
                                                       Traceparent& result) noexcept {
  if (text.size() < Traceparent::size) return diagnose_short(text);
  std::uint8_t version = 0;
  if (const ParseError error = parse_prefix(text.data(), result, version)) {
    return error;
  }
  if (text.size() == Traceparent::size) return {};
  if (version == 0) return {ErrorCode::too_long, Traceparent::size};
  if (text[Traceparent::size] != '-') return {ErrorCode::bad_delimiter, Traceparent::size};
  return {};
}

}  // namespace

ParseError detail::parse_any_traceparent(std::string_view value, Traceparent& result) noexcept {
  const std::string_view text = trim(value);
  const ParseError error = parse_trimmed(text, result);
  if (!error || text.empty()) return error;
  return {error.code, static_cast<std::size_t>(text.data() - value.data()) + error.offset};
}

expected<Traceparent> Traceparent::parse(std::string_view value) noexcept {
  Traceparent result;
  const ParseError error = detail::parse_traceparent(value, result);
  if (error) return tl::unexpected(error);
  return result;
}

void Traceparent::write(std::span<char, size> out) const noexcept {
  char* text = out.data();
  text[0] = '0';
  text[1] = '0';
  text[At::trace_id - 1] = '-';
  trace_id.write_hex(out.subspan<At::trace_id, TraceId::hex_size>());
  text[At::parent_id - 1] = '-';
  parent_id.write_hex(out.subspan<At::parent_id, SpanId::hex_size>());
  text[At::flags - 1] = '-';
  flags.write_hex(out.subspan<At::flags, TraceFlags::hex_size>());
}

std::string Traceparent::to_string() const {
  std::string text(size, '0');
  write(std::span<char, size>(text));
  return text;
}

}  // namespace baton
