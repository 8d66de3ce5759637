// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "baton/baton.hpp"
#include "laws/require.hpp"
#include "oracle/text.hpp"

namespace laws {

/// Lines of CURLOPT_HTTPHEADER by its documentation: a slow carrier. A line `Name: value` is a
/// field, `Name;` one with an empty value; anything else is not sent.
class SlistModel {
 public:
  static constexpr bool names_without_case = true;
  using Field = std::pair<std::string, std::string>;

  explicit SlistModel(std::vector<std::string> lines) : lines_(std::move(lines)) {}

  [[nodiscard]] const std::vector<std::string>& lines() const { return lines_; }

  /// What curl sends.
  [[nodiscard]] std::vector<Field> fields() const {
    std::vector<Field> fields;
    for (const std::string& line : lines_) {
      if (is_sent(line)) fields.emplace_back(name_of(line), value_of(line));
    }
    return fields;
  }
  [[nodiscard]] std::vector<std::string> all(const std::string& name) const {
    std::vector<std::string> values;
    for (const auto& [other, value] : fields()) {
      if (is_same(other, name)) values.push_back(value);
    }
    return values;
  }

  void set(const std::string& name, const std::string& value) {
    if (!is_token(name) || !is_printable(value)) return erase(name);
    const auto has_name = [&](const std::string& line) { return is_same(name_of(line), name); };
    const std::string trimmed = trim(value);
    const std::string line = oracle::ascii_lower(name) + (trimmed.empty() ? ";" : ": " + trimmed);
    const auto first = std::ranges::find_if(lines_, has_name);
    if (first == lines_.end()) {
      lines_.push_back(line);
      return;
    }
    *first = line;
    lines_.erase(std::remove_if(first + 1, lines_.end(), has_name), lines_.end());
  }
  void erase(const std::string& name) {
    std::erase_if(lines_, [&](const std::string& line) {
      return is_same(name_of(line), name) && is_sent(line);
    });
  }

 private:
  static bool is_same(const std::string& a, const std::string& b) {
    return !a.empty() && oracle::ascii_lower(a) == oracle::ascii_lower(b);
  }
  static bool is_token(const std::string& name) {
    return !name.empty() && oracle::all_of(name,
                                           "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
                                           "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
  }
  static bool is_printable(const std::string& value) {
    return std::ranges::none_of(value, [](char c) {
      const auto byte = static_cast<unsigned char>(c);
      return (byte < 0x20 && c != '\t') || byte == 0x7f;
    });
  }
  static std::string trim(const std::string& text) {
    constexpr std::string_view space = " \t\n\v\f\r";
    const std::size_t first = text.find_first_not_of(space);
    if (first == std::string::npos) return "";
    return text.substr(first, text.find_last_not_of(space) + 1 - first);
  }
  static std::size_t end_of_name(const std::string& line) {
    const std::size_t colon = line.find(':');
    return colon != std::string::npos ? colon : line.find(';');
  }
  static std::string name_of(const std::string& line) {
    const std::size_t end = end_of_name(line);
    return end == std::string::npos ? "" : line.substr(0, end);
  }
  static std::string value_of(const std::string& line) {
    return trim(line.substr(end_of_name(line) + 1));
  }
  static bool is_sent(const std::string& line) {
    if (name_of(line).empty()) return false;
    const std::size_t end = end_of_name(line);
    return line[end] == ':' ? !value_of(line).empty() : end + 1 == line.size();
  }

  std::vector<std::string> lines_;
};

/// A carrier shows what the model does, for a name and for all.
inline void check_reading(baton::CarrierReader carrier, const SlistModel& model,
                          const std::string& name) {
  const std::vector<std::string> expected = model.all(name);
  std::vector<std::string> values;
  carrier.get_all(name, [&](std::string_view value) {
    values.emplace_back(value);
    return true;
  });
  require(values == expected, "get_all " + name);
  const std::optional<std::string_view> first = carrier.get(name);
  require(first == (expected.empty() ? std::nullopt : std::optional<std::string_view>(expected[0])),
          "get " + name);
  std::vector<std::string> names;
  carrier.keys([&](std::string_view key) {
    names.emplace_back(key);
    return true;
  });
  std::vector<std::string> expected_names;
  for (const auto& field : model.fields()) expected_names.push_back(field.first);
  require(names == expected_names, "keys");
}

}  // namespace laws
