// SPDX-License-Identifier: Apache-2.0
/// The service for the W3C's test harness for trace context: `POST /test` has a list of URLs, and
/// the service calls them within the context of the request. The harness wants a new parent-id in
/// each call, so a tracer makes ids.

#include <baton/baton.hpp>
#include <baton/carriers/beast.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/json.hpp>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/listener.hpp"
#include "support/url.hpp"

namespace net = boost::asio;
namespace http = boost::beast::http;
namespace json = boost::json;
using net::ip::tcp;

namespace {

constexpr std::size_t max_calls = 64;
constexpr std::uint64_t max_response_bytes = 1024 * 1024;
constexpr std::chrono::seconds call_timeout{5};

struct Call {
  example::Url url;
  std::string arguments;
};

/// `[{"url": "http://…", "arguments": …}, …]`
std::optional<std::vector<Call>> parse_calls(const std::string& body) {
  json::error_code error;
  const json::value document = json::parse(body, error);
  if (error || !document.is_array() || document.get_array().size() > max_calls) return {};

  std::vector<Call> calls;
  for (const json::value& element : document.get_array()) {
    const json::object* object = element.if_object();
    const json::value* url = object != nullptr ? object->if_contains("url") : nullptr;
    const json::value* arguments = object != nullptr ? object->if_contains("arguments") : nullptr;
    if (url == nullptr || !url->is_string() || arguments == nullptr) return {};

    const json::string& text = url->get_string();
    std::optional<example::Url> parsed = example::parse_url({text.data(), text.size()});
    if (!parsed) return {};
    calls.push_back({*std::move(parsed), json::serialize(*arguments)});
  }
  return calls;
}

using Request = http::request<http::string_body>;

net::awaitable<example::Response> send(const example::Url& url, const Request& request) {
  const auto executor = co_await net::this_coro::executor;
  tcp::resolver resolver(executor);
  boost::beast::tcp_stream stream(executor);
  const auto endpoints = co_await resolver.async_resolve(url.host, url.port, net::use_awaitable);
  stream.expires_after(call_timeout);
  co_await stream.async_connect(endpoints, net::use_awaitable);
  co_await http::async_write(stream, request, net::use_awaitable);

  boost::beast::flat_buffer buffer;
  http::response_parser<http::string_body> response;
  response.body_limit(max_response_bytes);
  co_await http::async_read(stream, buffer, response, net::use_awaitable);
  co_return response.release();
}

net::awaitable<unsigned> post(const Call& call) {
  Request request(http::verb::post, call.url.target, 11);
  request.set(http::field::host, call.url.host + ':' + call.url.port);
  request.set(http::field::content_type, "application/json");
  request.body() = call.arguments;
  request.prepare_payload();
  const auto response =
      co_await baton::http::co_call(request, [&] { return send(call.url, request); });
  co_return response.result_int();
}

net::awaitable<json::object> try_to_post(const Call& call) {
  json::object outcome;
  try {
    outcome["status"] = co_await post(call);
  } catch (const std::exception& exception) {
    outcome["error"] = exception.what();
  }
  co_return outcome;
}

net::awaitable<example::Response> test(const example::Request& request) {
  const std::optional<std::vector<Call>> calls = parse_calls(request.body());
  if (!calls) {
    co_return example::make_response(http::status::bad_request,
                                     "the body must be an array of {\"url\", \"arguments\"}\n");
  }
  json::array outcomes;
  for (const Call& call : *calls) outcomes.push_back(co_await try_to_post(call));
  co_return example::make_response(http::status::ok, json::serialize(outcomes), "application/json");
}

net::awaitable<example::Response> handle(const example::Request& request) {
  if (request.target() != "/test") {
    co_return example::make_response(http::status::not_found, "not found: use /test\n");
  }
  if (request.method() != http::verb::post) {
    auto response = example::make_response(http::status::method_not_allowed, "POST to /test\n");
    response.set(http::field::allow, "POST");
    co_return response;
  }
  co_return co_await baton::http::co_serve(request, test);
}

}  // namespace

int main(int argc, char** argv) {
  baton::set_global_tracer(std::make_shared<baton::IdTracer>());
  return example::run_server(argc, argv, "Calls the given URLs, for the W3C's test harness.",
                             handle);
}
