// SPDX-License-Identifier: Apache-2.0
#include "request.hpp"

#include <algorithm>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/error.hpp>

namespace gateway {
namespace {

using boost::beast::iequals;

constexpr std::size_t max_fields = 256;
constexpr std::string_view scheme = "http://";

Refusal bad(std::string_view why) { return {http::status::bad_request, why}; }

std::string_view to_std(boost::beast::string_view text) { return {text.data(), text.size()}; }

/// `uri-host [ ":" port ]`, RFC 9110, §7.2, or empty; no user, no list, no blanks.
bool is_host(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-._~%!$&'()*+;=:[]").find(c) != std::string_view::npos;
  });
}

bool is_absolute(std::string_view target) {
  return target.size() > scheme.size() && iequals(target.substr(0, scheme.size()), scheme);
}

/// The text between `http://` and the path.
std::string_view authority_of(std::string_view target) {
  target.remove_prefix(scheme.size());
  return target.substr(0, target.find_first_of("/?#"));
}

std::optional<Refusal> check_lines(std::string_view raw) {
  std::size_t lines = 0;
  for (auto end = raw.find("\r\n"); end + 2 < raw.size(); end = raw.find("\r\n", end + 2)) {
    const char next = raw[end + 2];
    if (next == ' ' || next == '\t') return bad("folded header line\n");
    if (++lines > max_fields + 1) {
      return Refusal{http::status::request_header_fields_too_large, "too many header fields\n"};
    }
  }
  return std::nullopt;
}

std::optional<Refusal> check_target(const RequestHeader& header) {
  const std::string_view target = to_std(header.target());
  if (header.method() == http::verb::connect) {
    return Refusal{http::status::not_implemented, "CONNECT is not supported\n"};
  }
  if (target == "*") {
    if (header.method() == http::verb::options) return std::nullopt;
  } else if (is_absolute(target)) {
    const std::string_view authority = authority_of(target);
    if (!authority.empty() && is_host(authority)) return std::nullopt;
  } else if (target.starts_with('/')) {
    return std::nullopt;
  }
  return bad("invalid request target\n");
}

}  // namespace

std::optional<Refusal> refusal_of(const error_code& error) {
  if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    return Refusal{http::status::request_header_fields_too_large, "header fields too large\n"};
  }
  if (error == http::error::end_of_stream) return std::nullopt;
  if (error.category() == http::make_error_code(http::error::bad_method).category()) {
    return bad("invalid HTTP request\n");
  }
  return std::nullopt;
}

bool has_clear_framing(const http::fields& fields, unsigned version) {
  const auto lengths = fields.count(http::field::content_length);
  const auto codings = fields.count(http::field::transfer_encoding);
  if (codings == 0) {
    return lengths == 0 || (lengths == 1 && to_std(fields[http::field::content_length]).find(',') ==
                                                std::string_view::npos);
  }
  return lengths == 0 && codings == 1 && version == 11 &&
         iequals(fields[http::field::transfer_encoding], "chunked");
}

std::optional<Refusal> check(std::string_view raw, const RequestHeader& header) {
  if (const auto refusal = check_lines(raw)) return refusal;

  if (!has_clear_framing(header, header.version())) {
    const bool only_coding = header.count(http::field::transfer_encoding) == 1 &&
                             header.count(http::field::content_length) == 0 &&
                             header.version() == 11;
    if (only_coding) return Refusal{http::status::not_implemented, "only chunked is supported\n"};
    return bad("ambiguous body length\n");
  }

  const auto hosts = header.count(http::field::host);
  if (hosts > 1 || (hosts == 0 && header.version() == 11)) {
    return bad("exactly one Host field is required\n");
  }
  if (!is_host(to_std(header[http::field::host]))) return bad("invalid Host field\n");
  return check_target(header);
}

void normalise(RequestHeader& header, const std::string& default_host) {
  const std::string target(header.target());
  if (is_absolute(target)) {
    const std::string_view authority = authority_of(target);
    const std::string_view rest = std::string_view(target).substr(scheme.size() + authority.size());
    header.set(http::field::host, {authority.data(), authority.size()});
    header.target(rest.starts_with('/') ? std::string(rest) : '/' + std::string(rest));
  } else if (header.count(http::field::host) == 0) {
    header.set(http::field::host, default_host);
  }
}

}  // namespace gateway
