// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http.hpp"

namespace gateway {

/// The answer of the gateway in place of the upstream.
struct Refusal {
  http::status status;
  std::string_view why;
};

/// The answer to a request that cannot be read; none if the client waits for none.
[[nodiscard]] std::optional<Refusal> refusal_of(const error_code& error);

/// Refuses requests that Beast's parser accepts although another server may read them in another
/// way. Request smuggling needs two servers that disagree on the end of a request (RFC 9112,
/// §11.2).
///
///  - folded lines (§5.2), more than 256 fields;
///  - any transfer coding but `chunked` alone, or beside a length (§6.1), or in HTTP/1.0;
///  - a repeated length, even if it is the same (§6.3);
///  - no `Host` in HTTP/1.1, several, or an invalid one (§3.2);
///  - targets that are neither a path nor `http://…`, and `CONNECT`.
///
/// `raw` is the header as it arrived.
[[nodiscard]] std::optional<Refusal> check(std::string_view raw, const RequestHeader& header);

/// Makes `http://host/path` a path and its host the `Host` (§3.2.2), and adds a `Host` to HTTP/1.0
/// requests without one.
void normalise(RequestHeader& header, const std::string& default_host);

/// Whether the length of a message's body is unambiguous.
[[nodiscard]] bool has_clear_framing(const http::fields& fields, unsigned version);

}  // namespace gateway
