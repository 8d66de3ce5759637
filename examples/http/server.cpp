// SPDX-License-Identifier: Apache-2.0
/// An asynchronous server: one coroutine for each request, all on one thread. It has no tracer, so
/// it forwards what its callers send.

#include <baton/baton.hpp>
#include <baton/carriers/beast.hpp>
#include <boost/asio/steady_timer.hpp>
#include <string>
#include <utility>
#include <vector>

#include "support/listener.hpp"

namespace net = boost::asio;
namespace http = boost::beast::http;

namespace {

/// Responds with the fields that a call within this request would carry.
net::awaitable<example::Response> answer() {
  net::steady_timer work(co_await net::this_coro::executor, std::chrono::milliseconds(1));
  co_await work.async_wait(net::use_awaitable);

  std::vector<std::pair<std::string, std::string>> fields;
  baton::http::inject(fields);

  std::string body;
  for (const auto& [name, value] : fields) {
    body.append(name).append(": ").append(value).append("\n");
  }
  co_return example::make_response(http::status::ok, std::move(body));
}

net::awaitable<example::Response> handle(const example::Request& request) {
  if (request.target() == "/metrics") {
    co_return example::make_response(http::status::ok,
                                     baton::to_prometheus(baton::extraction_counts()));
  }
  co_return co_await baton::http::co_serve(request, answer);
}

}  // namespace

int main(int argc, char** argv) {
  return example::run_server(argc, argv, "Shows the trace context of a request.", handle);
}
