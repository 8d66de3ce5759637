// SPDX-License-Identifier: Apache-2.0
#include "nginx/metrics.hpp"
#include "nginx/request.hpp"
#include "nginx/response.hpp"
#include "nginx/settings.hpp"
#include "nginx/variables.hpp"

namespace baton::nginx {
namespace {

/// A configuration that does not use the module has no handler of it.
ngx_int_t add_handlers(ngx_conf_t* cf) {
  auto& settings =
      *static_cast<MainSettings*>(ngx_http_conf_get_module_main_conf(cf, ngx_http_baton_module));
  if (!settings.is_used) return NGX_OK;
  if (settings.responds) add_response_filter();
  auto& core = *static_cast<ngx_http_core_main_conf_t*>(
      ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module));
  auto* const handler = static_cast<ngx_http_handler_pt*>(
      ngx_array_push(&core.phases[NGX_HTTP_PREACCESS_PHASE].handlers));
  if (handler == nullptr) return NGX_ERROR;
  *handler = &rewrite_fields;
  return add_zone(cf, settings);
}

ngx_http_module_t context = {
    &add_variables,         // before the configuration is read
    &add_handlers,          // behind it
    &create_main_settings,  // of `http`
    nullptr,
    nullptr,  // of servers
    nullptr,
    &create_settings,  // of locations
    &merge_settings,
};

}  // namespace
}  // namespace baton::nginx

extern "C" {

ngx_module_t ngx_http_baton_module = {
    NGX_MODULE_V1,
    &baton::nginx::context,
    baton::nginx::directives,
    NGX_HTTP_MODULE,
    nullptr,
    nullptr,
    &baton::nginx::begin_counting,
    nullptr,
    nullptr,
    &baton::nginx::end_counting,
    nullptr,
    NGX_MODULE_V1_PADDING,
};

// What nginx looks for in a module's file. In nginx itself these names are its own modules.
[[gnu::visibility("default")]] ngx_module_t* ngx_modules[] = {&ngx_http_baton_module, nullptr};
[[gnu::visibility("default")]] char* ngx_module_names[] = {
    const_cast<char*>("ngx_http_baton_module"), nullptr};
[[gnu::visibility("default")]] char* ngx_module_order[] = {nullptr};
}
