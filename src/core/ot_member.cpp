// SPDX-License-Identifier: Apache-2.0
#include "core/ot_member.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "core/threshold.hpp"
#include "text/bounded_writer.hpp"
#include "text/hex.hpp"
#include "text/parts.hpp"

namespace baton::detail {
namespace {

constexpr std::string_view ot_key = "ot";
constexpr std::string_view threshold_prefix = "th:";
constexpr std::string_view randomness_prefix = "rv:";

/// The number whose leading digits these are.
std::optional<std::uint64_t> read_digits(std::string_view text) noexcept {
  if (text.empty() || text.size() > randomness_digits) return std::nullopt;
  std::array<char, 16> digits;
  digits.fill('0');
  std::copy(text.begin(), text.end(), digits.begin() + (digits.size() - randomness_digits));
  std::uint64_t value = 0;
  if (hex::decode16(digits.data(), value) != digits.size()) return std::nullopt;
  return value;
}

/// The value of a sub-key: the first is taken, another one makes it ambiguous.
class SubValue {
 public:
  void take(std::optional<std::uint64_t> value) noexcept {
    value_ = ++seen_ == 1 ? value : std::nullopt;
  }
  [[nodiscard]] std::optional<std::uint64_t> get() const noexcept { return value_; }

 private:
  std::optional<std::uint64_t> value_;
  unsigned seen_ = 0;
};

}  // namespace

OtMember read_ot_member(const TraceState& state) noexcept {
  const auto member = state.get(ot_key);
  if (!member) return {};
  SubValue threshold;
  SubValue randomness;
  for_each_part(*member, ';', [&](std::string_view each) {
    if (each.starts_with(threshold_prefix)) {
      threshold.take(read_digits(each.substr(threshold_prefix.size())));
    } else if (each.starts_with(randomness_prefix)) {
      const std::string_view text = each.substr(randomness_prefix.size());
      randomness.take(text.size() == randomness_digits ? read_digits(text) : std::nullopt);
    }
  });
  return {threshold.get(), randomness.get()};
}

// NOLINTNEXTLINE(misc-no-recursion): once, without a threshold
TraceState with_threshold(const TraceState& state,
                          std::optional<std::uint64_t> threshold) noexcept {
  const std::string_view before = state.get(ot_key).value_or(std::string_view());
  if (before.empty() && !threshold) return state;

  // Room for the threshold, a separator, and all that was there.
  BoundedWriter<threshold_prefix.size() + randomness_digits + 1 + TraceState::max_value_size> text;
  if (threshold) text.append(threshold_prefix).append(ThresholdText(*threshold).view());
  bool is_first = !threshold;
  const auto keep = [&](std::string_view each) {
    if (each.starts_with(threshold_prefix)) return;
    if (!std::exchange(is_first, false)) text.append(';');
    text.append(each);
  };
  if (!before.empty()) for_each_part(before, ';', keep);
  // No value of tracestate may end with a blank; without it, a malformed `rv` might be valid.
  if (text.view().ends_with(' ')) text.append(';');

  const std::string_view after = text.view();
  if (after == before) return state;
  if (after.size() > TraceState::max_value_size) return with_threshold(state, std::nullopt);
  if (after.empty()) return state.erase(ot_key);
  return state.set(ot_key, after).value_or(TraceState());  // without memory: rather none than wrong
}

}  // namespace baton::detail
