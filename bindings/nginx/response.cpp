// SPDX-License-Identifier: Apache-2.0
#include "nginx/response.hpp"

#include <span>

#include "baton/detail/ascii.hpp"
#include "baton/traceparent.hpp"
#include "nginx/request.hpp"

namespace baton::nginx {
namespace {

constexpr std::string_view traceresponse = "traceresponse";

ngx_http_output_header_filter_pt next_filter = nullptr;

/// Hides the upstream's: nginx's span answers the client.
void hide_fields(ngx_list_t& headers) noexcept {
  for (ngx_list_part_t* part = &headers.part; part != nullptr; part = part->next) {
    const std::span fields(static_cast<ngx_table_elt_t*>(part->elts), part->nelts);
    for (ngx_table_elt_t& field : fields) {
      if (detail::equals_ignoring_case(view(field.key), traceresponse)) field.hash = 0;
    }
  }
}

ngx_int_t write_response(ngx_http_request_t* r) {
  const bool responds = r == r->main && settings_of(r).response == 1;
  const Reading* const reading = responds ? reading_of(r) : nullptr;
  if (reading == nullptr || !reading->has_span) return next_filter(r);

  ngx_list_t& headers = r->headers_out.headers;
  hide_fields(headers);
  auto* const value = static_cast<char*>(ngx_pnalloc(r->pool, Traceparent::size));
  if (value == nullptr) return NGX_ERROR;
  auto* const field = static_cast<ngx_table_elt_t*>(ngx_list_push(&headers));
  if (field == nullptr) return NGX_ERROR;
  const SpanContext& span = reading->context.span_context();
  Traceparent{span.trace_id, span.span_id, span.flags}.write(
      std::span<char, Traceparent::size>(value, Traceparent::size));
  const ngx_str_t name = text_of(traceresponse);
  *field = {1, name, text_of({value, Traceparent::size}), name.data};
  return next_filter(r);
}

}  // namespace

void add_response_filter() noexcept {
  next_filter = ngx_http_top_header_filter;
  ngx_http_top_header_filter = &write_response;
}

}  // namespace baton::nginx
