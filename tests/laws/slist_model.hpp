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

  void set(std::string_view name, std::string_view value) {
    if (!is_token(name) || !is_printable(value)) return erase(name);
    const auto has_name = [&](const std::string& line) { return is_same(name_of(line), name); };
    const std::string trimmed(trim(value));
    const std::string line =
        oracle::ascii_lower(std::string(name)) + (trimmed.empty() ? ";" : ": " + trimmed);
    const auto first = std::ranges::find_if(lines_, has_name);
    if (first == lines_.end()) {
      lines_.push_back(line);
      return;
    }
    *first = line;
    lines_.erase(std::remove_if(first + 1, lines_.end(), has_name), lines_.end());
  }
  void erase(std::string_view name) {
    std::erase_if(lines_, [&](const std::string& line) {
      return is_same(name_of(line), name) && is_sent(line);
    });
  }

  /// Of two names.
  static bool is_same(std::string_view a, std::string_view b) {
    const auto is_same_letter = [](char x, char y) { return lower(x) == lower(y); };
    return !a.empty() && std::ranges::equal(a, b, is_same_letter);
  }

 private:
  static char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
  static bool is_token(std::string_view name) {
    return !name.empty() && oracle::all_of(name,
                                           "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
                                           "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
  }
  static bool is_printable(std::string_view value) {
    return std::ranges::none_of(value, [](char c) {
      const auto byte = static_cast<unsigned char>(c);
      return (byte < 0x20 && c != '\t') || byte == 0x7f;
    });
  }
  static std::string_view trim(std::string_view text) {
    constexpr std::string_view space = " \t\n\v\f\r";
    const std::size_t first = text.find_first_not_of(space);
    if (first == std::string_view::npos) return "";
    return text.substr(first, text.find_last_not_of(space) + 1 - first);
  }
  static std::size_t end_of_name(std::string_view line) {
    const std::size_t colon = line.find(':');
    return colon != std::string_view::npos ? colon : line.find(';');
  }
  static std::string_view name_of(std::string_view line) {
    const std::size_t end = end_of_name(line);
    return end == std::string_view::npos ? "" : line.substr(0, end);
  }
  static std::string_view value_of(std::string_view line) {
    return trim(line.substr(end_of_name(line) + 1));
  }
  static bool is_sent(std::string_view line) {
    if (name_of(line).empty()) return false;
    const std::size_t end = end_of_name(line);
    return line[end] == ':' ? !value_of(line).empty() : end + 1 == line.size();
  }

  std::vector<std::string> lines_;
};

/// A carrier shows what the model does, for these names and for all.
inline void check_reading(baton::CarrierReader carrier, const SlistModel& model,
                          const std::vector<std::string>& asked) {
  const auto fields = model.fields();
  for (const std::string& name : asked) {
    std::vector<std::string_view> expected;
    for (const auto& [other, value] : fields) {
      if (SlistModel::is_same(other, name)) expected.emplace_back(value);
    }
    std::vector<std::string_view> values;
    carrier.get_all(name, [&](std::string_view value) {
      values.push_back(value);
      return true;
    });
    require(values == expected, "get_all");
    require(carrier.get(name) ==
                (expected.empty() ? std::nullopt : std::optional<std::string_view>(expected[0])),
            "get");
  }
  std::size_t count = 0;
  bool is_next = true;
  carrier.keys([&](std::string_view key) {
    is_next = count < fields.size() && key == fields[count].first;
    ++count;
    return is_next;
  });
  require(is_next && count == fields.size(), "keys");
}

}  // namespace laws
