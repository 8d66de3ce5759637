// SPDX-License-Identifier: Apache-2.0
#include "exporter/endpoint.hpp"

#include <algorithm>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <charconv>
#include <cstdint>
#include <system_error>

namespace urls = boost::urls;

namespace baton::detail {
namespace {

bool is_port(std::string_view digits) noexcept {
  std::uint16_t port = 0;
  const char* const end = digits.data() + digits.size();
  const auto [last, result] = std::from_chars(digits.data(), end, port);
  return result == std::errc() && last == end && port != 0;
}

/// Escapes are decoded: a zero would end the name that is looked up.
bool is_host(std::string_view host) noexcept {
  return std::none_of(host.begin(), host.end(),
                      [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == '\x7f'; });
}

/// The parts of a URL that hold no passwords and keys.
std::string without_secrets(const urls::url_view& url) {
  std::string shown = std::string(url.scheme()) + ':';
  if (!url.has_authority()) return shown + "…";
  return shown.append("//").append(url.encoded_host_and_port()).append(url.encoded_path());
}

}  // namespace

std::optional<Endpoint> Endpoint::parse(std::string_view url, std::string& error) {
  const auto parsed = urls::parse_uri(url);
  // Boost.URL 1.81 takes what follows "host:" for the path if it is no port.
  const auto has_bad_port = [](const urls::url_view& one) {
    return one.has_authority() && !one.encoded_path().empty() && one.encoded_path().front() != '/';
  };
  if (!parsed || has_bad_port(*parsed)) {
    error = "is no URL";
    return std::nullopt;
  }
  const auto wrong = [&](std::string_view reason) {
    error = std::string("'").append(without_secrets(*parsed)).append("' ").append(reason);
    return std::nullopt;
  };
  if (parsed->scheme_id() == urls::scheme::https) {
    return wrong(
        "has TLS, which is not supported: send to a collector on this host, and let it "
        "forward by https");
  }
  if (parsed->scheme_id() != urls::scheme::http) return wrong("does not begin with 'http://'");
  if (parsed->has_userinfo()) return wrong("has a user, which is not supported: use headers");
  if (parsed->encoded_host().empty()) return wrong("has no host");
  if (!is_host(parsed->host_address())) return wrong("has no valid host");
  if (!parsed->port().empty() && !is_port(parsed->port())) return wrong("has no valid port");
  Endpoint endpoint;
  endpoint.host = parsed->host_address();
  endpoint.port = parsed->port().empty() ? "80" : std::string(parsed->port());
  endpoint.authority = parsed->encoded_host_and_port();
  endpoint.target = parsed->encoded_path().empty() ? "/" : std::string(parsed->encoded_path());
  if (parsed->has_query()) endpoint.target.append("?").append(parsed->encoded_query());
  endpoint.shown = without_secrets(*parsed);
  return endpoint;
}

void check_endpoint(std::string_view name, std::string& url, Errors& errors) {
  std::string error;
  if (url.empty() || Endpoint::parse(url, error)) return;
  errors.add(std::string(name) + " " + error);
  url.clear();
}

}  // namespace baton::detail
