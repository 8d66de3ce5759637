// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "tools/probe/case.hpp"
#include "tools/probe/run.hpp"

namespace baton::tool::probe {

/// The bytes of a request: the case's lines exactly as they are, after the fields that any request
/// has, of which the options may replace some. `token` is in the URLs that the service is told to
/// call; on a fixed route it is a parameter of the request's own URL.
[[nodiscard]] std::string make_request(const RunOptions& options, const Case& row,
                                       std::string_view callback, std::string_view token);

}  // namespace baton::tool::probe
