// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace baton::tool {

/// Appends printable ASCII as it is, a backslash doubled, and every other byte as `\xNN`.
void append_escaped(std::string& out, char byte);

/// How many columns `append_escaped` takes.
[[nodiscard]] std::size_t escaped_width(char byte) noexcept;

/// All bytes by `append_escaped`.
[[nodiscard]] std::string escape(std::string_view bytes);

/// UTF-8 on one line that cannot control a terminal: bytes of control characters (C0, DEL, C1) and
/// bytes that are not UTF-8 become `\xNN`, a backslash is doubled, all other characters remain.
[[nodiscard]] std::string escape_controls(std::string_view text);

}  // namespace baton::tool
