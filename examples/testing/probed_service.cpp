// SPDX-License-Identifier: Apache-2.0
/// A service with a hand-written propagation, such as many have, and with a mistake in it. `baton
/// probe` finds it. Each request makes it call the stock, at the URL of the variable STOCK_URL,
/// within the trace of its caller. With the variable FIXED it is the same without the mistake.

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <string_view>

#include "support/listener.hpp"
#include "support/url.hpp"

namespace net = boost::asio;
namespace http = boost::beast::http;
using net::ip::tcp;

namespace {

bool is_hex(std::string_view text) {
  return text.find_first_not_of("0123456789abcdef") == text.npos;
}

bool is_zero(std::string_view text) { return text.find_first_not_of('0') == text.npos; }

std::string random_hex(std::size_t digits) {
  static std::random_device device;
  std::string text;
  while (text.size() < digits) text += "0123456789abcdef"[device() % 16];
  return is_zero(text) ? random_hex(digits) : text;
}

struct Trace {
  std::string id;
  bool is_sampled = false;
  bool is_random = false;
};

/// version "-" trace-id "-" parent-id "-" trace-flags
std::optional<Trace> parse_traceparent(std::string_view text) {
  if (text.size() < 55 || text[2] != '-' || text[35] != '-' || text[52] != '-') return std::nullopt;
  const std::string_view version = text.substr(0, 2);
  const std::string_view id = text.substr(3, 32);
  const std::string_view parent = text.substr(36, 16);
  const std::string_view flags = text.substr(53, 2);
  if (!is_hex(version) || !is_hex(id) || !is_hex(parent) || !is_hex(flags)) return std::nullopt;
  if (version == "ff" || is_zero(id) || is_zero(parent)) return std::nullopt;
  if (version == "00" ? text.size() != 55 : text.size() > 55 && text[55] != '-') {
    return std::nullopt;
  }
  const std::size_t low = std::string_view("0123456789abcdef").find(flags[1]);
  return Trace{std::string(id), (low & 1U) != 0, (low & 2U) != 0};
}

std::string_view trim(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(" \t"), text.size());
  text.remove_prefix(begin);
  return text.substr(0, text.find_last_not_of(" \t") + 1);
}

bool is_member(std::string_view member) {
  const std::size_t equals = member.find('=');
  if (equals == 0 || equals == member.npos || equals > 256) return false;
  const std::string_view key = member.substr(0, equals);
  const std::string_view value = member.substr(equals + 1);
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz0123456789";
  if (letters.find(key[0]) == letters.npos) return false;
  if (key.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-*/@") != key.npos) return false;
  if (value.empty() || value.size() > 256) return false;
  for (const char c : value) {
    if (c < ' ' || c > '~' || c == '=') return false;
  }
  return true;
}

/// The list without what may be left out; empty if it is invalid.
std::string clean_tracestate(std::string_view list) {
  std::string clean;
  std::set<std::string_view> keys;
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(','), list.size());
    const std::string_view member = trim(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
    if (member.empty()) continue;
    if (!is_member(member) || !keys.insert(member.substr(0, member.find('='))).second) return {};
    if (!clean.empty()) clean += ',';
    clean += member;
  }
  return keys.size() > 32 ? std::string() : clean;
}

/// All fields of that name as one list.
std::string join(const example::Request& request, std::string_view name) {
  std::string list;
  const auto fields = request.equal_range({name.data(), name.size()});
  for (auto field = fields.first; field != fields.second; ++field) {
    list.append(list.empty() ? "" : ",").append(std::string_view(field->value()));
  }
  return list;
}

/// What the call to the stock carries of the caller's trace.
void propagate(const example::Request& request, http::request<http::empty_body>& call,
               bool is_fixed) {
  std::optional<Trace> trace;
  if (request.count("traceparent") == 1) trace = parse_traceparent(request["traceparent"]);
  if (trace) {
    // The mistake: a request may have several fields of this name, and this is the first one.
    const std::string list =
        is_fixed ? join(request, "tracestate") : std::string(request["tracestate"]);
    const std::string clean = clean_tracestate(list);
    if (!clean.empty()) call.set("tracestate", clean);
  } else {
    trace = Trace{random_hex(32), false, true};
  }
  const char flags =
      static_cast<char>('0' + (trace->is_sampled ? 1 : 0) + (trace->is_random ? 2 : 0));
  call.set("traceparent", "00-" + trace->id + "-" + random_hex(16) + "-0" + flags);
}

net::awaitable<unsigned> ask(const example::Url& stock,
                             const http::request<http::empty_body>& call) {
  const auto executor = co_await net::this_coro::executor;
  tcp::resolver resolver(executor);
  boost::beast::tcp_stream stream(executor);
  const auto endpoints =
      co_await resolver.async_resolve(stock.host, stock.port, net::use_awaitable);
  stream.expires_after(std::chrono::seconds(5));
  co_await stream.async_connect(endpoints, net::use_awaitable);
  co_await http::async_write(stream, call, net::use_awaitable);
  boost::beast::flat_buffer buffer;
  http::response<http::string_body> response;
  co_await http::async_read(stream, buffer, response, net::use_awaitable);
  co_return response.result_int();
}

net::awaitable<example::Response> handle(const example::Request& request, const example::Url& stock,
                                         bool is_fixed) {
  http::request<http::empty_body> call(http::verb::get, stock.target, 11);
  call.set(http::field::host, stock.host + ':' + stock.port);
  propagate(request, call, is_fixed);
  const unsigned status = co_await ask(stock, call);
  co_return example::make_response(status == 200 ? http::status::ok : http::status::bad_gateway,
                                   "the stock answered\n");
}

}  // namespace

int main(int argc, char** argv) {
  const char* const text = std::getenv("STOCK_URL");
  const std::optional<example::Url> stock = example::parse_url(text != nullptr ? text : "");
  if (!stock) {
    std::cerr << "probed_service: STOCK_URL must be a URL\n";
    return 2;
  }
  const bool is_fixed = std::getenv("FIXED") != nullptr;
  return example::run_server(
      argc, argv, "Calls the stock, within the trace of its caller.",
      [&](const example::Request& request) { return handle(request, *stock, is_fixed); });
}
