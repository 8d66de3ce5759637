// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "nginx/settings.hpp"

/// The counts of all workers, in memory that they share. It outlasts a reload, and so do the counts
/// of workers that have ended. Each worker writes a block of its own, so none waits for another.
namespace baton::nginx {

/// Asks for the memory while the configuration is read.
[[nodiscard]] ngx_int_t add_zone(ngx_conf_t* cf, MainSettings& settings);

/// Lets this worker count in a block that no living worker has. If all are taken, it counts for
/// itself, and says so in the error log.
ngx_int_t begin_counting(ngx_cycle_t* cycle);
void end_counting(ngx_cycle_t* cycle);

/// The handler of a location with `baton_metrics`: the counts in Prometheus's text format.
ngx_int_t answer_metrics(ngx_http_request_t* r);

}  // namespace baton::nginx
