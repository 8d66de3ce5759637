// SPDX-License-Identifier: Apache-2.0
#include "exporter/retry_after.hpp"

#include <absl/strings/numbers.h>

#include <algorithm>
#include <cstdint>
#include <string>

#include "text/chars.hpp"

namespace baton::detail {

absl::Duration read_retry_after(std::string_view value, absl::Time now) {
  absl::Duration wait = absl::ZeroDuration();
  const absl::string_view text(value.data(), value.size());
  std::uint32_t seconds = 0;
  absl::Time date;
  std::string ignored;
  if (!value.empty() && digits.find_outside(value) == value.size()) {
    // A number of more digits is as long as can be.
    wait = absl::SimpleAtoi(text, &seconds) ? absl::Seconds(seconds) : max_retry_after;
  } else if (absl::ParseTime("%a, %d %b %Y %H:%M:%S GMT", text, &date, &ignored) &&
             date != absl::InfiniteFuture()) {  // which Abseil reads in any format
    wait = date - now;
  }
  return std::clamp(wait, absl::ZeroDuration(), max_retry_after);
}

}  // namespace baton::detail
