// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "http.hpp"

namespace gateway {

using FieldFilter = std::function<void(http::fields&)>;

/// Takes out what is between two neighbours alone (RFC 9110, §7.6.1): `Connection` and all that it
/// names, and the fields that are known to be so without being named.
///
/// `Host` and `Content-Length` stay even where they are named: who could have them taken out would
/// make the next server see another request than we did.
void remove_hop_by_hop(http::fields& fields);

/// The same for a request, but that it may go on asking for trailers (`TE: trailers`, §10.1.4).
void prepare_for_upstream(RequestHeader& header);

/// `name: value` and CRLF for each.
void append_fields(std::string& text, const http::fields& fields);

/// The header as it goes out, always as HTTP/1.1.
[[nodiscard]] std::string to_text(const RequestHeader& header);
[[nodiscard]] std::string to_text(const ResponseHeader& header);

}  // namespace gateway
