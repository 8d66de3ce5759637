// SPDX-License-Identifier: Apache-2.0
/// A synchronous client: starts a trace and makes one GET in it.

#include <baton/baton.hpp>
#include <baton/carriers/beast.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <exception>
#include <iostream>
#include <memory>
#include <optional>
#include <string>

#include "support/options.hpp"
#include "support/url.hpp"

namespace net = boost::asio;
namespace http = boost::beast::http;
using net::ip::tcp;

namespace {

http::response<http::string_body> get(const example::Url& url) {
  http::request<http::empty_body> request(http::verb::get, url.target, 11);
  request.set(http::field::host, url.host + ':' + url.port);
  return baton::http::call(request, [&] {
    net::io_context io;
    boost::beast::tcp_stream stream(io);
    stream.connect(tcp::resolver(io).resolve(url.host, url.port));
    http::write(stream, request);

    boost::beast::flat_buffer buffer;
    http::response<http::string_body> response;
    http::read(stream, buffer, response);
    return response;
  });
}

}  // namespace

int main(int argc, char** argv) {
  example::Url url;
  CLI::App app("Starts a trace and makes one GET in it.", "http_client");
  app.add_option_function<std::string>(
         "url",
         [&url](const std::string& text) {
           const std::optional<example::Url> parsed = example::parse_url(text);
           if (!parsed) throw CLI::ValidationError("url", "must be http://HOST[:PORT][/PATH]");
           url = *parsed;
         },
         "The URL to get")
      ->required()
      ->type_name("http://HOST[:PORT][/PATH]");
  if (const std::optional<int> status = example::parse_options(app, argc, argv)) return *status;

  baton::set_global_tracer(std::make_shared<baton::IdTracer>());
  baton::Context user;
  user.set_baggage(baton::Baggage().set("user", "Amélie").value_or(baton::Baggage()));
  const baton::Span span(baton::global_tracer(), {.parent = user, .name = "http_client"});
  const baton::Scope scope(span.context());
  std::cout << "trace " << baton::current().trace_id() << '\n';
  try {
    const auto response = get(url);
    std::cout << response.body();
    return response.result() == http::status::ok ? 0 : 1;
  } catch (const std::exception& exception) {
    std::cerr << "error: " << exception.what() << '\n';
    return 1;
  }
}
