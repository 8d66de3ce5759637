// SPDX-License-Identifier: Apache-2.0
#include "url.hpp"

#include <boost/url/parse.hpp>
#include <charconv>
#include <cstdint>
#include <system_error>

namespace example {
namespace {

/// In Boost 1.81, some numbers beyond 65535 wrap around in port_number().
bool is_port(std::string_view digits) {
  std::uint16_t port = 0;
  return std::from_chars(digits.data(), digits.data() + digits.size(), port).ec == std::errc();
}

}  // namespace

std::optional<Url> parse_url(std::string_view text, std::string_view scheme,
                             std::string_view default_port) {
  namespace urls = boost::urls;
  const auto url = urls::parse_uri({text.data(), text.size()});
  if (!url || std::string_view(url->scheme()) != scheme || url->has_userinfo()) return std::nullopt;

  const urls::host_type type = url->host_type();
  const bool has_host = type == urls::host_type::name || type == urls::host_type::ipv4;
  if (!has_host || url->encoded_host().empty()) return std::nullopt;
  if (url->has_port() && !is_port(url->port())) return std::nullopt;

  Url result{.host = std::string(url->encoded_host()), .port = std::string(default_port)};
  if (url->has_port()) result.port = std::string(url->port());
  result.target = std::string(url->encoded_target());
  if (!result.target.starts_with('/')) result.target.insert(0, "/");
  return result;
}

}  // namespace example
