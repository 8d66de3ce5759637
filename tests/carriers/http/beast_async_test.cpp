// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "baton/baton.hpp"
#include "baton/carriers/beast.hpp"

namespace {

namespace net = boost::asio;
namespace http = boost::beast::http;
using net::ip::tcp;
using Request = http::request<http::string_body>;
using Response = http::response<http::string_body>;
using baton::with_context;

const baton::Context nothing;

baton::Context new_context() { return baton::Context().child(); }

Request request_of(const baton::Context& context) {
  Request request(http::verb::get, "/", 11);
  request.set(http::field::host, "localhost");
  baton::http::inject(request, context);
  return request;
}

TEST(CoServe, GivesTheCallerItsOwnContextBack) {
  net::io_context io;
  const baton::Context outside = new_context();
  const auto session = [&](baton::Context own) -> net::awaitable<void> {
    for (int i = 0; i < 3; ++i) {
      const baton::Context sent = new_context();
      const Request request = request_of(sent);
      const auto trace_id = co_await baton::http::co_serve(
          request, [&](const Request& handled) -> net::awaitable<baton::TraceId> {
            EXPECT_EQ(&handled, &request);
            const baton::Context mine = baton::current();
            EXPECT_EQ(mine.span_context().span_id, sent.span_context().span_id);
            co_await net::post(co_await net::this_coro::executor, net::use_awaitable);
            EXPECT_EQ(baton::current(), mine);
            co_return mine.span_context().trace_id;
          });
      EXPECT_EQ(trace_id, sent.span_context().trace_id);
      EXPECT_EQ(baton::current(), own);
      co_await net::post(co_await net::this_coro::executor, net::use_awaitable);
      EXPECT_EQ(baton::current(), own);
    }
  };
  std::future<void> plain = net::co_spawn(io, session(nothing), net::use_future);
  std::future<void> wrapped =
      net::co_spawn(with_context(io.get_executor(), outside), session(outside), net::use_future);
  io.run();
  EXPECT_NO_THROW(plain.get());
  EXPECT_NO_THROW(wrapped.get());
}

TEST(CoServe, PassesExceptionsAndRunsPlainFunctionsInTheContext) {
  net::io_context io;
  const Request request = request_of(new_context());
  bool was_current = false;
  const auto session = [&]() -> net::awaitable<void> {
    const auto fail = [&]() -> net::awaitable<void> {
      co_await net::post(co_await net::this_coro::executor, net::use_awaitable);
      throw std::runtime_error("no");
    };
    bool thrown = false;
    try {
      // Not a coroutine itself: its body also belongs to the request.
      co_await baton::http::co_serve(request, [&] {
        was_current = baton::current() != nothing;
        return fail();
      });
    } catch (const std::runtime_error&) {
      thrown = true;
    }
    EXPECT_TRUE(thrown);
    EXPECT_EQ(baton::current(), nothing);
  };
  std::future<void> done = net::co_spawn(io, session(), net::use_future);
  io.run();
  EXPECT_NO_THROW(done.get());
  EXPECT_TRUE(was_current);
}

// ---- Many connections on few threads ----

constexpr int connections = 8;
constexpr int requests_each = 200;
constexpr int pipelined = 4;

struct Tally {
  std::atomic<int> served = 0;
  std::atomic<int> answered = 0;
  std::atomic<int> wrong = 0;

  void check(bool right) { wrong += right ? 0 : 1; }
};

net::awaitable<Response> answer(const Request& request, Tally& tally) {
  const baton::Context expected = baton::http::extract(request);
  const baton::Context mine = baton::current();
  tally.check(mine == expected);

  const auto executor = co_await net::this_coro::executor;
  for (int i = 0; i < 3; ++i) {
    co_await net::post(executor, net::use_awaitable);
    tally.check(baton::current() == mine);
  }
  net::steady_timer timer(executor, std::chrono::microseconds(50));
  co_await timer.async_wait(net::use_awaitable);
  tally.check(baton::current() == mine);

  ++tally.served;
  Response response(http::status::ok, 11);
  response.body() = baton::current().span_context().trace_id.to_string();
  co_return response;
}

net::awaitable<void> serve_connection(tcp::socket socket, Tally& tally) {
  boost::beast::tcp_stream stream(std::move(socket));
  boost::beast::flat_buffer buffer;
  for (;;) {
    Request request;
    boost::system::error_code error;
    stream.expires_after(std::chrono::seconds(60));
    co_await http::async_read(stream, buffer, request,
                              net::redirect_error(net::use_awaitable, error));
    tally.check(baton::current() == nothing);
    if (error) co_return;
    Response response = co_await baton::http::co_serve(
        request, [&](const Request& handled) { return answer(handled, tally); });
    tally.check(baton::current() == nothing);
    response.prepare_payload();
    co_await http::async_write(stream, response, net::use_awaitable);
    tally.check(baton::current() == nothing);
  }
}

net::awaitable<void> accept_connections(tcp::acceptor& acceptor, Tally& tally) {
  const auto io = acceptor.get_executor();
  for (int i = 0; i < connections; ++i) {
    const auto strand = net::make_strand(io);
    tcp::socket socket = co_await acceptor.async_accept(strand, net::use_awaitable);
    net::co_spawn(strand, serve_connection(std::move(socket), tally), net::detached);
  }
}

net::awaitable<void> call(tcp::endpoint server, int number, Tally& tally) {
  const baton::Context mine = baton::current();
  boost::beast::tcp_stream stream(co_await net::this_coro::executor);
  stream.expires_after(std::chrono::seconds(60));
  co_await stream.async_connect(server, net::use_awaitable);
  boost::beast::flat_buffer buffer;

  for (int sent = 0; sent < requests_each; sent += pipelined) {
    std::vector<std::string> trace_ids;
    for (int i = 0; i < pipelined; ++i) {
      baton::Context context = new_context();
      context.set_baggage(
          baton::Baggage().set("call", std::to_string(number * requests_each + sent + i)).value());
      trace_ids.push_back(context.span_context().trace_id.to_string());
      const Request request = request_of(context);
      co_await http::async_write(stream, request, net::use_awaitable);
      tally.check(baton::current() == mine);
    }
    for (const std::string& trace_id : trace_ids) {
      Response response;
      co_await http::async_read(stream, buffer, response, net::use_awaitable);
      tally.check(response.body() == trace_id);
      tally.check(baton::current() == mine);
      ++tally.answered;
    }
  }
}

TEST(CoServe, KeepsConcurrentConnectionsApart) {
  net::io_context io(2);
  tcp::acceptor acceptor(net::make_strand(io), tcp::endpoint(net::ip::address_v4::loopback(), 0));
  Tally tally;
  net::co_spawn(acceptor.get_executor(), accept_connections(acceptor, tally), net::detached);

  std::vector<std::future<void>> clients;
  for (int i = 0; i < connections; ++i) {
    clients.push_back(net::co_spawn(with_context(net::make_strand(io), new_context()),
                                    call(acceptor.local_endpoint(), i, tally), net::use_future));
  }
  const auto run = [&] {
    io.run();
    tally.check(baton::current() == nothing);
  };
  std::thread second(run);
  run();
  second.join();

  for (std::future<void>& client : clients) EXPECT_NO_THROW(client.get());
  EXPECT_EQ(tally.served, connections * requests_each);
  EXPECT_EQ(tally.answered, connections * requests_each);
  EXPECT_EQ(tally.wrong, 0);
}

}  // namespace
