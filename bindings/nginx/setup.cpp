// SPDX-License-Identifier: Apache-2.0
#include "nginx/setup.hpp"

#include <new>
#include <utility>

#include "baton/configuration.hpp"
#include "baton/samplers.hpp"
#include "core/trust_text.hpp"

namespace baton::nginx {
namespace {

constexpr std::string_view default_formats = "tracecontext,baggage";
constexpr std::string_view default_sampler = "parentbased_always_on";

std::string_view either(const ngx_str_t& value, std::string_view otherwise) noexcept {
  return value.data != nullptr ? view(value) : otherwise;
}

/// The rule of a location is that of all destinations: it has one upstream.
std::vector<DestinationRule> read_upstream(const ngx_str_t& value, detail::Errors& errors) {
  if (value.data == nullptr) return {};
  return detail::parse_destinations("baton_upstream", "*: " + std::string(view(value)), errors);
}

void read_callers(const ngx_str_t& value, TrustRules& rules, detail::Errors& errors) {
  detail::parse_callers("baton_callers", view(value), rules, errors);
}

void destroy(void* setup) { static_cast<Setup*>(setup)->~Setup(); }

}  // namespace

std::string check_formats(const ngx_str_t& value) { return make_chain(view(value)).error; }

std::string check_callers(const ngx_str_t& value) {
  detail::Errors errors;
  TrustRules rules;
  read_callers(value, rules, errors);
  return errors.text();
}

std::string check_upstream(const ngx_str_t& value) {
  detail::Errors errors;
  // What else would begin a second rule for the same upstream, which never counts.
  if (view(value).find(';') != std::string_view::npos) {
    errors.add("baton_upstream: ';' in '" + std::string(view(value)) + "'");
  }
  read_upstream(value, errors);
  return errors.text();
}

std::string check_sampler(const ngx_str_t& name, const ngx_str_t& argument) {
  return make_sampler(view(name), view(argument)).error;
}

const Setup* make_setup(ngx_conf_t* cf, const SetupValues& values,
                        std::shared_ptr<const Sampler> inherited) {
  ngx_pool_cleanup_t* const cleanup = ngx_pool_cleanup_add(cf->pool, sizeof(Setup));
  if (cleanup == nullptr) return nullptr;
  auto* const setup = new (cleanup->data) Setup;
  cleanup->handler = &destroy;

  detail::Errors errors;  // each directive was checked
  ChainConfiguration configuration;
  configuration.extract = either(values.extract, default_formats);
  configuration.inject = either(values.inject, default_formats);
  configuration.policy = static_cast<ExtractionPolicy>(values.policy);
  configuration.options.b3_short_trace_ids = values.b3_short_trace_ids == 1;
  configuration.options.sampling_in_tracestate = values.sampling_in_tracestate == 1;
  configuration.trust.destinations = read_upstream(values.upstream, errors);
  read_callers(values.callers, configuration.trust, errors);
  setup->chain = make_chain(configuration).chain;
  setup->names = FieldNames(setup->chain);
  setup->has_tracer = values.tracer == tracer_ids;
  setup->sampler = std::move(inherited);
  if (setup->sampler == nullptr) {
    setup->sampler =
        make_sampler(either(values.sampler, default_sampler), view(values.sampler_argument))
            .sampler;
  }
  return setup;
}

}  // namespace baton::nginx
