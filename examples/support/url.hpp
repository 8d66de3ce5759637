// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace example {

/// `http://host[:port][/path][?query]`
struct Url {
  std::string host;
  std::string port = "80";
  std::string target = "/";
};

/// Nothing else than that form, and no character that could end the request line.
[[nodiscard]] std::optional<Url> parse_url(std::string_view text);

}  // namespace example
