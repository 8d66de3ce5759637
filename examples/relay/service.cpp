// SPDX-License-Identifier: Apache-2.0
#include "service.hpp"

#include <algorithm>

namespace relay {

JournalTracer::Started JournalTracer::start(const baton::SpanStart& start) noexcept {
  Started started = maker_->start(start);
  const baton::SpanContext& context = started.context.span_context();
  journal_.start({.service = service_,
                  .kind = start.kind,
                  .name = std::string(start.name),
                  .trace_id = context.trace_id,
                  .span_id = context.span_id,
                  .parent_id = start.parent.span_context().span_id,
                  .start = Clock::now()});
  return started;
}

void JournalTracer::end(const Started& started, const baton::SpanEnd& end) noexcept {
  std::string error;
  if (end.is_error) error = end.error_type.empty() ? "error" : end.error_type;
  maker_->end(started, end);
  journal_.end(started.context.span_context().span_id, std::move(error));
}

bool Service::ChainOrder::operator()(const std::string& a, const std::string& b) const {
  const auto written = baton::global_chain().fields();
  return std::pair(std::ranges::find(written, a), a) < std::pair(std::ranges::find(written, b), b);
}

std::string Service::lowercase(std::string_view name) {
  std::string text(name);
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

/// A value in a form that is safe for JSON and a terminal.
std::string Service::printable(std::string_view value) {
  constexpr std::string_view hex = "0123456789abcdef";
  std::string text;
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7F) {
      text += c;
    } else {
      text.append("\\x").append({hex[byte >> 4U], hex[byte & 0xFU]});
    }
  }
  return text;
}

void Service::add(Hop hop, const baton::ExtractReport& report) {
  for (const auto& [field, error] : report.issues()) {
    hop.issues.push_back(std::string(field).append(": ").append(error.message()));
  }
  journal_.add(std::move(hop));
}

}  // namespace relay
