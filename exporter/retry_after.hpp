// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <absl/time/time.h>

#include <string_view>

namespace baton::detail {

/// How long to wait by a field `Retry-After`, at most `max_retry_after`; zero if it is malformed or
/// absent. RFC 9110 §10.2.3.
[[nodiscard]] absl::Duration read_retry_after(std::string_view value, absl::Time now);

inline constexpr absl::Duration max_retry_after = absl::Minutes(1);

}  // namespace baton::detail
