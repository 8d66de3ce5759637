// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory_resource>
#include <string>
#include <string_view>

namespace baton::json {

/// Writes the decoded inside of a string, in UTF-8: at most as many bytes. Returns the end. The
/// scanner must have checked it.
char* decode(std::string_view inside, char* out) noexcept;

/// Appends the decoded inside of a string, in UTF-8. The scanner must have checked it.
void append_decoded(std::string_view inside, std::string& out);

/// The place, in the inside of a string, of the byte at `index` of its decoded text.
std::size_t place_of_byte(std::string_view inside, std::size_t index) noexcept;

/// Appends `text` as a string, in quotes. Bytes that are not UTF-8 become U+FFFD, one for each
/// maximal subpart.
void append_quoted(std::string_view text, std::pmr::string& out);

}  // namespace baton::json
