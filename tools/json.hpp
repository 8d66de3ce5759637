// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "tools/extraction.hpp"

namespace baton::tool {

/// One line of JSON, without its newline:
///
///     {"context": {"trace_id", "span_id", "flags", "sampled", "random", "remote"} or null,
///      "tracestate": [{"key", "value"}],
///      "baggage": [{"key", "value", "properties": [{"key", "value" or null}]}],
///      "sampling": "defer" | "drop" | "sample" | "debug",
///      "format": name or null,
///      "trace_id": a trace id alone, or null,
///      "issues": [{"field", "error", "offset", "message"}]}
[[nodiscard]] std::string to_json(const Extraction& extraction);

}  // namespace baton::tool
