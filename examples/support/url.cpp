// SPDX-License-Identifier: Apache-2.0
#include "url.hpp"

#include <algorithm>

namespace example {

std::optional<Url> parse_url(std::string_view text) {
  constexpr std::string_view scheme = "http://";
  const bool printable =
      std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
  if (!printable || !text.starts_with(scheme)) return std::nullopt;
  text = text.substr(0, text.find('#')).substr(scheme.size());

  Url url;
  const std::string_view authority = text.substr(0, text.find_first_of("/?"));
  const std::string_view target = text.substr(authority.size());
  if (!target.empty()) url.target = (target.front() == '?' ? "/" : "") + std::string(target);

  const std::size_t colon = authority.find(':');
  url.host = authority.substr(0, colon);
  if (colon != std::string_view::npos) url.port = authority.substr(colon + 1);
  const bool numeric =
      std::all_of(url.port.begin(), url.port.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (url.host.empty() || url.host.find('@') != std::string::npos || url.port.empty() || !numeric) {
    return std::nullopt;
  }
  return url;
}

}  // namespace example
