// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "http.hpp"

namespace gateway {

using FieldFilter = std::function<void(http::fields&)>;

/// Removes hop-by-hop fields (RFC 9110, §7.6.1): `Connection`, all fields that it names, and the
/// fields that are hop-by-hop by definition.
///
/// `Host` and `Content-Length` remain even if they are named. A client that could remove them would
/// make the next server read another request than the gateway.
void remove_hop_by_hop(http::fields& fields);

/// The same for a request, but keeps `TE: trailers` (§10.1.4).
void prepare_for_upstream(RequestHeader& header);

/// Appends `name: value` and CRLF for each field.
void append_fields(std::string& text, const http::fields& fields);

/// The header as text, always as HTTP/1.1.
[[nodiscard]] std::string to_text(const RequestHeader& header);
[[nodiscard]] std::string to_text(const ResponseHeader& header);

}  // namespace gateway
