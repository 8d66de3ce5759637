// SPDX-License-Identifier: Apache-2.0
#include "tools/fields.hpp"

#include <algorithm>

#include "baton/detail/ascii.hpp"

namespace baton::tool {
namespace {

std::string no_colon(std::size_t line_number, std::string_view line) {
  std::string sentence = "line " + std::to_string(line_number) + " has no colon";
  if (line == "\r") sentence += ": it is a lone carriage return, but lines end with LF";
  return sentence;
}

}  // namespace

std::optional<std::string_view> Fields::get(std::string_view name) const {
  for (const Field& field : fields_) {
    if (detail::equals_ignoring_case(field.name, name)) return field.value;
  }
  return std::nullopt;
}

void Fields::get_all(std::string_view name, TextVisitor visit) const {
  for (const Field& field : fields_) {
    if (detail::equals_ignoring_case(field.name, name) && !visit(field.value)) return;
  }
}

void Fields::keys(TextVisitor visit) const {
  for (const Field& field : fields_) {
    if (!visit(field.name)) return;
  }
}

tl::expected<Fields, std::string> parse_fields(std::string_view lines) {
  Fields fields;
  for (std::size_t line_number = 1; !lines.empty(); ++line_number) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    const std::string_view line = lines.substr(0, end);
    lines.remove_prefix(std::min(end + 1, lines.size()));
    if (line.empty()) break;
    if (line.starts_with("# ")) continue;

    const std::size_t colon = line.find(':');
    if (colon == line.npos) return tl::unexpected(no_colon(line_number, line));
    if (fields.all().size() == max_fields) {
      return tl::unexpected("more than " + std::to_string(max_fields) + " fields");
    }
    std::string_view value = line.substr(colon + 1);
    if (value.starts_with(' ')) value.remove_prefix(1);
    fields.add({line.substr(0, colon), value});
  }
  return fields;
}

void FieldWriter::set(std::string_view name, std::string_view value) {
  erase(name);
  fields_.emplace_back(name, value);
}

void FieldWriter::erase(std::string_view name) {
  std::erase_if(fields_, [name](const auto& field) {
    return detail::equals_ignoring_case(field.first, name);
  });
}

std::string FieldWriter::lines(std::span<const std::string_view> names) const {
  std::string out;
  const auto add = [&out](const auto& field) {
    out.append(field.first).append(": ").append(field.second) += '\n';
  };
  for (const std::string_view name : names) {
    for (const auto& field : fields_) {
      if (field.first == name) add(field);
    }
  }
  for (const auto& field : fields_) {
    if (std::find(names.begin(), names.end(), field.first) == names.end()) add(field);
  }
  return out;
}

std::string inject_lines(const PropagatorChain& chain, const Context& context) {
  FieldWriter writer;
  chain.inject(context, writer);
  return writer.lines(chain.fields());
}

}  // namespace baton::tool
