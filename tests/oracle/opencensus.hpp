// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "oracle/fields.hpp"
#include "oracle/found.hpp"
#include "oracle/text.hpp"

namespace oracle {

/// The bytes of a text in base64, padded or not, as lowercase hexadecimal digits.
inline std::optional<std::string> hex_of_base64(std::string text) {
  if (text.size() % 4 == 0) {
    for (int i = 0; i < 2 && !text.empty() && text.back() == '='; ++i) text.pop_back();
  }
  const std::string upper = letters.substr(26);
  const std::string lower = letters.substr(0, 26);
  const std::string alphabet = upper + lower + digits + "+/";
  if (!all_of(text, alphabet) || text.size() % 4 == 1) return std::nullopt;
  std::string bits;
  for (const char c : text) {
    const std::size_t value = alphabet.find(c);
    for (std::size_t bit = 32; bit > 0; bit /= 2) bits += value & bit ? '1' : '0';
  }
  std::string hex;
  const std::size_t whole_bytes = bits.size() / 8;
  for (std::size_t i = 0; i < whole_bytes * 2; ++i) {
    hex += "0123456789abcdef"[std::stoul(bits.substr(i * 4, 4), nullptr, 2)];
  }
  return hex;
}

/// `00`, `00` and 16 bytes, `01` and 8 bytes, and optionally `02` and a byte, in base64.
inline std::optional<Found> read_opencensus(const Fields& fields) {
  const auto value = fields.first("grpc-trace-bin");
  if (!value || trim(*value).size() > 128) return std::nullopt;
  const auto hex = hex_of_base64(trim(*value));
  if (!hex || hex->size() < 54) return std::nullopt;
  if (hex->substr(0, 4) != "0000" || hex->substr(36, 2) != "01") return std::nullopt;
  Found found{hex->substr(4, 32), hex->substr(38, 16), "drop", {}};
  if (is_zero(found.trace_id) || is_zero(found.span_id)) return std::nullopt;
  const bool has_options = hex->size() >= 58 && hex->substr(54, 2) == "02";
  if (has_options && contains("13579bdf", (*hex)[57])) found.sampling = "sample";
  return found;
}

}  // namespace oracle
