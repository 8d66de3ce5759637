// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "text/chars.hpp"

namespace baton::detail {

/// Appends the bytes for which `raw` stands. False: there was a `%` that starts no escape, and
/// stays as it is; so does `+`.
bool append_bytes(std::string_view raw, std::string& out);

/// Appends `raw` percent-decoded. What then is not UTF-8 becomes U+FFFD, one for each maximal
/// subpart; a `%` that starts no escape stays as it is, and so does `+`.
void append_percent_decoded(std::string_view raw, std::string& out);

/// Appends `value` with everything but the characters that may stay percent-encoded.
void append_percent_encoded(std::string_view value, std::string& out,
                            const Charset& plain = unescaped_baggage_octets);

}  // namespace baton::detail
