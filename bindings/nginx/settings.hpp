// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "nginx/setup.hpp"

namespace baton::nginx {

/// The directives of a location, and of the server and `http` around it.
struct Settings {
  ngx_flag_t on;
  ngx_flag_t response;
  bool is_metrics;  ///< `baton_metrics` is here
  SetupValues values;
  const Setup* setup;  ///< of the values; set once the configuration is read
};

/// Of all of `http`.
struct MainSettings {
  bool is_used;  ///< some directive turns the module on
  bool responds;
  ngx_shm_zone_t* zone;  ///< with the counts
};

inline const Settings& settings_of(const ngx_http_request_t* r) noexcept {
  return *static_cast<const Settings*>(r->loc_conf[ngx_http_baton_module.ctx_index]);
}

extern ngx_command_t directives[];

void* create_main_settings(ngx_conf_t* cf);
void* create_settings(ngx_conf_t* cf);
char* merge_settings(ngx_conf_t* cf, void* outer, void* inner);

}  // namespace baton::nginx
