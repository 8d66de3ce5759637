#include "datadog_state.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

#include "parsing.hpp"

namespace baton::detail {
namespace {

constexpr std::string_view priority_key = "s";
constexpr std::string_view origin_key = "o";
constexpr std::string_view tag_label = "t.";

constexpr bool is_printable(char c) noexcept { return c >= 0x20 && c <= 0x7e; }

constexpr char encode_value(char c) noexcept {
  if (c == '=') return '~';
  return is_printable(c) && c != ',' && c != ';' && c != '~' ? c : '_';
}

constexpr char encode_name(char c) noexcept {
  const bool is_kept = is_printable(c) && c != ' ' && c != ',' && c != ';' && c != '=' && c != ':';
  return is_kept ? c : '_';
}

/// For what tracestate holds already.
constexpr char leave(char c) noexcept { return c; }

}  // namespace

ParseError parse_datadog_priority(std::string_view text, std::int32_t& priority) noexcept {
  if (text.empty()) return {ErrorCode::empty, 0};
  const bool is_negative = text.front() == '-';
  std::uint64_t magnitude = 0;
  const ParseError error = parse_decimal(text.substr(is_negative ? 1 : 0), magnitude);
  if (error != no_error) return shifted(error, is_negative ? 1 : 0);
  if (magnitude > std::uint64_t{std::numeric_limits<std::int32_t>::max()}) {
    magnitude = is_negative ? 0 : 1;
  }
  const auto number = static_cast<std::int32_t>(magnitude);
  priority = is_negative ? -number : number;
  return no_error;
}

DatadogState::Pair DatadogState::take_pair(std::string_view& rest) noexcept {
  const std::string_view pair = rest.substr(0, rest.find(';'));
  rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
  const std::size_t colon = pair.find(':');
  if (colon == std::string_view::npos) return {};
  return {pair.substr(0, colon), trim(pair.substr(colon + 1))};
}

DatadogState::DatadogState(const TraceState& trace_state, Sampling sampling) noexcept {
  const std::string_view member = trace_state.get(key).value_or(std::string_view());
  std::int32_t priority = is_sampled(sampling) ? 1 : 0;
  std::string_view origin;
  for (std::string_view rest = member; !rest.empty();) {
    const Pair pair = take_pair(rest);
    std::int32_t kept = 0;
    if (pair.key == priority_key && parse_datadog_priority(pair.value, kept) == no_error &&
        (kept > 0) == is_sampled(sampling)) {
      priority = kept;
    } else if (pair.key == origin_key) {
      origin = pair.value;
    }
  }
  if (sampling != Sampling::defer) add_priority(priority);
  if (!origin.empty()) add(origin_key, {}, origin, leave);
  for (std::string_view rest = member; !rest.empty();) {
    const Pair pair = take_pair(rest);
    if (!pair.key.starts_with(tag_label)) continue;
    const std::string_view name = pair.key.substr(tag_label.size());
    if (!name.empty() && name != high_bits_name) add(tag_label, name, pair.value, leave);
  }
}

bool DatadogState::add_priority(std::int32_t priority) noexcept {
  std::array<char, std::numeric_limits<std::int32_t>::digits10 + 2> number;
  const char* const end = std::to_chars(number.begin(), number.end(), priority).ptr;
  return add(priority_key, {}, {number.data(), static_cast<std::size_t>(end - number.data())},
             leave);
}

bool DatadogState::add_origin(std::string_view origin) noexcept {
  return origin.empty() || add(origin_key, {}, origin, encode_value);
}

bool DatadogState::add_tag(std::string_view name, std::string_view value) noexcept {
  return name.empty() || add(tag_label, name, trim(value), encode_value);
}

bool DatadogState::add(std::string_view label, std::string_view name, std::string_view value,
                       char (*encode)(char)) noexcept {
  const std::size_t separator = size_ != 0 ? 1 : 0;
  const std::size_t room = max_size - size_;
  if (is_full_ || name.size() > room || value.size() > room ||
      separator + label.size() + name.size() + 1 + value.size() > room) {
    is_full_ = true;
    return false;
  }
  char* end = text_.data() + size_;
  if (separator != 0) *end++ = ';';
  end = std::copy(label.begin(), label.end(), end);
  end = std::transform(name.begin(), name.end(), end, encode_name);
  *end++ = ':';
  end = std::transform(value.begin(), value.end(), end, encode);
  size_ = static_cast<std::size_t>(end - text_.data());
  return true;
}

TraceState DatadogState::to_trace_state() const noexcept {
  if (text().empty() || text() == "s:1" || text() == "s:0") return {};
  return TraceState().set(key, text()).value_or(TraceState());
}

}  // namespace baton::detail
