// SPDX-License-Identifier: Apache-2.0
#include "tools/outcome.hpp"

#include "tools/escape.hpp"

namespace baton::tool {

std::string complaint(std::string_view sentence, const Paint& paint) {
  return "baton: " + paint.bad(escape_controls(sentence)) + "\n";
}

Outcome refuse(std::string_view sentence) { return {Status::usage, {}, complaint(sentence)}; }

}  // namespace baton::tool
