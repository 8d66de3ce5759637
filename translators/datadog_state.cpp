// SPDX-License-Identifier: Apache-2.0
#include "translators/datadog_state.hpp"

#include <algorithm>
#include <limits>

#include "text/bounded_writer.hpp"
#include "translators/parsing.hpp"

namespace baton::detail {
namespace {

constexpr std::string_view priority_key = "s";
constexpr std::string_view origin_key = "o";
constexpr std::string_view tag_label = "t.";

constexpr std::int32_t plain_priority(Sampling sampling) noexcept {
  return is_sampled(sampling) ? 1 : 0;
}

/// Whether `member` has a pair with that key.
bool has_key(std::string_view member, std::string_view key) noexcept {
  for (std::size_t at = member.find(key); at != member.npos; at = member.find(key, at + 1)) {
    const std::string_view behind = member.substr(at + key.size());
    if ((at == 0 || member[at - 1] == ';') && behind.starts_with(':')) return true;
  }
  return false;
}

constexpr Charset value_chars = printable - Charset(",;~");
constexpr Charset name_chars = printable - Charset(" ,;=:");

constexpr char encode_value(char c) noexcept {
  if (c == '=') return '~';
  return value_chars.contains(c) ? c : '_';
}

constexpr char encode_name(char c) noexcept { return name_chars.contains(c) ? c : '_'; }

/// For text that is already in tracestate.
constexpr char leave(char c) noexcept { return c; }

}  // namespace

ParseError parse_datadog_priority(std::string_view text, std::int32_t& priority) noexcept {
  if (text.empty()) return {ErrorCode::empty, 0};
  const bool is_negative = text.front() == '-';
  std::uint64_t magnitude = 0;
  const ParseError error = parse_decimal(text.substr(is_negative ? 1 : 0), magnitude);
  if (error) return shifted(error, is_negative ? 1 : 0);
  const std::uint64_t most = std::numeric_limits<std::int32_t>::max();
  if (magnitude > most + (is_negative ? 1 : 0)) magnitude = is_negative ? 0 : 1;
  const auto number = static_cast<std::int64_t>(magnitude);
  priority = static_cast<std::int32_t>(is_negative ? -number : number);
  return ParseError();
}

DatadogState::Pair DatadogState::take_pair(std::string_view& rest) noexcept {
  const std::string_view text = rest.substr(0, rest.find(';'));
  rest.remove_prefix(std::min(rest.size(), text.size() + 1));
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return {{}, {}, text};
  return {text.substr(0, colon), trim(text.substr(colon + 1)), text};
}

DatadogState::Priorities::Priorities(std::string_view member, Sampling sampling) noexcept {
  for_each_in(member, [&](const Pair& pair) {
    if (pair.key != priority_key) return;
    std::int32_t priority = 0;
    if (sampling != Sampling::defer && !parse_datadog_priority(pair.value, priority) &&
        (priority > 0) == is_sampled(sampling)) {
      agreeing = priority;
    } else {
      contradict = true;
    }
  });
}

DatadogState::DatadogState(const TraceState& trace_state, Sampling sampling) noexcept {
  const std::string_view member = trace_state.get(key).value_or(std::string_view());
  if (sampling != Sampling::defer) {
    add_priority(Priorities(member, sampling).agreeing.value_or(plain_priority(sampling)));
  }
  std::string_view origin;
  for_each_in(member, [&](const Pair& pair) {
    if (pair.key == origin_key) origin = pair.value;
  });
  if (!origin.empty()) add(origin_key, {}, origin, leave);
  for_each_in(member, [&](const Pair& pair) {
    if (!pair.key.starts_with(tag_label)) return;
    const std::string_view name = pair.key.substr(tag_label.size());
    if (!name.empty() && !pair.value.empty() && name != high_bits_name) {
      add(tag_label, name, pair.value, leave);
    }
  });
}

std::optional<TraceState> DatadogState::reconcile(const TraceState& state, Sampling sampling,
                                                  const TraceState& found) noexcept {
  const std::string_view member = state.get(key).value_or(std::string_view());
  const std::string_view more = found.get(key).value_or(std::string_view());
  const Priorities ours(member, sampling);
  auto priority = ours.agreeing ? ours.agreeing : Priorities(more, sampling).agreeing;
  if (!priority && ours.contradict && sampling != Sampling::defer) {
    priority = plain_priority(sampling);
  }
  bool changes = ours.contradict || (priority && !ours.agreeing);

  DatadogState joined;
  if (priority) joined.add_priority(*priority);
  for_each_in(member, [&](const Pair& pair) {
    if (pair.key != priority_key) joined.add(pair.text);
  });
  for_each_in(more, [&](const Pair& pair) {
    if (pair.key != priority_key && !has_key(member, pair.key)) changes |= joined.add(pair.text);
  });
  if (!changes) return std::nullopt;
  std::string_view text = joined.text();
  while (text.ends_with(' ')) text.remove_suffix(1);  // a value in tracestate must not end with one
  if (text.empty()) return state.erase(key);
  return state.set(key, text).value_or(state);
}

bool DatadogState::add_priority(std::int32_t priority) noexcept {
  BoundedWriter<std::numeric_limits<std::int32_t>::digits10 + 2> number;
  return add(priority_key, {}, number.append_decimal(priority).view(), leave);
}

bool DatadogState::add_origin(std::string_view origin) noexcept {
  return origin.empty() || add(origin_key, {}, origin, encode_value);
}

bool DatadogState::add_tag(std::string_view name, std::string_view value) noexcept {
  value = trim(value);
  return name.empty() || value.empty() || add(tag_label, name, value, encode_value);
}

bool DatadogState::add(std::string_view label, std::string_view name, std::string_view value,
                       char (*encode)(char)) noexcept {
  char* end = make_room(label.size() + name.size() + 1 + value.size());
  if (end == nullptr) return false;
  end = std::copy(label.begin(), label.end(), end);
  end = std::transform(name.begin(), name.end(), end, encode_name);
  *end++ = ':';
  std::transform(value.begin(), value.end(), end, encode);
  return true;
}

bool DatadogState::add(std::string_view pair) noexcept {
  if (pair.empty()) return false;
  char* const begin = make_room(pair.size());
  if (begin != nullptr) std::copy(pair.begin(), pair.end(), begin);
  return begin != nullptr;
}

char* DatadogState::make_room(std::size_t size) noexcept {
  const std::size_t separator = size_ != 0 ? 1 : 0;
  is_full_ = is_full_ || separator + size > max_size - size_;
  if (is_full_) return nullptr;
  char* const begin = text_.data() + size_ + separator;
  if (separator != 0) text_[size_] = ';';
  size_ += separator + size;
  return begin;
}

TraceState DatadogState::to_trace_state() const noexcept {
  if (text().empty() || text() == "s:1" || text() == "s:0") return {};
  return TraceState().set(key, text()).value_or(TraceState());
}

}  // namespace baton::detail
