// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "baton/testing/draw.hpp"
#include "baton/testing/fields.hpp"

namespace baton::testing {

/// Fields that a service must survive: it answers, in bounded time and memory, and sends nothing on
/// that it should not.
struct HostileRequest {
  std::string format;   ///< the format that is attacked, as in the registry
  std::string attacks;  ///< what it attacks, in words: "tracestate: one member over the limit"
  FieldList fields;
};

/// No request has more bytes in its names and values, or more fields.
inline constexpr std::size_t max_hostile_bytes = std::size_t{256} << 10;
inline constexpr std::size_t max_hostile_fields = 1100;

/// The fixed cases of a format, always the same: each mutation of valid fields, limits that are met
/// exactly and passed by one, huge counts and sizes, encodings, repeated and contradicting fields,
/// and texts that harm whoever prints, decodes or forwards them. Each has words of its own. Empty
/// for an unknown format.
///
/// Values may have any bytes, line breaks and zeros included: a case may be one that only a
/// transport other than HTTP can deliver, or an HTTP server that decodes for others.
[[nodiscard]] std::vector<HostileRequest> hostile_catalog(std::string_view format);

/// Another case: several mutations, other sizes, other bytes. Without fields for an unknown format.
[[nodiscard]] HostileRequest draw_hostile_request(std::string_view format, Draw& draw);

/// Whether HTTP/1.1 can deliver the fields as they are: names that are tokens, and values without
/// CR, LF and NUL (RFC 9110, §5.5).
[[nodiscard]] bool fits_http(const FieldList& fields) noexcept;

}  // namespace baton::testing
