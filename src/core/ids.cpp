// SPDX-License-Identifier: Apache-2.0
#include "baton/ids.hpp"

#include <array>
#include <ostream>

#include "core/decode_trace_id.hpp"
#include "core/random.hpp"
#include "text/hex.hpp"

namespace baton {
namespace {

template <class Id>
std::string hex_string(const Id& id) {
  std::string text(Id::hex_size, '0');
  id.write_hex(std::span<char, Id::hex_size>(text));
  return text;
}

template <class Id>
std::ostream& write(std::ostream& out, const Id& id) {
  std::array<char, Id::hex_size> digits;
  id.write_hex(digits);
  return out << std::string_view(digits.data(), digits.size());
}

}  // namespace

expected<TraceId> TraceId::from_hex(std::string_view digits) noexcept {
  if (digits.size() != hex_size) return detail::fail(ErrorCode::bad_length, 0);
  TraceId id;
  if (const ParseError error = detail::decode_trace_id(digits.data(), id)) {
    return tl::unexpected(error);
  }
  return id;
}

TraceId TraceId::random() noexcept {
  for (;;) {
    const TraceId id(detail::random_bits(), detail::random_bits());
    if (id.is_valid()) [[likely]]
      return id;
  }
}

void TraceId::write_hex(std::span<char, hex_size> out) const noexcept {
  detail::hex::encode16(high_, out.data());
  detail::hex::encode16(low_, out.data() + 16);
}

std::string TraceId::to_string() const { return hex_string(*this); }

std::ostream& operator<<(std::ostream& out, const TraceId& id) { return write(out, id); }

expected<SpanId> SpanId::from_hex(std::string_view digits) noexcept {
  if (digits.size() != hex_size) return detail::fail(ErrorCode::bad_length, 0);
  SpanId id;
  if (const unsigned n = detail::hex::decode16(digits.data(), id.value_); n != 16) {
    return detail::fail(ErrorCode::bad_hex, n);
  }
  return id;
}

SpanId SpanId::random() noexcept {
  for (;;) {
    const SpanId id(detail::random_bits());
    if (id.is_valid()) [[likely]]
      return id;
  }
}

void SpanId::write_hex(std::span<char, hex_size> out) const noexcept {
  detail::hex::encode16(value_, out.data());
}

std::string SpanId::to_string() const { return hex_string(*this); }

std::ostream& operator<<(std::ostream& out, const SpanId& id) { return write(out, id); }

std::string TraceFlags::to_string() const { return hex_string(*this); }

std::ostream& operator<<(std::ostream& out, const TraceFlags& flags) { return write(out, flags); }

}  // namespace baton
