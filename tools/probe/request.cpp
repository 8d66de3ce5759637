// SPDX-License-Identifier: Apache-2.0
#include "tools/probe/request.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "text/chars.hpp"

namespace baton::tool::probe {
namespace {

/// `[{"url": …, "arguments": []}, …]`, as the W3C's harness sends it.
std::string make_body(const Case& row, std::string_view callback, std::string_view token) {
  boost::json::array calls;
  for (unsigned i = 0; i < row.calls; ++i) {
    std::string url(callback);
    if (!url.ends_with('/')) url += '/';
    url.append("baton-probe/").append(token).append(".").append(std::to_string(i));
    calls.push_back(boost::json::object{{"url", url}, {"arguments", boost::json::array()}});
  }
  return boost::json::serialize(calls);
}

bool names_one_of(std::string_view line, const std::vector<std::string>& others) {
  const std::string_view name = line.substr(0, line.find(':') + 1);
  return std::any_of(others.begin(), others.end(), [name](const std::string& other) {
    return detail::starts_with_ignoring_case(other, name);
  });
}

}  // namespace

std::string make_request(const RunOptions& options, const Case& row, std::string_view callback,
                         std::string_view token) {
  std::string target = options.url.target;
  std::string body;
  if (options.call == CallMode::body) {
    body = make_body(row, callback, token);
  } else if (options.call == CallMode::route) {
    target += target.find('?') == target.npos ? '?' : '&';
    target.append("baton-probe=").append(token);
  }

  std::string text;
  text.append(options.method).append(" ").append(target).append(" HTTP/1.1\r\n");
  std::vector<std::string> own{"Host: " + options.url.authority(),
                               "User-Agent: baton-probe/" BATON_VERSION, "Accept: */*"};
  if (options.call == CallMode::body) own.emplace_back("Content-Type: application/json");
  for (const std::string& line : own) {
    if (!names_one_of(line, options.headers)) text.append(line).append("\r\n");
  }
  for (const std::string& line : options.headers) text.append(line).append("\r\n");
  if (!body.empty() || options.method == "POST" || options.method == "PUT") {
    text.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n");
  }
  for (const std::string& line : row.lines) text.append(line).append("\r\n");
  return text.append("\r\n").append(body);
}

}  // namespace baton::tool::probe
