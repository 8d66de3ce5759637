// SPDX-License-Identifier: Apache-2.0
#include "tools/probe/url.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <system_error>

#include "baton/detail/ascii.hpp"
#include "text/chars.hpp"

namespace baton::tool::probe {
namespace {

constexpr detail::Charset name_chars = detail::letters_and_digits + detail::Charset("-._");
constexpr detail::Charset address_chars = detail::digits + detail::Charset("abcdefABCDEF:.");
constexpr detail::Charset target_chars = detail::printable - detail::Charset(" #\"<>\\");

std::string quoted(std::string_view what, std::string_view text) {
  return std::string(what).append(" '").append(text).append("'");
}

std::optional<std::uint16_t> parse_port(std::string_view digits) noexcept {
  std::uint16_t port = 0;
  const char* const end = digits.data() + digits.size();
  const auto result = std::from_chars(digits.data(), end, port);
  if (digits.empty() || result.ec != std::errc() || result.ptr != end) return std::nullopt;
  return port;
}

struct Split {
  std::string_view host;
  std::optional<std::string_view> port;
};

std::optional<Split> split_authority(std::string_view text) noexcept {
  Split split;
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == text.npos) return std::nullopt;
    split.host = text.substr(1, close - 1);
    if (address_chars.find_outside(split.host) != split.host.size()) return std::nullopt;
    text.remove_prefix(close + 1);
  } else {
    split.host = text.substr(0, text.find(':'));
    if (name_chars.find_outside(split.host) != split.host.size()) return std::nullopt;
    text.remove_prefix(split.host.size());
  }
  if (split.host.empty()) return std::nullopt;
  if (text.empty()) return split;
  if (text.front() != ':') return std::nullopt;
  split.port = text.substr(1);
  return split;
}

}  // namespace

std::string Url::authority() const {
  const bool is_ipv6 = host.find(':') != host.npos;
  return (is_ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

tl::expected<Url, std::string> parse_url(std::string_view text) {
  constexpr std::string_view scheme = "http://";
  if (detail::starts_with_ignoring_case(text, "https://")) {
    return tl::unexpected(std::string("https is not supported: probe the service's http port"));
  }
  if (!detail::starts_with_ignoring_case(text, scheme)) {
    return tl::unexpected(quoted("a URL must begin with http://, unlike", text));
  }
  std::string_view rest = text.substr(scheme.size());
  rest = rest.substr(0, rest.find('#'));
  const std::size_t end = std::min(rest.find_first_of("/?"), rest.size());
  const auto split = split_authority(rest.substr(0, end));
  const auto port =
      split && split->port ? parse_port(*split->port) : std::optional<std::uint16_t>(80);
  if (!split || !port || *port == 0) return tl::unexpected(quoted("invalid host or port in", text));

  std::string target(rest.substr(end));
  if (!target.starts_with('/')) target.insert(0, "/");
  if (target_chars.find_outside(target) != target.size()) {
    return tl::unexpected(quoted("invalid character in the path of", text));
  }
  return Url{std::string(split->host), *port, std::move(target)};
}

tl::expected<HostAndPort, std::string> parse_host_and_port(std::string_view text) {
  const auto split = split_authority(text);
  const auto port = split && split->port ? parse_port(*split->port) : std::nullopt;
  if (!port) return tl::unexpected(quoted("expected HOST:PORT, got", text));
  return HostAndPort{std::string(split->host), *port};
}

}  // namespace baton::tool::probe
