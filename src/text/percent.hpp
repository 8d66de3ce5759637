// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "text/chars.hpp"

namespace baton::detail {

// A `Text` is std::string or GrowingText.

/// Appends the bytes that `raw` encodes. False: it has a `%` that starts no escape, which remains
/// as it is; so does `+`.
template <class Text>
bool append_bytes(std::string_view raw, Text& out);

/// Appends `raw` percent-decoded. Bytes that are then not UTF-8 become U+FFFD, one for each maximal
/// subpart; a `%` that starts no escape remains, and so does `+`.
void append_percent_decoded(std::string_view raw, std::string& out);

/// Appends `value` percent-encoded, except for the characters in `plain`.
template <class Text>
void append_percent_encoded(std::string_view value, Text& out,
                            const Charset& plain = unescaped_baggage_octets);

}  // namespace baton::detail
