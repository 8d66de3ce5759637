// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "tools/extraction.hpp"
#include "tools/fields.hpp"
#include "tools/paint.hpp"

namespace baton::tool {

/// Explains what one format reads: rows of a label and a value. `fields` are the fields of this
/// format only, and `found` and `context` are what it read from them.
[[nodiscard]] std::string explain_format(const Propagator& format, const Fields& fields,
                                         Extracted found, const Context& context,
                                         const Paint& paint);

/// Explains what a service would read from the whole request.
[[nodiscard]] std::string explain_request(const Extraction& extraction, const Paint& paint);

/// The consequence of an issue: what is not read because of it.
[[nodiscard]] std::string_view consequence(const ExtractReport::Issue& issue) noexcept;

}  // namespace baton::tool
