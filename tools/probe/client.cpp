// SPDX-License-Identifier: Apache-2.0
#include "tools/probe/client.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cstdint>
#include <utility>

namespace baton::tool::probe {
namespace {

namespace net = boost::asio;
namespace http = boost::beast::http;

constexpr std::uint32_t max_header_bytes = 64 * 1024;
constexpr std::uint64_t max_body_bytes = 1024 * 1024;
constexpr int max_interim_answers = 8;  // 1xx
constexpr std::chrono::milliseconds idle_time{100};
constexpr std::chrono::milliseconds arrival_time{10};

using Parser = http::response_parser<http::string_body>;

Reply failure(const boost::system::error_code& error, bool has_begun) {
  Reply reply;
  reply.problem = error.message();
  if (error == boost::beast::error::timeout) {
    reply.answer = Answer::timed_out;
    reply.problem = has_begun ? "the answer did not end in time" : "no answer in time";
  } else if (error == http::error::header_limit || error == http::error::body_limit ||
             error == http::error::buffer_overflow) {
    reply.answer = Answer::too_large;
    reply.problem = "more than 64 KiB of fields or 1 MiB of body";
  } else if (error == http::error::partial_message ||
             (error != http::error::end_of_stream &&
              error.category() != http::make_error_code(http::error::bad_method).category() &&
              has_begun)) {
    reply.answer = Answer::closed_midway;
  } else if (error == http::error::end_of_stream ||
             error.category() != http::make_error_code(http::error::bad_method).category()) {
    reply.answer = Answer::closed;
    reply.problem = "closed without an answer";
  } else {
    reply.answer = Answer::not_http;
  }
  return reply;
}

Reply to_reply(const Parser& parser) {
  Reply reply;
  reply.answer = Answer::answered;
  reply.status = parser.get().result_int();
  for (const auto& field : parser.get()) {
    reply.fields.emplace_back(std::string(field.name_string()), std::string(field.value()));
  }
  return reply;
}

}  // namespace

Client::Client(net::io_context& io, Endpoints endpoints, std::chrono::milliseconds timeout)
    : io_(io), endpoints_(std::move(endpoints)), timeout_(timeout) {}

void Client::close() {
  stream_.reset();
  buffer_.clear();
  is_kept_ = false;
}

net::awaitable<boost::system::error_code> Client::connect() {
  close();
  stream_ = std::make_unique<boost::beast::tcp_stream>(io_);
  stream_->expires_after(timeout_);
  boost::system::error_code error;
  co_await stream_->async_connect(endpoints_, net::redirect_error(net::use_awaitable, error));
  if (error) close();
  co_return error;
}

/// Bytes that nobody asked for, for example a status of 408, say the same.
bool Client::is_closed_by_service() {
  char byte = 0;
  boost::system::error_code error;
  static_cast<void>(stream_->socket().non_blocking(true, error));
  stream_->socket().receive(net::buffer(&byte, 1), net::socket_base::message_peek, error);
  return error != net::error::would_block && error != net::error::try_again;
}

net::awaitable<Reply> Client::send(const std::string& request, bool is_head,
                                   const std::function<bool()>& is_served) {
  bool dropped_connection = false;
  if (stream_) {
    // Any service may close what nobody has used for a while.
    const bool is_busy = std::chrono::steady_clock::now() - last_use_ < idle_time;
    const bool was_kept = is_kept_;
    if (!was_kept || !is_closed_by_service()) {
      Reply reply = co_await exchange(request, is_head);
      if (reply.answer != Answer::closed || !was_kept) co_return reply;
      // A call that is on its way says that the request was read.
      net::steady_timer pause(io_, arrival_time);
      boost::system::error_code ignored;
      co_await pause.async_wait(net::redirect_error(net::use_awaitable, ignored));
      if (is_served()) co_return reply;
    }
    dropped_connection = is_busy;
  }
  const boost::system::error_code error = co_await connect();
  if (error) {
    Reply reply;
    reply.answer =
        error == boost::beast::error::timeout ? Answer::timed_out : Answer::not_connected;
    reply.problem = error.message();
    co_return reply;
  }
  Reply reply = co_await exchange(request, is_head);
  reply.dropped_connection = dropped_connection;
  co_return reply;
}

net::awaitable<Reply> Client::exchange(const std::string& request, bool is_head) {
  stream_->expires_after(timeout_);
  // A service that refuses a request may close before it has read all: its answer counts.
  boost::system::error_code write_error;
  co_await net::async_write(*stream_, net::buffer(request),
                            net::redirect_error(net::use_awaitable, write_error));
  for (int i = 0;; ++i) {
    Parser parser;
    parser.header_limit(max_header_bytes);
    parser.body_limit(max_body_bytes);
    parser.skip(is_head);
    boost::system::error_code error;
    co_await http::async_read(*stream_, buffer_, parser,
                              net::redirect_error(net::use_awaitable, error));
    if (error) {
      Reply reply = failure(error, parser.got_some());
      close();
      co_return reply;
    }
    const unsigned status = parser.get().result_int();
    if (status >= 100 && status < 200 && status != 101 && i < max_interim_answers) continue;
    Reply reply = to_reply(parser);
    if (status < 200) {
      // 101 as well: the probe has not asked for another protocol.
      reply.answer = Answer::not_http;
      reply.problem = "no status of an answer: " + std::to_string(status);
      close();
      co_return reply;
    }
    is_kept_ = true;
    last_use_ = std::chrono::steady_clock::now();
    // More bytes than one answer cannot belong to the next request.
    if (!parser.keep_alive() || write_error || buffer_.size() != 0) close();
    co_return reply;
  }
}

}  // namespace baton::tool::probe
