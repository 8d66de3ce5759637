// SPDX-License-Identifier: Apache-2.0
#include "baton/testing/fields.hpp"

#include <string_view>

#include "baton/testing/shown.hpp"

namespace baton::testing {
namespace {

constexpr std::size_t max_shown = 400;

void append_shown(std::string_view text, std::string& out) {
  out += escaped(text.substr(0, max_shown));
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
