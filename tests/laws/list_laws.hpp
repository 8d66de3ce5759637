// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/baggage_parser.hpp"
#include "core/key_filter.hpp"
#include "core/tracestate_parser.hpp"
#include "laws/require.hpp"
#include "text/scan.hpp"

/// Lists are read in two ways: windows of 64 characters as long as they are plain, or one member
/// after the other. Both must find the same.
namespace laws {

/// Fields in buffers of exactly their size, so that AddressSanitizer sees every read beyond them.
class ExactFields {
 public:
  explicit ExactFields(const std::vector<std::string>& fields) {
    for (const std::string& field : fields) buffers_.emplace_back(field.begin(), field.end());
  }

  /// Gives them to `feed` for as long as that returns true. Returns how many it took.
  template <class Feed>
  std::size_t each(Feed feed) const {
    std::size_t count = 0;
    for (const std::vector<char>& buffer : buffers_) {
      if (!feed(std::string_view(buffer.data(), buffer.size()))) break;
      ++count;
    }
    return count;
  }

 private:
  std::vector<std::vector<char>> buffers_;
};

template <class List>
void check_windows(std::string_view text) {
#if defined(__SSE2__)
  using baton::detail::Window;
  const std::size_t count = (text.size() + baton::detail::window_size - 1) / 64;
  std::vector<Window> plain;
  for (std::size_t i = 0; i < count; ++i) {
    plain.push_back(baton::detail::plain::classify<List>(text.substr(64 * i)));
  }
  std::vector<Window> fast(count);
  baton::detail::sse2::classify<List>(text, fast.data());
  require(fast == plain, "SSE2 classifies as the reference does");
  if (!__builtin_cpu_supports("avx2")) return;
  fast.assign(count, Window{});
  baton::detail::avx2::classify<List>(text, fast.data());
  require(fast == plain, "AVX2 classifies as the reference does");
#else
  static_cast<void>(text);
#endif
}

inline void check_tracestate_twins(const ExactFields& fields) {
  baton::detail::TraceStateParser fast;
  baton::detail::TraceStateParser slow;
  const std::size_t fast_count = fields.each([&](auto field) { return fast.feed(field); });
  const std::size_t slow_count =
      fields.each([&](auto field) { return slow.feed_one_by_one(field); });
  require(fast_count == slow_count, "both stop at the same field");
  require(fast.error() == slow.error(), "both find the same error");
  require(fast.duplicate() == slow.duplicate(), "both find the same repeated key");
  require_same(fast.finish().header(), slow.finish().header(), "both read the same tracestate");
}

inline void check_baggage_twins(const ExactFields& fields, const baton::BaggageLimits& limits) {
  using baton::ParseError;
  std::vector<ParseError> fast_errors;
  std::vector<ParseError> slow_errors;
  const auto add_fast = [&](ParseError error) { fast_errors.push_back(error); };
  const auto add_slow = [&](ParseError error) { slow_errors.push_back(error); };
  baton::detail::BaggageParser fast(limits, add_fast);
  baton::detail::BaggageParser slow(limits, add_slow);
  const std::size_t fast_count = fields.each([&](auto field) { return fast.feed(field); });
  const std::size_t slow_count =
      fields.each([&](auto field) { return slow.feed_one_by_one(field); });
  require(fast_count == slow_count, "both stop at the same field");
  require(fast_errors == slow_errors, "both report the same errors");
  require_same(fast.finish().header(), slow.finish().header(), "both read the same baggage");
}

/// A key that was added before is known, in however many other ones. Each is in a buffer of its
/// size.
inline void check_key_filter(const std::vector<std::string>& keys) {
  baton::detail::KeyFilter filter;
  std::vector<std::vector<char>> added;
  for (const std::string& key : keys) {
    if (key.empty() || added.size() == baton::detail::KeyFilter::capacity) continue;
    const std::vector<char> exact(key.begin(), key.end());
    const bool may_be_there = filter.insert({exact.data(), exact.size()});
    require(may_be_there || std::ranges::count(added, exact) == 0, "never a false no");
    added.push_back(exact);
    require(filter.size() == added.size(), "each is counted");
  }
}

}  // namespace laws
