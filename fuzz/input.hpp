// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "oracle/fields.hpp"
#include "oracle/text.hpp"

namespace fuzz {

/// Calls `use` with a line's name of a field and, behind a space, its value; ignores lines without
/// a space.
template <class Use>
void use_named(std::string_view line, Use&& use) {
  const std::size_t space = line.find(' ');
  if (space == std::string_view::npos) return;
  use(line.substr(0, space), line.substr(space + 1));
}

inline oracle::Fields named_fields(const std::vector<std::string>& lines) {
  oracle::Fields fields;
  for (const std::string& line : lines) {
    use_named(line,
              [&](std::string_view name, std::string_view value) { fields.add(name, value); });
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
    for (const char c : std::string_view(text_).substr(0, text_.find('\n'))) {
      number = number * 10 + static_cast<unsigned char>(c) - '0';
    }
    return number;
  }
  [[nodiscard]] std::vector<std::string> lines() const {
    std::vector<std::string> lines = oracle::split(text_, '\n');
    lines.erase(lines.begin());
    return lines;
  }

  /// Calls `use` with each name and value, as `use_named`.
  template <class Use>
  void for_each_named(Use use) const {
    const std::string_view text = text_;
    std::size_t end = 0;
    for (std::size_t begin = 0; begin <= text.size(); begin = end + 1) {
      end = std::min(text.find('\n', begin), text.size());
      use_named(text.substr(begin, end - begin), use);
    }
  }

  [[nodiscard]] oracle::Fields named_fields() const {
    oracle::Fields fields;
    for_each_named([&](std::string_view name, std::string_view value) { fields.add(name, value); });
    return fields;
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
