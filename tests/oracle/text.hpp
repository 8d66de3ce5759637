// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Readers that are slow and obvious, written from the specifications alone, without code of the
/// library: laws and fuzz targets compare the library to them.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace oracle {

inline bool contains(std::string_view characters, char c) {
  return characters.find(c) != std::string_view::npos;
}

inline bool all_of(std::string_view text, std::string_view characters) {
  for (const char c : text) {
    if (!contains(characters, c)) return false;
  }
  return true;
}

inline bool is_lower_hex(std::string_view text) { return all_of(text, "0123456789abcdef"); }

inline bool is_zero(std::string_view text) { return all_of(text, "0"); }

/// A decimal number of at most 64 bits, as 16 hexadecimal digits.
inline std::optional<std::string> hex_of_decimal(const std::string& decimal) {
  if (decimal.empty() || !all_of(decimal, "0123456789")) return std::nullopt;
  std::string hex(16, '0');
  for (const char c : decimal) {
    unsigned carry = static_cast<unsigned>(c - '0');
    for (std::size_t i = 16; i-- > 0;) {
      const std::string_view all = "0123456789abcdef";
      const unsigned number = static_cast<unsigned>(all.find(hex[i])) * 10 + carry;
      hex[i] = all[number % 16];
      carry = number / 16;
    }
    if (carry != 0) return std::nullopt;
  }
  return hex;
}

inline std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  for (std::size_t end = 0; (end = text.find(separator, begin)) != std::string_view::npos;) {
    parts.emplace_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  parts.emplace_back(text.substr(begin));
  return parts;
}

inline std::string join(const std::vector<std::string>& parts, std::string_view separator) {
  std::string joined;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) joined += separator;
    joined += parts[i];
  }
  return joined;
}

inline std::string ascii_lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

/// Without spaces and tabs at either end.
inline std::string trim(const std::string& text) {
  std::size_t begin = 0;
  std::size_t end = text.size();
  while (begin < end && contains(" \t", text[begin])) ++begin;
  while (begin < end && contains(" \t", text[end - 1])) --end;
  return text.substr(begin, end - begin);
}

/// The text before and after the first `separator`; returns false if there is none.
inline bool cut(const std::string& text, char separator, std::string& before, std::string& after) {
  const std::size_t at = text.find(separator);
  if (at == std::string::npos) return false;
  before = text.substr(0, at);
  after = text.substr(at + 1);
  return true;
}

inline const std::string letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
inline const std::string digits = "0123456789";

}  // namespace oracle
