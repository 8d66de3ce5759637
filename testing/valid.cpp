// SPDX-License-Identifier: Apache-2.0
#include "baton/testing/valid.hpp"

#include <algorithm>
#include <optional>

#include "baton/carriers/http.hpp"
#include "testing/names.hpp"

namespace baton::testing {
namespace {

std::uint64_t draw_bits(Draw& draw) {
  const std::uint64_t high = draw.number(0, 0xffff'ffff);
  return high << 32 | draw.number(0, 0xffff'ffff);
}

std::string cased(std::string name, Draw& draw) {
  const bool all = draw.one_in(2);
  bool begins = true;
  for (char& c : name) {
    if (all || begins) c = detail::to_upper(c);
    begins = c == '-';
  }
  return name;
}

}  // namespace

TraceId draw_trace_id(Draw& draw) {
  const std::uint64_t high = draw.one_in(4) ? 0 : draw_bits(draw);
  return TraceId(high, std::max<std::uint64_t>(draw_bits(draw), 1));
}

SpanId draw_span_id(Draw& draw) { return SpanId(std::max<std::uint64_t>(draw_bits(draw), 1)); }

TraceState draw_trace_state(Draw& draw, std::size_t most) {
  TraceState state;
  for (std::size_t i = draw.number(0, most); i > 0; --i) {
    const bool is_datadog = draw.one_in(6);
    const std::string key = is_datadog ? "dd" : draw.tracestate_key();
    const std::string value = is_datadog ? draw.dd_member() : draw.tracestate_value();
    if (auto longer = state.set(key, value)) state = *std::move(longer);  // some are too long
  }
  return state;
}

Baggage draw_baggage(Draw& draw, std::size_t most) {
  BaggageBuilder builder;
  for (std::size_t i = draw.number(0, most); i > 0; --i) {
    const std::string key = draw.baggage_key();
    const std::string value = draw.one_in(4) ? draw.bytes(6) : draw.utf8(5);
    if (draw.one_in(4)) {
      const std::string name = draw.baggage_key();
      static_cast<void>(builder.set(key, value, {{name, std::nullopt}, {"ttl", "60"}}));
    } else {
      static_cast<void>(builder.set(key, value));
    }
  }
  return builder.build();
}

SpanContext draw_span_context(Draw& draw) {
  SpanContext span;
  span.trace_id = draw_trace_id(draw);
  span.span_id = draw_span_id(draw);
  span.flags = TraceFlags(static_cast<std::uint8_t>(draw.number(0, 3)));
  span.is_remote = true;
  span.trace_state = draw_trace_state(draw);
  return span;
}

Context draw_context(Draw& draw) {
  Context context;
  SpanContext span = draw_span_context(draw);
  if (draw.one_in(10)) span.span_id = SpanId();
  if (draw.one_in(10)) span = SpanContext();
  const auto sampling = static_cast<Sampling>(draw.number(0, 3));
  context.set_span_context(std::move(span), sampling);
  context.set_baggage(draw_baggage(draw));
  return context;
}

Verdict judge(std::string_view format, const FieldList& fields) {
  Verdict verdict;
  // The same fields, and not a variable of this process, which none of them says.
  const bool is_lambda = format == "xray-lambda";
  const RegisteredPropagator* const known = find_format(is_lambda ? "xray" : format);
  if (known == nullptr) return verdict;
  ExtractReport report;
  const Extracted found =
      known->make({})->extract(http::HeaderCarrier(fields), verdict.context, &report);
  verdict.valid = found > Extracted::malformed && report.issue_count() == 0;
  return verdict;
}

FieldList fields_for(std::string_view format, const Context& context) {
  FieldList fields;
  const RegisteredPropagator* const known = find_format(format);
  if (known != nullptr) known->make({})->inject(context, http::HeaderCarrier(fields));
  return fields;
}

FieldList respelled(FieldList fields, Draw& draw) {
  FieldList more;
  for (auto& [name, value] : fields) {
    const std::string old_name = name;
    if (draw.one_in(2)) name = cased(name, draw);
    if (is_list(old_name) && draw.one_in(3)) {
      for (std::size_t comma; (comma = value.find(',')) != value.npos && draw.one_in(2);) {
        more.emplace_back(name, value.substr(0, comma));
        value.erase(0, comma + 1);
      }
    }
    if (draw.one_in(3)) {
      value.insert(0, draw.white_space());
      value += draw.white_space();
    }
    more.emplace_back(std::move(name), std::move(value));
  }
  return more;
}

Context draw_context_for(std::string_view format, Draw& draw) {
  Context context = draw_context(draw);
  if (fields_for(format, context).empty()) {
    // What every format can say some of.
    context.set_span_context(draw_span_context(draw), Sampling::sample);
    context.set_baggage(Baggage::parse("key=value"));
  }
  return context;
}

ValidFields draw_valid_fields(std::string_view format, Draw& draw) {
  ValidFields valid{std::string(format), {}, {}};
  valid.fields = fields_for(format, draw_context_for(format, draw));
  if (draw.one_in(3)) valid.fields = respelled(std::move(valid.fields), draw);
  valid.context = judge(format, valid.fields).context;
  return valid;
}

}  // namespace baton::testing
