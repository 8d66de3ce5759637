// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace baton::tool {

/// One byte as a person sees it: printable ASCII as it is, a backslash doubled, all else as `\xNN`.
void append_escaped(std::string& out, char byte);

/// How many columns `append_escaped` takes for it.
[[nodiscard]] std::size_t escaped_width(char byte) noexcept;

/// Every byte by `append_escaped`.
[[nodiscard]] std::string escape(std::string_view bytes);

/// UTF-8 on one line which cannot steer a terminal: bytes of control characters (C0, DEL, C1) and
/// bytes that are not UTF-8 become `\xNN`, a backslash is doubled, all else stays.
[[nodiscard]] std::string escape_controls(std::string_view text);

}  // namespace baton::tool
