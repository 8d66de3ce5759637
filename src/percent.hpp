#pragma once

#include <string>
#include <string_view>

namespace baton::detail {

/// Appends `raw` percent-decoded. What then is not UTF-8 becomes U+FFFD, one for each maximal
/// subpart; a `%` that starts no escape stays as it is, and so does `+`.
void append_percent_decoded(std::string_view raw, std::string& out);

/// Appends `value` with everything but baggage-octets, and `%`, percent-encoded.
void append_percent_encoded(std::string_view value, std::string& out);

}  // namespace baton::detail
