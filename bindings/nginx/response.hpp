// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "nginx/nginx.hpp"

namespace baton::nginx {

/// Puts the filter that writes `traceresponse` before those that exist.
void add_response_filter() noexcept;

}  // namespace baton::nginx
