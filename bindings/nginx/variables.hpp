// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "nginx/nginx.hpp"

namespace baton::nginx {

/// `$baton_trace_id` and the others, before the configuration is read. What nobody uses costs
/// nothing.
ngx_int_t add_variables(ngx_conf_t* cf);

}  // namespace baton::nginx
