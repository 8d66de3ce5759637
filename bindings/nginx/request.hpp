// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string_view>

#include "baton/context.hpp"
#include "nginx/settings.hpp"

namespace baton::nginx {

/// What the propagators of one location read from a request, and what that location sends.
struct Reading {
  const Setup* setup;
  Reading* next;
  Context context{};          ///< of nginx's span or, without a tracer, of the caller's
  SpanId parent{};            ///< the caller's span, if nginx has one of its own
  std::string_view format{};  ///< the one that won
  bool has_span = false;      ///< nginx has a span
  bool has_failed = false;    ///< there was no memory for it: it has nothing of the above

  /// Where a variable writes the text of an id, once somebody asks for it.
  struct Digits {
    std::array<char, TraceId::hex_size> trace_id;
    std::array<char, SpanId::hex_size> span_id;
    std::array<char, SpanId::hex_size> parent;
  } digits{};
};

/// The reading of the request's location, made now if it does not exist. Null if the module is off
/// there, or if there was no memory: no location reads a request twice.
[[nodiscard]] Reading* reading_of(ngx_http_request_t* r) noexcept;

/// A handler of the preaccess phase: gives a request the fields that its location sends. That phase
/// runs once the location is known, and again after internal redirects and for subrequests.
ngx_int_t rewrite_fields(ngx_http_request_t* r) noexcept;

/// Takes memory of a request's pool.
void* take_from_pool(void* pool, std::size_t size) noexcept;

}  // namespace baton::nginx
