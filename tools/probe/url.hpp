// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace baton::tool::probe {

/// `http://host[:port][/path][?query]`
struct Url {
  std::string host;  ///< without the brackets of an IPv6 address
  std::uint16_t port = 80;
  std::string target = "/";

  /// `host:port`, as in the `Host` field.
  [[nodiscard]] std::string authority() const;
};

struct HostAndPort {
  std::string host;
  std::uint16_t port = 0;
};

/// The error is a sentence.
[[nodiscard]] tl::expected<Url, std::string> parse_url(std::string_view text);

/// `host:port`, with brackets around an IPv6 address. The error is a sentence.
[[nodiscard]] tl::expected<HostAndPort, std::string> parse_host_and_port(std::string_view text);

}  // namespace baton::tool::probe
