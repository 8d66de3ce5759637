// SPDX-License-Identifier: Apache-2.0
#include "nginx/variables.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "baton/detail/ascii.hpp"
#include "baton/detail/memory_source.hpp"
#include "nginx/request.hpp"

namespace baton::nginx {
namespace {

using Value = ngx_http_variable_value_t;

ngx_int_t set_nothing(Value& value) noexcept {
  value.valid = 0;
  value.not_found = 1;
  return NGX_OK;
}

ngx_int_t set_text(Value& value, std::string_view text) noexcept {
  const ngx_str_t found = text_of(text);
  value.len = static_cast<unsigned>(found.len) & 0xfffffffU;  // 28 bits; fields are shorter
  value.data = found.data;
  value.valid = 1;
  value.no_cacheable = 0;
  value.not_found = 0;
  return NGX_OK;
}

/// There is no memory. nginx asks for the length of a value and then for the value itself: both
/// answers must agree, so this one is cached.
ngx_int_t fail(Value& value) noexcept {
  value.no_cacheable = 0;
  return NGX_ERROR;
}

template <class Id>
ngx_int_t set_id(Value& value, const Id& id, std::span<char, Id::hex_size> digits) noexcept {
  if (!id.is_valid()) return set_nothing(value);
  id.write_hex(digits);
  return set_text(value, {digits.data(), digits.size()});
}

/// Sets a variable by what was read of the request.
template <class Set>
ngx_int_t set_by_reading(ngx_http_request_t* r, Value& value, Set&& set) noexcept {
  if (Reading* const reading = reading_of(r)) return set(*reading);
  return settings_of(r).on == 1 ? fail(value) : set_nothing(value);
}

ngx_int_t get_trace_id(ngx_http_request_t* r, Value* value, std::uintptr_t /*data*/) {
  return set_by_reading(r, *value, [value](Reading& reading) {
    return set_id(*value, reading.context.trace_id(), reading.digits.trace_id);
  });
}

ngx_int_t get_span_id(ngx_http_request_t* r, Value* value, std::uintptr_t /*data*/) {
  return set_by_reading(r, *value, [value](Reading& reading) {
    return set_id(*value, reading.context.span_context().span_id, reading.digits.span_id);
  });
}

ngx_int_t get_parent_id(ngx_http_request_t* r, Value* value, std::uintptr_t /*data*/) {
  return set_by_reading(r, *value, [value](Reading& reading) {
    return set_id(*value, reading.parent, reading.digits.parent);
  });
}

ngx_int_t get_sampled(ngx_http_request_t* r, Value* value, std::uintptr_t /*data*/) {
  return set_by_reading(r, *value, [&](const Reading& reading) {
    const Sampling sampling = reading.context.sampling();
    if (sampling == Sampling::defer) return set_nothing(*value);
    return set_text(*value, is_sampled(sampling) ? "1" : "0");
  });
}

ngx_int_t get_format(ngx_http_request_t* r, Value* value, std::uintptr_t /*data*/) {
  return set_by_reading(r, *value, [&](const Reading& reading) {
    return reading.format.empty() ? set_nothing(*value) : set_text(*value, reading.format);
  });
}

constexpr std::string_view baggage_prefix = "baton_baggage_";

/// nginx writes names of variables in lowercase, with letters, digits and `_` only.
bool is_key(std::string_view key, std::string_view name) noexcept {
  return std::ranges::equal(key, name, [](char ours, char theirs) {
    return detail::is_letter_or_digit(ours) ? detail::to_lower(ours) == theirs : theirs == '_';
  });
}

/// The first member with such a key, percent-encoded as it came: decoded, it could end a line of a
/// header that it is put into. Without memory a repeated key appears repeatedly, so the last of
/// them is taken: that needs none.
ngx_int_t get_baggage(ngx_http_request_t* r, Value* value, std::uintptr_t data) {
  // NOLINTNEXTLINE(performance-no-int-to-ptr): nginx hands its pointer over as a number.
  std::string_view name = view(*reinterpret_cast<const ngx_str_t*>(data));
  name.remove_prefix(baggage_prefix.size());
  return set_by_reading(r, *value, [&](const Reading& reading) {
    const detail::MemorySource source(&take_from_pool, r->pool);
    std::optional<BaggageMember> found;
    for (const BaggageMember& member : reading.context.baggage()) {
      if (found ? member.key() == found->key() : is_key(member.key(), name)) found = member;
    }
    return found ? set_text(*value, found->raw_value()) : set_nothing(*value);
  });
}

struct Variable {
  std::string_view name;
  ngx_http_get_variable_pt get;
  ngx_uint_t flags = 0;
};

constexpr std::array variables{
    Variable{"baton_trace_id", &get_trace_id},
    Variable{"baton_span_id", &get_span_id},
    Variable{"baton_parent_id", &get_parent_id},
    Variable{"baton_sampled", &get_sampled},
    Variable{"baton_format", &get_format},
    Variable{baggage_prefix, &get_baggage, NGX_HTTP_VAR_PREFIX},
};

}  // namespace

ngx_int_t add_variables(ngx_conf_t* cf) {
  for (const Variable& each : variables) {
    ngx_str_t name = text_of(each.name);
    // An internal redirect may change them.
    ngx_http_variable_t* const added =
        ngx_http_add_variable(cf, &name, each.flags | NGX_HTTP_VAR_NOCACHEABLE);
    if (added == nullptr) return NGX_ERROR;
    added->get_handler = each.get;
  }
  return NGX_OK;
}

}  // namespace baton::nginx
