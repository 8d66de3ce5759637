// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http.hpp"

namespace gateway {

/// Why there is no answer from the upstream.
struct Refusal {
  http::status status;
  std::string_view why;
};

/// What is left of a request when it cannot be read; none where nobody waits for an answer.
[[nodiscard]] std::optional<Refusal> refusal_of(const error_code& error);

/// Refuses what Beast's parser lets pass although another server may read it in another way: two
/// that disagree on where a request ends are what request smuggling needs (RFC 9112, §11.2).
///
///  - folded lines (§5.2), more than 256 fields;
///  - any transfer coding but `chunked` alone, or beside a length (§6.1), or in HTTP/1.0;
///  - a length that is said twice, be it the same (§6.3);
///  - no `Host` in HTTP/1.1, several, or one that is no host (§3.2);
///  - targets that are neither a path nor `http://…`, and `CONNECT`.
///
/// `raw` is the header as it came.
[[nodiscard]] std::optional<Refusal> check(std::string_view raw, const RequestHeader& header);

/// Makes `http://host/path` a path and its host the `Host` (§3.2.2), and gives a `Host` to the old
/// requests that came without one.
void normalise(RequestHeader& header, const std::string& default_host);

/// Whether the length of a message's body is said in one way only.
[[nodiscard]] bool has_clear_framing(const http::fields& fields, unsigned version);

}  // namespace gateway
