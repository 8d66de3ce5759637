// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "baton/ids.hpp"
#include "text/hex.hpp"

/// OpenTelemetry's consistent probability sampling: a trace is sampled if its randomness is not
/// below the sampler's rejection threshold. Both have 56 bits.
namespace baton::detail {

inline constexpr unsigned randomness_bits = 56;
inline constexpr std::size_t randomness_digits = randomness_bits / 4;

/// W3C Trace Context Level 2, §5.3: the seven rightmost bytes.
constexpr std::uint64_t randomness_of(TraceId trace_id) noexcept {
  return trace_id.low() & ((std::uint64_t{1} << randomness_bits) - 1);
}

/// What OpenTelemetry recommends.
inline constexpr int default_threshold_precision = 4;

/// The threshold of a probability from 0 to 1, rounded to so many hexadecimal digits after its
/// leading `f`s or zeros. None if the probability is below 2^-56, and so rejects all.
inline std::optional<std::uint64_t> threshold_of(
    double probability, int precision = default_threshold_precision) noexcept {
  int accepted_exponent = 0;
  int rejected_exponent = 0;
  static_cast<void>(std::frexp(probability, &accepted_exponent));
  static_cast<void>(std::frexp(1 - probability, &rejected_exponent));
  const int leading = std::max({-accepted_exponent, -rejected_exponent, 0}) / 4;
  const int length = std::min(precision + leading, static_cast<int>(randomness_digits));
  // Half a unit is rounded in favor of the rejection.
  const double accepted = std::ceil(std::ldexp(probability, 4 * length) - 0.5);
  if (accepted < 1) return std::nullopt;
  const auto unit = std::uint64_t{1} << (randomness_bits - 4 * static_cast<unsigned>(length));
  return (std::uint64_t{1} << randomness_bits) - static_cast<std::uint64_t>(accepted) * unit;
}

/// The digits of a threshold without the zeros at their end, but at least one.
class ThresholdText {
 public:
  explicit ThresholdText(std::uint64_t threshold) noexcept {
    hex::encode16(threshold << (64 - randomness_bits), digits_.data());
    while (size_ > 1 && digits_[size_ - 1] == '0') --size_;
  }
  [[nodiscard]] std::string_view view() const noexcept { return {digits_.data(), size_}; }

 private:
  std::array<char, 16> digits_;
  std::size_t size_ = randomness_digits;
};

}  // namespace baton::detail
