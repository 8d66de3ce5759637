// SPDX-License-Identifier: Apache-2.0
#include "services.hpp"

#include <algorithm>
#include <baton/baton.hpp>
#include <baton/carriers/beast.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <string_view>

#include "hop.hpp"
#include "table.hpp"

namespace relay {
namespace {

namespace net = boost::asio;
namespace http = boost::beast::http;
using net::ip::tcp;

constexpr std::string_view json_type = "application/json";

/// The fields that the chain sends, and the encoding of B3 that it only reads.
bool is_propagation_field(std::string_view name) {
  const auto sent = baton::global_chain().fields();
  return name.starts_with("x-b3-") || std::ranges::find(sent, name) != sent.end();
}

/// A value in a form that is safe for JSON and a terminal.
std::string printable(std::string_view value) {
  constexpr std::string_view hex = "0123456789abcdef";
  std::string text;
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7F) {
      text += c;
    } else {
      text.append("\\x").append({hex[byte >> 4U], hex[byte & 0xFU]});
    }
  }
  return text;
}

/// The propagation fields of a message, names in lower case.
Fields propagation_fields(const http::fields& message) {
  Fields fields;
  for (const auto& field : message) {
    std::string name(field.name_string());
    std::ranges::transform(name, name.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    if (is_propagation_field(name)) {
      fields.emplace_back(std::move(name), printable(field.value()));
    }
  }
  return fields;
}

/// What a service finds in a request; called within its work.
Hop describe(std::string service, const example::Request& request,
             const baton::ExtractReport& report) {
  const baton::Context& context = baton::current();
  Hop hop;
  hop.service = std::move(service);
  hop.arrived = propagation_fields(request);
  hop.trace_id = context.span_context().trace_id.to_string();
  hop.span_id = context.span_context().span_id.to_string();
  hop.sampling = to_string(context.sampling());
  for (const auto& [field, error] : report.issues()) {
    hop.issues.push_back(std::string(field) + ": " + error.message());
  }
  return hop;
}

example::Response answer(const example::Request& request, const std::vector<Hop>& hops) {
  const bool wants_json =
      std::string_view(request[http::field::accept]).find(json_type) != std::string_view::npos;
  if (wants_json) {
    return example::make_response(http::status::ok, boost::json::serialize(to_json(hops)),
                                  json_type);
  }
  return example::make_response(http::status::ok, draw(hops, Style::plain));
}

/// Calls the backend within the current context.
net::awaitable<std::vector<Hop>> call_backend(unsigned short port, Fields& sent) {
  http::request<http::empty_body> request(http::verb::get, "/", 11);
  request.set(http::field::host, "127.0.0.1");
  request.set(http::field::accept, json_type);
  request.keep_alive(false);
  baton::http::inject(request);
  sent = propagation_fields(request);

  boost::beast::tcp_stream stream(co_await net::this_coro::executor);
  stream.expires_after(std::chrono::seconds(5));
  co_await stream.async_connect(tcp::endpoint(net::ip::address_v4::loopback(), port),
                                net::use_awaitable);
  co_await http::async_write(stream, request, net::use_awaitable);
  boost::beast::flat_buffer buffer;
  example::Response response;
  co_await http::async_read(stream, buffer, response, net::use_awaitable);
  co_return hops_from_json(boost::json::parse(response.body()));
}

}  // namespace

example::Handler make_edge(unsigned short backend_port) {
  return [backend_port](const example::Request& request) -> net::awaitable<example::Response> {
    baton::ExtractReport report;
    const auto work = [&]() -> net::awaitable<example::Response> {
      std::vector<Hop> hops{describe("edge", request, report)};
      std::vector<Hop> further = co_await call_backend(backend_port, hops.front().left);
      std::ranges::move(further, std::back_inserter(hops));
      co_return answer(request, hops);
    };
    co_return co_await baton::http::co_serve(request, work, {.report = &report});
  };
}

example::Handler make_backend() {
  return [](const example::Request& request) -> net::awaitable<example::Response> {
    baton::ExtractReport report;
    const auto work = [&]() -> net::awaitable<example::Response> {
      co_return answer(request, {describe("backend", request, report)});
    };
    co_return co_await baton::http::co_serve(request, work, {.report = &report});
  };
}

}  // namespace relay
