// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "baton/parse_error.hpp"

namespace baton {

namespace detail {

constexpr std::uint64_t load_big_endian(std::span<const std::uint8_t, 8> bytes) noexcept {
  std::uint64_t value = 0;
  for (const std::uint8_t byte : bytes) value = value << 8 | byte;
  return value;
}

constexpr void store_big_endian(std::uint64_t value, std::span<std::uint8_t, 8> bytes) noexcept {
  for (std::size_t i = 8; i-- > 0; value >>= 8) bytes[i] = static_cast<std::uint8_t>(value);
}

}  // namespace detail

/// The id of a trace: 16 bytes, not all zero. A default-constructed one is zero, and so invalid.
///
/// W3C Trace Context Level 2, §3.2.2.3.
class TraceId {
 public:
  static constexpr std::size_t byte_size = 16;
  static constexpr std::size_t hex_size = 32;

  constexpr TraceId() noexcept = default;

  /// The eight leading and the eight trailing bytes, each read as a big-endian number.
  constexpr TraceId(std::uint64_t high, std::uint64_t low) noexcept : high_(high), low_(low) {}

  constexpr explicit TraceId(std::span<const std::uint8_t, byte_size> bytes) noexcept
      : high_(detail::load_big_endian(bytes.first<8>())),
        low_(detail::load_big_endian(bytes.last<8>())) {}

  /// Reads exactly 32 lowercase hexadecimal digits; all zeros are an invalid id, not an error.
  /// Errors: `bad_length`, `bad_hex`.
  [[nodiscard]] static expected<TraceId> from_hex(std::string_view digits) noexcept;

  /// A new random id, never zero. Unique across threads and across `fork` (but not across system
  /// calls that bypass its handlers, such as `_Fork`); not a secret.
  [[nodiscard]] static TraceId random() noexcept;

  [[nodiscard]] constexpr bool is_valid() const noexcept { return (high_ | low_) != 0; }
  [[nodiscard]] constexpr std::uint64_t high() const noexcept { return high_; }
  [[nodiscard]] constexpr std::uint64_t low() const noexcept { return low_; }

  [[nodiscard]] constexpr std::array<std::uint8_t, byte_size> bytes() const noexcept {
    std::array<std::uint8_t, byte_size> out{};
    detail::store_big_endian(high_, std::span(out).first<8>());
    detail::store_big_endian(low_, std::span(out).last<8>());
    return out;
  }

  /// Writes 32 lowercase digits, no terminating zero.
  void write_hex(std::span<char, hex_size> out) const noexcept;
  [[nodiscard]] std::string to_string() const;

  friend constexpr auto operator<=>(const TraceId&, const TraceId&) noexcept = default;
  friend std::ostream& operator<<(std::ostream& out, const TraceId& id);

  template <class H>
  friend H AbslHashValue(H state, const TraceId& id) {
    return H::combine(std::move(state), id.high_, id.low_);
  }

 private:
  std::uint64_t high_ = 0;
  std::uint64_t low_ = 0;
};

/// The id of an operation of a trace (the *parent-id* of a traceparent): 8 bytes, not all zero.
///
/// W3C Trace Context Level 2, §3.2.2.4.
class SpanId {
 public:
  static constexpr std::size_t byte_size = 8;
  static constexpr std::size_t hex_size = 16;

  constexpr SpanId() noexcept = default;

  /// The eight bytes, read as a big-endian number.
  constexpr explicit SpanId(std::uint64_t value) noexcept : value_(value) {}

  constexpr explicit SpanId(std::span<const std::uint8_t, byte_size> bytes) noexcept
      : value_(detail::load_big_endian(bytes)) {}

  /// Reads exactly 16 lowercase hexadecimal digits; all zeros are an invalid id, not an error.
  /// Errors: `bad_length`, `bad_hex`.
  [[nodiscard]] static expected<SpanId> from_hex(std::string_view digits) noexcept;

  /// A new random id, never zero. Unique across threads and across `fork` (but not across system
  /// calls that bypass its handlers, such as `_Fork`); not a secret.
  [[nodiscard]] static SpanId random() noexcept;

  [[nodiscard]] constexpr bool is_valid() const noexcept { return value_ != 0; }
  [[nodiscard]] constexpr std::uint64_t value() const noexcept { return value_; }

  [[nodiscard]] constexpr std::array<std::uint8_t, byte_size> bytes() const noexcept {
    std::array<std::uint8_t, byte_size> out{};
    detail::store_big_endian(value_, out);
    return out;
  }

  /// Writes 16 lowercase digits, no terminating zero.
  void write_hex(std::span<char, hex_size> out) const noexcept;
  [[nodiscard]] std::string to_string() const;

  friend constexpr auto operator<=>(const SpanId&, const SpanId&) noexcept = default;
  friend std::ostream& operator<<(std::ostream& out, const SpanId& id);

  template <class H>
  friend H AbslHashValue(H state, const SpanId& id) {
    return H::combine(std::move(state), id.value_);
  }

 private:
  std::uint64_t value_ = 0;
};

/// The *trace-flags* of a traceparent. Undefined bits are never kept.
///
/// W3C Trace Context Level 2, §3.2.2.5.
class TraceFlags {
 public:
  static constexpr std::uint8_t sampled_bit = 0x01;
  static constexpr std::uint8_t random_bit = 0x02;
  static constexpr std::size_t hex_size = 2;

  constexpr TraceFlags() noexcept = default;
  /// Drops all bits but `sampled` and `random`.
  constexpr explicit TraceFlags(std::uint8_t bits) noexcept
      : bits_(static_cast<std::uint8_t>(bits & (sampled_bit | random_bit))) {}

  /// The caller may have recorded this trace.
  [[nodiscard]] constexpr bool sampled() const noexcept { return (bits_ & sampled_bit) != 0; }
  /// At least the seven rightmost bytes of the trace id are random.
  [[nodiscard]] constexpr bool random() const noexcept { return (bits_ & random_bit) != 0; }
  [[nodiscard]] constexpr std::uint8_t bits() const noexcept { return bits_; }

  [[nodiscard]] constexpr TraceFlags with_sampled(bool sampled) const noexcept {
    return TraceFlags(
        static_cast<std::uint8_t>((bits_ & random_bit) | (sampled ? sampled_bit : 0)));
  }

  /// Writes two lowercase digits, no terminating zero.
  constexpr void write_hex(std::span<char, hex_size> out) const noexcept {
    out[0] = '0';
    out[1] = static_cast<char>('0' + bits_);  // at most 3
  }
  [[nodiscard]] std::string to_string() const;

  friend constexpr auto operator<=>(const TraceFlags&, const TraceFlags&) noexcept = default;
  friend std::ostream& operator<<(std::ostream& out, const TraceFlags& flags);

  template <class H>
  friend H AbslHashValue(H state, const TraceFlags& flags) {
    return H::combine(std::move(state), flags.bits_);
  }

 private:
  std::uint8_t bits_ = 0;
};

}  // namespace baton

template <>
struct std::hash<baton::TraceId> {
  std::size_t operator()(const baton::TraceId& id) const noexcept {
    // Ids are random already; the multiplication separates 64-bit ids and their 128-bit twins.
    return static_cast<std::size_t>(id.low() ^ id.high() * 0x9E3779B97F4A7C15U);
  }
};

template <>
struct std::hash<baton::SpanId> {
  std::size_t operator()(const baton::SpanId& id) const noexcept {
    return static_cast<std::size_t>(id.value());
  }
};

template <>
struct std::hash<baton::TraceFlags> {
  std::size_t operator()(const baton::TraceFlags& flags) const noexcept { return flags.bits(); }
};
