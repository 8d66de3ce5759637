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

/// Returns nothing if the text has another form: another scheme, a user, an IPv6 address.
[[nodiscard]] std::optional<Url> parse_url(std::string_view text, std::string_view scheme = "http",
                                           std::string_view default_port = "80");

}  // namespace example
