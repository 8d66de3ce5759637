// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <charconv>
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace example {

/// What an option does with its value: false where that is none.
using Option = std::function<bool(std::string_view value)>;
using Options = std::map<std::string_view, Option>;

inline Option text(std::string& target) {
  return [&target](std::string_view value) {
    target = value;
    return true;
  };
}

inline Option number(std::size_t& target) {
  return [&target](std::string_view value) {
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), target);
    return error == std::errc() && end == value.data() + value.size();
  };
}

/// Reads `--name value` pairs. Gives the status to end with where the program is not to run: 0 for
/// `--help`, 2 for what is wrong.
inline std::optional<int> parse(int count, char** arguments, const Options& options) {
  for (int i = 1; i < count; i += 2) {
    const std::string_view name = arguments[i];
    if (name == "--help") return 0;
    const auto option = options.find(name);
    if (option == options.end() || i + 1 == count || !option->second(arguments[i + 1])) return 2;
  }
  return std::nullopt;
}

}  // namespace example
