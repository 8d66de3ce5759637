// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "oracle/fields.hpp"
#include "oracle/text.hpp"

namespace fuzz {

/// Each line as the name of a field, a space, and its value; ignores lines without a space.
inline oracle::Fields named_fields(const std::vector<std::string>& lines) {
  oracle::Fields fields;
  for (const std::string& line : lines) {
    std::string name;
    std::string value;
    if (oracle::cut(line, ' ', name, value)) fields.add(name, value);
  }
  return fields;
}

/// The fuzzer's input as a choice and lines, so that a seed is a small, readable text file. Lines
/// end only at "\n"; every other byte is part of them.
class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size)
      : text_(reinterpret_cast<const char*>(data), size) {}

  [[nodiscard]] const std::string& text() const { return text_; }

  /// The first line as a number, made of its bytes; the lines after it.
  [[nodiscard]] std::size_t choice() const {
    std::size_t number = 0;
    for (const char c : text_.substr(0, text_.find('\n'))) {
      number = number * 10 + static_cast<unsigned char>(c) - '0';
    }
    return number;
  }
  [[nodiscard]] std::vector<std::string> lines() const {
    std::vector<std::string> lines = oracle::split(text_, '\n');
    lines.erase(lines.begin());
    return lines;
  }

  [[nodiscard]] oracle::Fields named_fields() const {
    return fuzz::named_fields(oracle::split(text_, '\n'));
  }

 private:
  std::string text_;
};

/// Removes the next line; returns nothing if there is none.
inline std::string take(std::vector<std::string>& lines) {
  if (lines.empty()) return "";
  std::string line = lines.front();
  lines.erase(lines.begin());
  return line;
}

}  // namespace fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
