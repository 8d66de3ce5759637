// SPDX-License-Identifier: Apache-2.0
#pragma once

/// nginx's headers, and what is common to all files of the module.

extern "C" {
// The first one chooses the features of the system's headers.
#include <ngx_config.h>
// Behind it.
#include <ngx_core.h>
#include <ngx_http.h>
}

#include <string_view>

extern "C" ngx_module_t ngx_http_baton_module;

namespace baton::nginx {

inline std::string_view view(const ngx_str_t& text) noexcept {
  return {reinterpret_cast<const char*>(text.data), text.len};
}

/// nginx reads such a text and does not change it, but has no word for that.
inline ngx_str_t text_of(std::string_view text) noexcept {
  return {text.size(), reinterpret_cast<u_char*>(const_cast<char*>(text.data()))};
}

}  // namespace baton::nginx
