// SPDX-License-Identifier: Apache-2.0
#include "tools/probe/request.hpp"

#include <boost/json.hpp>

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
  text.append("Host: ").append(options.url.authority()).append("\r\n");
  text += "User-Agent: baton-probe/" BATON_VERSION "\r\nAccept: */*\r\n";
  for (const std::string& line : options.headers) text.append(line).append("\r\n");
  if (options.call == CallMode::body) text += "Content-Type: application/json\r\n";
  if (!body.empty() || options.method == "POST" || options.method == "PUT") {
    text.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n");
  }
  for (const std::string& line : row.lines) text.append(line).append("\r\n");
  return text.append("\r\n").append(body);
}

}  // namespace baton::tool::probe
