// SPDX-License-Identifier: Apache-2.0
#include "client.hpp"

#include <baton/carriers/beast.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <chrono>

namespace relay {
namespace {

namespace net = boost::asio;
namespace http = boost::beast::http;

constexpr std::chrono::seconds patience(30);

Clock::time_point last_end(const Journey& journey) {
  Clock::time_point last{};
  for (const FinishedSpan& span : journey.spans) last = std::max(last, span.end);
  return last;
}

}  // namespace

/// A request that waits for its journey.
class Client::Waiting {
 public:
  Waiting(Client& client, const std::string& order)
      : timer(client.io_, patience), client_(client), order_(order) {
    client_.waiting_[order_] = this;
  }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;
  ~Waiting() {
    client_.waiting_.erase(order_);
    if (!journey) client_.given_up_.insert(order_);
  }

  net::steady_timer timer;
  std::optional<Journey> journey;

 private:
  Client& client_;
  const std::string& order_;
};

void Client::arrive(Journey journey) {
  net::post(io_, [this, journey = std::move(journey)]() mutable { take(std::move(journey)); });
}

void Client::take(Journey journey) {
  const std::string order = journey.hops.empty() ? std::string() : journey.hops.front().order;
  const auto found = waiting_.find(order);
  if (found == waiting_.end() || found->second->journey) {
    if (!given_up_.contains(order)) ++strays_;
    return;
  }
  found->second->journey = std::move(journey);
  found->second->timer.cancel();
}

net::awaitable<void> Client::connect(Connection& connection, unsigned short port) {
  connection.stream.expires_after(patience);
  co_await connection.stream.async_connect({net::ip::address_v4::loopback(), port},
                                           net::use_awaitable);
}

/// Returns the trace id in the answer.
net::awaitable<std::string> Client::ask(Connection& connection, const Caller& caller,
                                        const Sent& sent, std::vector<std::string>& complaints) {
  std::string request = "POST /orders HTTP/1.1\r\nHost: 127.0.0.1\r\n";
  for (const std::string& field : caller.fields(sent)) request.append(field).append("\r\n");
  request += "Content-Length: " + std::to_string(sent.order.size()) + "\r\n\r\n" + sent.order;

  connection.stream.expires_after(patience);
  co_await net::async_write(connection.stream, net::buffer(request), net::use_awaitable);
  http::response<http::string_body> response;
  co_await http::async_read(connection.stream, connection.buffer, response, net::use_awaitable);
  if (response.result() != http::status::accepted) {
    complaints.push_back("the edge answered " + std::to_string(response.result_int()));
  }
  co_return baton::http::read_answer(response).trace_id.to_string();
}

net::awaitable<Outcome> Client::order(Connection& connection, const Caller& caller,
                                      std::string order) {
  Outcome outcome;
  baton::TraceId trace_id = baton::TraceId::random();
  if (caller.has_short_trace_id) trace_id = baton::TraceId(0, trace_id.low());
  baton::Context trace;
  trace.set_trace_id(trace_id, baton::Sampling::sample);
  baton::Span span(caller.has_span ? tracer_.get() : nullptr,
                   {.parent = trace, .kind = baton::SpanKind::client, .name = "POST"});
  const Sent sent{trace_id, span.context().span_context().span_id, std::move(order)};
  Waiting waiting(*this, sent.order);
  const Clock::time_point start = Clock::now();
  const std::string answer = co_await ask(connection, caller, sent, outcome.complaints);
  span.end();
  outcome.answered = Clock::now() - start;
  if (!waiting.journey && outcome.complaints.empty()) {
    boost::system::error_code ignored;
    co_await waiting.timer.async_wait(net::redirect_error(net::use_awaitable, ignored));
  }
  if (!waiting.journey) {
    outcome.complaints.emplace_back("the trace did not become complete");
    co_return outcome;
  }
  outcome.journey = *std::move(waiting.journey);
  outcome.completed = last_end(outcome.journey) - start;
  std::vector<std::string> all = complaints_about(outcome.journey);
  if (all.empty()) {
    all = caller.check(sent, outcome.journey);
    const FinishedSpan& first = outcome.journey.spans.front();
    if (answer != first.trace_id.to_string()) {
      all.emplace_back("the answer names another trace");
    }
    if (sent.order != outcome.journey.hops.front().order) {
      all.emplace_back("the order is another one");
    }
  }
  outcome.complaints.insert(outcome.complaints.end(), all.begin(), all.end());
  co_return outcome;
}

}  // namespace relay
