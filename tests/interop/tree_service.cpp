// SPDX-License-Identifier: Apache-2.0
// A service that calls the service at NEXT for each request, and prints its spans, a line for each:
// trace id, span id, parent's span id. TRACER is `none`, `ids` (it prints what its own code sees)
// or `recorder`.

#include <baton/baton.hpp>
#include <baton/carriers/beast.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>

#include "support/listener.hpp"
#include "support/url.hpp"

namespace {

namespace net = boost::asio;
namespace http = boost::beast::http;

const std::string_view tracer_name = std::getenv("TRACER");
const example::Url next = example::parse_url(std::getenv("NEXT")).value();
const auto recorder = std::make_shared<baton::RecordingTracer>();

void print(const baton::Context& span, const baton::Context& parent) {
  std::cout << span.trace_id() << ' ' << span.span_context().span_id << ' '
            << parent.span_context().span_id << std::endl;
}

net::awaitable<example::Response> send(http::request<http::empty_body>& request) {
  boost::beast::tcp_stream stream(co_await net::this_coro::executor);
  stream.expires_after(std::chrono::seconds(20));
  const auto port = static_cast<unsigned short>(std::stoi(next.port));
  co_await stream.async_connect({net::ip::make_address(next.host), port}, net::use_awaitable);
  co_await http::async_write(stream, request, net::use_awaitable);
  boost::beast::flat_buffer buffer;
  example::Response response;
  co_await http::async_read(stream, buffer, response, net::use_awaitable);
  co_return response;
}

net::awaitable<example::Response> handle(const example::Request& request) {
  example::Response response =
      co_await baton::http::co_serve(request, [&]() -> net::awaitable<example::Response> {
        const baton::Context ours = baton::current();
        http::request<http::empty_body> call(http::verb::get, next.target, 11);
        call.set(http::field::host, next.host);
        co_return co_await baton::http::co_call(call, [&]() -> net::awaitable<example::Response> {
          if (tracer_name == "ids") {
            print(ours, baton::http::extract(request));
            print(baton::current(), ours);
          }
          co_return co_await send(call);
        });
      });
  for (const baton::RecordedSpan& span : recorder->ended()) print(span.context, span.parent);
  recorder->clear();
  co_return response;
}

}  // namespace

int main(int argc, char** argv) {
  if (tracer_name == "ids") baton::set_global_tracer(std::make_shared<baton::IdTracer>());
  if (tracer_name == "recorder") baton::set_global_tracer(recorder);
  return example::run_server(argc, argv, "Calls the service at NEXT.", handle);
}
