// SPDX-License-Identifier: Apache-2.0
#include "fields.hpp"

#include <baton/carriers/http_field.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <string_view>
#include <vector>

namespace gateway {
namespace {

using boost::beast::iequals;

void append(std::string& text, boost::beast::string_view more) {
  text.append(more.data(), more.size());
}

std::string start(boost::beast::string_view first, boost::beast::string_view second,
                  boost::beast::string_view third, const http::fields& fields) {
  std::string text;
  text.reserve(1024);
  append(text, first);
  text += ' ';
  append(text, second);
  text += ' ';
  append(text, third);
  text += "\r\n";
  append_fields(text, fields);
  return text += "\r\n";
}

/// A copy: erasing a neighbor invalidates the range of a name in `fields`.
std::vector<std::string> names_in_connection(const http::fields& fields) {
  std::vector<std::string> names;
  const auto [first, last] = fields.equal_range(http::field::connection);
  for (auto field = first; field != last; ++field) {
    for (const boost::beast::string_view name : http::token_list(field->value())) {
      if (!iequals(name, "Host") && !iequals(name, "Content-Length")) names.emplace_back(name);
    }
  }
  return names;
}

}  // namespace

void remove_hop_by_hop(http::fields& fields) {
  for (const std::string& name : names_in_connection(fields)) fields.erase(name);
  for (const http::field name :
       {http::field::connection, http::field::keep_alive, http::field::proxy_connection,
        http::field::te, http::field::transfer_encoding, http::field::upgrade,
        http::field::proxy_authenticate, http::field::proxy_authorization}) {
    fields.erase(name);
  }
}

void prepare_for_upstream(RequestHeader& header) {
  const bool takes_trailers = http::ext_list(header[http::field::te]).exists("trailers");
  remove_hop_by_hop(header);
  if (!takes_trailers) return;
  header.set(http::field::te, "trailers");
  header.set(http::field::connection, "TE");
}

void append_fields(std::string& text, const http::fields& fields) {
  for (const auto& field : fields) {
    append(text, field.name_string());
    text += ": ";
    append(text, field.value());
    text += "\r\n";
  }
}

std::string to_text(const RequestHeader& header) {
  return start(header.method_string(), header.target(), "HTTP/1.1", header);
}

std::string to_text(const ResponseHeader& header) {
  return start("HTTP/1.1", std::to_string(header.result_int()), header.reason(), header);
}

}  // namespace gateway
