// SPDX-License-Identifier: Apache-2.0
#include "table.hpp"

#include <algorithm>

namespace relay {
namespace {

constexpr std::size_t label_width = 18;
constexpr std::size_t name_width = 18;
constexpr std::size_t longest_value = 96;

std::string pad(std::string text, std::size_t width) {
  text.resize(std::max(text.size(), width), ' ');
  return text;
}

std::string shorten(const std::string& value) {
  if (value.size() <= longest_value) return value;
  return value.substr(0, longest_value) + "… (" + std::to_string(value.size()) + " bytes)";
}

void add_row(std::string& out, const std::string& label, const std::string& text) {
  out += "  " + pad(label, label_width) + text + '\n';
}

void add_fields(std::string& out, const std::string& label, const Fields& fields) {
  if (fields.empty()) add_row(out, label, "-");
  for (const auto& field : fields) {
    const bool is_first = &field == &fields.front();
    add_row(out, is_first ? label : "", pad(field.first + ":", name_width) + shorten(field.second));
  }
}

}  // namespace

std::string paint(const std::string& text, const char* code, Style style) {
  if (style == Style::plain) return text;
  return "\033[" + std::string(code) + "m" + text + "\033[0m";
}

std::string draw(const std::vector<Hop>& hops, Style style) {
  std::string out;
  for (const Hop& hop : hops) {
    add_fields(out, "-> " + hop.service, hop.arrived);
    for (const std::string& issue : hop.issues) {
      add_row(out, "", paint("refused  " + issue, "33", style));
    }
    add_row(out, "   " + hop.service,
            paint("trace " + hop.trace_id + "  span " + hop.span_id + "  " + hop.sampling, "36",
                  style));
    if (!hop.left.empty()) add_fields(out, "   " + hop.service + " ->", hop.left);
  }
  return out;
}

}  // namespace relay
