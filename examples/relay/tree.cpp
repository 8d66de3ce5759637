// SPDX-License-Identifier: Apache-2.0
#include "tree.hpp"

#include <algorithm>
#include <cstdio>

namespace relay {
namespace {

constexpr std::size_t id_column = 62;
constexpr std::size_t longest_value = 96;

constexpr const char* bold = "1";
constexpr const char* dim = "2";
constexpr const char* red = "31";
constexpr const char* green = "32";
constexpr const char* yellow = "33";
constexpr const char* cyan = "36";

std::string pad(std::string text, std::size_t width) {
  text.resize(std::max(text.size(), width), ' ');
  return text;
}

std::string shorten(const std::string& value) {
  if (value.size() <= longest_value) return value;
  return value.substr(0, longest_value) + "... (" + std::to_string(value.size()) + " bytes)";
}

std::string in_milliseconds(Clock::duration duration) {
  std::array<char, 32> text{};
  static_cast<void>(std::snprintf(text.data(), text.size(), "%8.2f", milliseconds(duration)));
  return text.data();
}

/// Keeps what a sender has percent-encoded from the terminal.
std::string without_controls(std::string text) {
  std::ranges::replace_if(text, [](char c) { return (c >= 0 && c < 0x20) || c == 0x7F; }, '?');
  for (std::size_t at = 0; (at = text.find('\xC2', at)) != std::string::npos; ++at) {
    if (at + 1 < text.size() && static_cast<unsigned char>(text[at + 1]) < 0xA0) {
      text.replace(at, 2, "?");
    }
  }
  return text;
}

std::string baggage_of(const baton::Context& context) {
  std::string text;
  for (const baton::BaggageMember& member : context.baggage()) {
    text.append(text.empty() ? "" : ", ").append(member.key());
    text.append("=").append(without_controls(member.value()));
  }
  return text;
}

class Drawing {
 public:
  Drawing(const Journey& journey, Style style) : journey_(journey), style_(style) {}

  std::string draw() {
    for (const FinishedSpan& span : journey_.spans) {
      const bool is_root = std::ranges::find(journey_.spans, span.parent_id,
                                             &FinishedSpan::span_id) == journey_.spans.end();
      if (is_root) draw_root(span);
    }
    return std::move(out_);
  }

 private:
  void add_head(const FinishedSpan& root) {
    const auto hop = std::ranges::find_if(
        journey_.hops, [&](const Hop& candidate) { return span_of(journey_, candidate) == &root; });
    out_ += "  trace " + paint(root.trace_id.to_string(), cyan, style_);
    if (hop != journey_.hops.end()) {
      out_.append("  ").append(to_string(hop->context.sampling())).append("  ").append(hop->order);
      const std::string baggage = baggage_of(hop->context);
      if (!baggage.empty()) out_ += "\n  baggage " + paint(baggage, cyan, style_);
    }
    out_ += '\n' + std::string(id_column, ' ') +
            paint("span             start ms  took ms", dim, style_) + '\n';
  }

  void draw_root(const FinishedSpan& root) {
    add_head(root);
    std::size_t depth = 0;
    if (root.parent_id.is_valid()) {
      out_ += pad("  the caller", id_column) + root.parent_id.to_string() + '\n';
      ++depth;
    }
    std::vector<std::pair<const FinishedSpan*, std::size_t>> open{{&root, depth}};
    while (!open.empty()) {
      const auto [span, level] = open.back();
      open.pop_back();
      add_span(*span, level);
      for (auto child = journey_.spans.rbegin(); child != journey_.spans.rend(); ++child) {
        if (child->parent_id == span->span_id) open.emplace_back(&*child, level + 1);
      }
    }
  }

  void add_span(const FinishedSpan& span, std::size_t depth) {
    const std::string indent(2 * depth + 2, ' ');
    std::string label = indent + pad(std::string(span.service), 10) +
                        pad(std::string(to_string(span.kind)), 10) + span.name;
    label = pad(label, id_column);
    if (depth > 0) label.replace(indent.size() - 2, 2, "└ ");
    out_ += paint(label, bold, style_) + span.span_id.to_string() +
            in_milliseconds(span.start - journey_.spans.front().start) + ' ' +
            in_milliseconds(span.end - span.start);
    if (!span.error.empty()) out_ += "  " + paint(span.error, red, style_);
    out_ += '\n';
    for (const Hop& hop : journey_.hops) {
      if (span_of(journey_, hop) == &span) add_hop(hop, indent + "  ");
    }
  }

  void add_hop(const Hop& hop, const std::string& indent) {
    std::string label(hop.transport);
    if (hop.fields.empty()) out_ += indent + pad(label, 8) + "no field\n";
    for (const auto& [name, value] : hop.fields) {
      out_ += indent + pad(label, 8) + paint(pad(name, 18) + shorten(value), dim, style_) + '\n';
      label.clear();
    }
    for (const std::string& issue : hop.issues) {
      out_ += indent + pad("", 8) + paint("refused: " + issue, yellow, style_) + '\n';
    }
  }

  const Journey& journey_;
  Style style_;
  std::string out_;
};

}  // namespace

std::string draw(std::string_view title, const Journey& journey,
                 const std::vector<std::string>& complaints, Style style) {
  std::string out = paint(std::string(title), bold, style) + '\n' + Drawing(journey, style).draw();
  if (complaints.empty()) out += "  " + paint("whole", green, style) + '\n';
  for (const std::string& complaint : complaints) {
    out += "  " + paint("BROKEN  " + complaint, red, style) + '\n';
  }
  return out;
}

}  // namespace relay
