// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "baton/chain.hpp"
#include "baton/sampler.hpp"
#include "nginx/fields.hpp"
#include "nginx/nginx.hpp"

namespace baton::nginx {

/// What the directives of one location make: its propagators, its trust and its tracer. Locations
/// whose directives are the same share it. It lives as long as the configuration.
struct Setup {
  PropagatorChain chain;
  FieldNames names{};  ///< that belong to the chain
  /// One per `baton_sampler` directive; all locations that inherit the directive share it.
  std::shared_ptr<const Sampler> sampler;
  bool has_tracer = false;  ///< nginx starts spans
};

/// The values of the directives that make a Setup. A text that is not set has no data.
struct SetupValues {
  ngx_str_t extract;
  ngx_str_t inject;
  ngx_str_t callers;
  ngx_str_t upstream;
  ngx_str_t sampler;
  ngx_str_t sampler_argument;
  ngx_uint_t policy;
  ngx_uint_t tracer;
  ngx_flag_t b3_short_trace_ids;
  ngx_flag_t sampling_in_tracestate;
};

inline constexpr ngx_uint_t tracer_off = 0;
inline constexpr ngx_uint_t tracer_ids = 1;

// Each returns what is wrong with the value of a directive, as a sentence; empty: nothing.
[[nodiscard]] std::string check_formats(const ngx_str_t& value);
[[nodiscard]] std::string check_callers(const ngx_str_t& value);
[[nodiscard]] std::string check_upstream(const ngx_str_t& value);
[[nodiscard]] std::string check_sampler(const ngx_str_t& name, const ngx_str_t& argument);

/// Makes it of checked values, in the configuration's memory; null if there is none. Without a
/// sampler that is inherited, makes one.
[[nodiscard]] const Setup* make_setup(ngx_conf_t* cf, const SetupValues& values,
                                      std::shared_ptr<const Sampler> inherited = nullptr);

}  // namespace baton::nginx
