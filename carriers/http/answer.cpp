// SPDX-License-Identifier: Apache-2.0
#include "baton/carriers/http_answer.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "baton/detail/ascii.hpp"
#include "baton/function_ref.hpp"
#include "baton/traceparent.hpp"
#include "text/chars.hpp"

namespace baton::http {
namespace {

constexpr std::string_view traceresponse = "traceresponse";
constexpr std::string_view server_timing = "server-timing";
constexpr std::string_view metric = "traceparent";

/// Takes the text up to the next `separator` outside of quotes from the front of `rest`. RFC 9110,
/// §5.6.4: in quotes, `\` escapes a character.
std::string_view take(std::string_view& rest, char separator) noexcept {
  bool is_quoted = false;
  std::size_t end = 0;
  for (; end < rest.size(); ++end) {
    if (rest[end] == '"') {
      is_quoted = !is_quoted;
    } else if (is_quoted && rest[end] == '\\') {
      ++end;
    } else if (!is_quoted && rest[end] == separator) {
      break;
    }
  }
  const std::string_view taken = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return detail::trim(taken);
}

/// Visits each metric of a Server-Timing field, until `visit` returns false.
void visit_metrics(std::string_view field, TextVisitor visit) {
  while (!field.empty()) {
    const std::string_view found = take(field, ',');
    if (!found.empty() && !visit(found)) return;
  }
}

bool is_ours(std::string_view found) noexcept {
  return detail::equals_ignoring_case(take(found, ';'), metric);
}

/// The value of the parameter `desc`, a token or a quoted string.
std::string_view description_of(std::string_view found) noexcept {
  static_cast<void>(take(found, ';'));
  while (!found.empty()) {
    std::string_view parameter = take(found, ';');
    if (!detail::equals_ignoring_case(take(parameter, '='), "desc")) continue;
    parameter = detail::trim(parameter);
    if (parameter.size() >= 2 && parameter.front() == '"' && parameter.back() == '"') {
      parameter = parameter.substr(1, parameter.size() - 2);
    }
    return parameter;
  }
  return {};
}

SpanContext span_in(std::string_view text) noexcept {
  const expected<Traceparent> parsed = Traceparent::parse(text);
  if (!parsed) return {};
  return {parsed->trace_id, parsed->parent_id, parsed->flags, true, {}};
}

}  // namespace

void write_answer(CarrierReader response, CarrierWriter writer, const SpanContext& span,
                  Answer answer) {
  if (!span.is_valid() || answer == Answer::none) return;
  std::array<char, Traceparent::size> text{};
  Traceparent{span.trace_id, span.span_id, span.flags}.write(text);
  const std::string_view value(text.data(), text.size());
  if (answer != Answer::server_timing) writer.set(traceresponse, value);
  if (answer == Answer::traceresponse) return;

  std::string metrics;
  response.get_all(server_timing, [&](std::string_view field) {
    visit_metrics(field, [&](std::string_view found) {
      if (!is_ours(found)) metrics.append(found).append(", ");
      return true;
    });
    return true;
  });
  metrics.append(metric).append(";desc=\"").append(value).append("\"");
  writer.set(server_timing, metrics);
}

SpanContext read_answer(CarrierReader response) {
  SpanContext span;
  if (const auto value = response.get(traceresponse)) span = span_in(*value);
  if (span.is_valid()) return span;
  response.get_all(server_timing, [&](std::string_view field) {
    visit_metrics(field, [&](std::string_view found) {
      if (is_ours(found)) span = span_in(description_of(found));
      return !span.is_valid();
    });
    return !span.is_valid();
  });
  return span;
}

}  // namespace baton::http
