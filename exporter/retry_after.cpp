// SPDX-License-Identifier: Apache-2.0
#include "exporter/retry_after.hpp"

#include <absl/strings/numbers.h>

#include <algorithm>
#include <cstdint>
#include <string>

#include "text/chars.hpp"

namespace baton::detail {
namespace {

/// Whether it is a date of that format, and which.
bool read_date(const char* format, absl::string_view text, absl::Time& date) {
  std::string ignored;
  return absl::ParseTime(format, text, &date, &ignored) &&
         date != absl::InfiniteFuture();  // which Abseil reads in any format
}

/// A date in one of the three forms of RFC 9110 §5.6.7.
absl::Duration time_until(absl::string_view text, absl::Time now) {
  absl::Time date;
  if (read_date("%a, %d %b %Y %H:%M:%S GMT", text, date) ||
      read_date("%a %b %e %H:%M:%S %Y", text, date)) {
    return date - now;
  }
  if (!read_date("%A, %d-%b-%y %H:%M:%S GMT", text, date)) return absl::ZeroDuration();
  // A year of two digits is at most 50 years ahead of this one. Abseil reads those from 1969 to
  // 2068.
  const absl::TimeZone utc = absl::UTCTimeZone();
  const bool is_ahead = absl::ToCivilYear(now, utc) - absl::ToCivilYear(date, utc) >= 50;
  return is_ahead ? max_retry_after : date - now;
}

}  // namespace

absl::Duration read_retry_after(std::string_view value, absl::Time now) {
  absl::Duration wait;
  const absl::string_view text(value.data(), value.size());
  std::uint32_t seconds = 0;
  if (!value.empty() && digits.find_outside(value) == value.size()) {
    // A number of more digits is as long as can be.
    wait = absl::SimpleAtoi(text, &seconds) ? absl::Seconds(seconds) : max_retry_after;
  } else {
    wait = time_until(text, now);
  }
  return std::clamp(wait, absl::ZeroDuration(), max_retry_after);
}

}  // namespace baton::detail
