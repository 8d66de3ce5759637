// SPDX-License-Identifier: Apache-2.0
#include "metrics.hpp"

#include <baton/extraction_counts.hpp>
#include <string_view>

namespace gateway {
namespace {

void append_header(std::string& text, std::string_view name, std::string_view help) {
  text.append("# HELP ").append(name).append(" ").append(help).append("\n");
  text.append("# TYPE ").append(name).append(" counter\n");
}

void append_counter(std::string& text, std::string_view name, std::string_view help,
                    std::uint64_t count) {
  append_header(text, name, help);
  text.append(name).append(" ").append(std::to_string(count)).append("\n");
}

}  // namespace

std::string Metrics::to_prometheus() const {
  std::string text = baton::to_prometheus(baton::extraction_counts());
  append_counter(text, "gateway_requests_total", "Requests sent to the upstream.", requests_);

  constexpr std::string_view responses = "gateway_responses_total";
  append_header(text, responses, "Final responses to clients, by class.");
  for (std::size_t digit = 2; digit < 6; ++digit) {
    text.append(responses).append("{class=\"").append(std::to_string(digit)).append("xx\"} ");
    text.append(std::to_string(responses_[digit])).append("\n");
  }

  append_counter(text, "gateway_upstream_errors_total", "Requests with an invalid or no response.",
                 upstream_errors_);
  append_counter(text, "gateway_client_aborts_total", "Requests whose client disconnected.",
                 client_aborts_);
  return text;
}

}  // namespace gateway
