// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstring>
#include <new>
#include <span>
#include <string>
#include <type_traits>

#include "nginx/metrics.hpp"
#include "nginx/settings.hpp"

namespace baton::nginx {
namespace {

char* failed() noexcept { return static_cast<char*>(NGX_CONF_ERROR); }

/// nginx prints it behind the name of the directive, and does not change it.
char* complaint(const char* text) noexcept { return const_cast<char*>(text); }

MainSettings& main_settings_of(ngx_conf_t* cf) noexcept {
  return *static_cast<MainSettings*>(ngx_http_conf_get_module_main_conf(cf, ngx_http_baton_module));
}

/// Whether the text of a problem already names the directive.
enum class Names : bool { nothing, directive };

/// Reports what is wrong with a directive; nginx adds the file and the line.
char* report(ngx_conf_t* cf, const std::string& problem, Names names = Names::nothing) {
  if (problem.empty()) return NGX_CONF_OK;
  const auto& directive = static_cast<const ngx_str_t*>(cf->args->elts)[0];
  const ngx_str_t text = text_of(problem);
  if (names == Names::directive) {
    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "%V", &text);
  } else {
    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "%V: %V", &directive, &text);
  }
  return failed();
}

/// Reads a part of the configuration. Without memory the whole fails: nginx, which is C, must not
/// see an exception.
template <class Read>
char* read_safely(ngx_conf_t* cf, Read read) {
  try {
    return read();
  } catch (const std::bad_alloc&) {
    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "baton: no memory");
    return failed();
  }
}

/// The arguments of the directive as one text, in the configuration's memory.
bool join_arguments(ngx_conf_t* cf, char separator, ngx_str_t& joined) noexcept {
  const std::span words(static_cast<const ngx_str_t*>(cf->args->elts), cf->args->nelts);
  const std::span arguments = words.subspan(1);
  std::size_t size = 0;
  for (const ngx_str_t& each : arguments) size += each.len + 1;
  auto* const text = static_cast<u_char*>(ngx_pnalloc(cf->pool, size));
  if (text == nullptr) return false;
  u_char* end = text;
  for (const ngx_str_t& each : arguments) {
    end = std::copy_n(each.data, each.len, end);
    *end++ = static_cast<u_char>(separator);
  }
  joined = {size - 1, text};
  return true;
}

SetupValues& values_of(void* settings) noexcept { return static_cast<Settings*>(settings)->values; }

using Check = std::string (*)(const ngx_str_t&);

/// A directive with words, joined by a separator.
template <ngx_str_t SetupValues::* value, Check check, Names names, char separator>
char* set_words(ngx_conf_t* cf, ngx_command_t* /*command*/, void* settings) {
  ngx_str_t& text = values_of(settings).*value;
  if (text.data != nullptr) return complaint("is duplicate");
  if (!join_arguments(cf, separator, text)) return failed();
  return read_safely(cf, [&] { return report(cf, check(text), names); });
}

char* set_sampler(ngx_conf_t* cf, ngx_command_t* /*command*/, void* settings) {
  SetupValues& values = values_of(settings);
  if (values.sampler.data != nullptr) return complaint("is duplicate");
  const auto* const arguments = static_cast<const ngx_str_t*>(cf->args->elts);
  values.sampler = arguments[1];
  values.sampler_argument = cf->args->nelts > 2 ? arguments[2] : ngx_str_t{0, nullptr};
  return read_safely(
      cf, [&] { return report(cf, check_sampler(values.sampler, values.sampler_argument)); });
}

char* set_on(ngx_conf_t* cf, ngx_command_t* command, void* settings) {
  char* const result = ngx_conf_set_flag_slot(cf, command, settings);
  if (static_cast<Settings*>(settings)->on == 1) main_settings_of(cf).is_used = true;
  return result;
}

char* set_response(ngx_conf_t* cf, ngx_command_t* command, void* settings) {
  char* const result = ngx_conf_set_flag_slot(cf, command, settings);
  if (static_cast<Settings*>(settings)->response == 1) main_settings_of(cf).responds = true;
  return result;
}

char* set_metrics(ngx_conf_t* cf, ngx_command_t* /*command*/, void* any) {
  auto& settings = *static_cast<Settings*>(any);
  if (settings.is_metrics) return complaint("is duplicate");
  settings.is_metrics = true;
  main_settings_of(cf).is_used = true;
  auto* const location = static_cast<ngx_http_core_loc_conf_t*>(
      ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module));
  location->handler = &answer_metrics;
  return NGX_CONF_OK;
}

ngx_conf_enum_t policies[] = {
    {ngx_string("last_wins"), static_cast<ngx_uint_t>(ExtractionPolicy::last_wins)},
    {ngx_string("first_match"), static_cast<ngx_uint_t>(ExtractionPolicy::first_match)},
    {ngx_null_string, 0},
};

ngx_conf_enum_t tracers[] = {
    {ngx_string("off"), tracer_off},
    {ngx_string("ids"), tracer_ids},
    {ngx_null_string, 0},
};

constexpr ngx_uint_t anywhere = NGX_HTTP_MAIN_CONF | NGX_HTTP_SRV_CONF | NGX_HTTP_LOC_CONF;

/// Only what an inner block says; what it does not say, the outer block says.
void inherit(SetupValues& inner, const SetupValues& outer) noexcept {
  for (const auto text : {&SetupValues::extract, &SetupValues::inject, &SetupValues::callers,
                          &SetupValues::upstream}) {
    if ((inner.*text).data == nullptr) inner.*text = outer.*text;
  }
  if (inner.sampler.data == nullptr) {
    inner.sampler = outer.sampler;
    inner.sampler_argument = outer.sampler_argument;
  }
  const auto last_wins = static_cast<ngx_uint_t>(ExtractionPolicy::last_wins);
  ngx_conf_merge_uint_value(inner.policy, outer.policy, last_wins);
  ngx_conf_merge_uint_value(inner.tracer, outer.tracer, tracer_off);
  ngx_conf_merge_value(inner.b3_short_trace_ids, outer.b3_short_trace_ids, 0);
  ngx_conf_merge_value(inner.sampling_in_tracestate, outer.sampling_in_tracestate, 0);
}

/// Texts are the same if they are of the same directive.
bool are_same(const SetupValues& a, const SetupValues& b) noexcept {
  static_assert(std::has_unique_object_representations_v<SetupValues>);
  return std::memcmp(&a, &b, sizeof(SetupValues)) == 0;
}

constexpr SetupValues unset_values() noexcept {
  SetupValues values{};
  values.policy = NGX_CONF_UNSET_UINT;
  values.tracer = NGX_CONF_UNSET_UINT;
  values.b3_short_trace_ids = NGX_CONF_UNSET;
  values.sampling_in_tracestate = NGX_CONF_UNSET;
  return values;
}

char* merge(ngx_conf_t* cf, Settings& outer, Settings& inner) {
  // A scrape is no request to count.
  if (inner.is_metrics && inner.on == NGX_CONF_UNSET) inner.on = 0;
  ngx_conf_merge_value(inner.on, outer.on, 0);
  ngx_conf_merge_value(inner.response, outer.response, 0);

  if (outer.setup == nullptr) {  // that of `http`
    inherit(outer.values, unset_values());
    outer.setup = make_setup(cf, outer.values);
    if (outer.setup == nullptr) return failed();
  }
  inherit(inner.values, outer.values);
  const bool has_same_sampler = inner.values.sampler.data == outer.values.sampler.data;
  inner.setup =
      are_same(inner.values, outer.values)
          ? outer.setup
          : make_setup(cf, inner.values, has_same_sampler ? outer.setup->sampler : nullptr);
  return inner.setup != nullptr ? NGX_CONF_OK : failed();
}

}  // namespace

ngx_command_t directives[] = {
    {ngx_string("baton"), anywhere | NGX_HTTP_LIF_CONF | NGX_CONF_FLAG, &set_on,
     NGX_HTTP_LOC_CONF_OFFSET, offsetof(Settings, on), nullptr},
    {ngx_string("baton_extract"), anywhere | NGX_CONF_1MORE,
     &set_words<&SetupValues::extract, &check_formats, Names::nothing, ','>,
     NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr},
    {ngx_string("baton_inject"), anywhere | NGX_CONF_1MORE,
     &set_words<&SetupValues::inject, &check_formats, Names::nothing, ','>,
     NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr},
    {ngx_string("baton_policy"), anywhere | NGX_CONF_TAKE1, &ngx_conf_set_enum_slot,
     NGX_HTTP_LOC_CONF_OFFSET, offsetof(Settings, values) + offsetof(SetupValues, policy),
     policies},
    {ngx_string("baton_callers"), anywhere | NGX_CONF_1MORE,
     &set_words<&SetupValues::callers, &check_callers, Names::directive, ' '>,
     NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr},
    {ngx_string("baton_upstream"), anywhere | NGX_CONF_1MORE,
     &set_words<&SetupValues::upstream, &check_upstream, Names::directive, ' '>,
     NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr},
    {ngx_string("baton_tracer"), anywhere | NGX_CONF_TAKE1, &ngx_conf_set_enum_slot,
     NGX_HTTP_LOC_CONF_OFFSET, offsetof(Settings, values) + offsetof(SetupValues, tracer), tracers},
    {ngx_string("baton_sampler"), anywhere | NGX_CONF_TAKE12, &set_sampler,
     NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr},
    {ngx_string("baton_response"), anywhere | NGX_CONF_FLAG, &set_response,
     NGX_HTTP_LOC_CONF_OFFSET, offsetof(Settings, response), nullptr},
    {ngx_string("baton_b3_short_trace_ids"), anywhere | NGX_CONF_FLAG, &ngx_conf_set_flag_slot,
     NGX_HTTP_LOC_CONF_OFFSET,
     offsetof(Settings, values) + offsetof(SetupValues, b3_short_trace_ids), nullptr},
    {ngx_string("baton_sampling_in_tracestate"), anywhere | NGX_CONF_FLAG, &ngx_conf_set_flag_slot,
     NGX_HTTP_LOC_CONF_OFFSET,
     offsetof(Settings, values) + offsetof(SetupValues, sampling_in_tracestate), nullptr},
    {ngx_string("baton_metrics"), NGX_HTTP_LOC_CONF | NGX_CONF_NOARGS, &set_metrics,
     NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr},
    ngx_null_command,
};

void* create_main_settings(ngx_conf_t* cf) { return ngx_pcalloc(cf->pool, sizeof(MainSettings)); }

void* create_settings(ngx_conf_t* cf) {
  auto* const settings = static_cast<Settings*>(ngx_pcalloc(cf->pool, sizeof(Settings)));
  if (settings == nullptr) return nullptr;
  settings->on = NGX_CONF_UNSET;
  settings->response = NGX_CONF_UNSET;
  settings->values = unset_values();
  return settings;
}

char* merge_settings(ngx_conf_t* cf, void* outer, void* inner) {
  return read_safely(cf, [&] {
    return merge(cf, *static_cast<Settings*>(outer), *static_cast<Settings*>(inner));
  });
}

}  // namespace baton::nginx
