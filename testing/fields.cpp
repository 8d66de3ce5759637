// SPDX-License-Identifier: Apache-2.0
#include "baton/testing/fields.hpp"

#include <string_view>

namespace baton::testing {
namespace {

constexpr std::size_t max_shown = 400;

void append_shown(std::string_view text, std::string& out) {
  constexpr std::string_view digits = "0123456789abcdef";
  for (const char c : text.substr(0, max_shown)) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\\') {
      out += "\\\\";
    } else if (byte < 0x20 || byte >= 0x7f) {
      out += "\\x";
      out += digits[byte >> 4];
      out += digits[byte & 0xf];
    } else {
      out += c;
    }
  }
  if (text.size() > max_shown) out += "... (" + std::to_string(text.size()) + " bytes)";
}

}  // namespace

std::string shown(const FieldList& fields) {
  std::string out;
  for (const auto& [name, value] : fields) {
    append_shown(name, out);
    out += ": ";
    append_shown(value, out);
    out += '\n';
  }
  return out;
}

}  // namespace baton::testing
