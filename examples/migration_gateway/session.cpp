// SPDX-License-Identifier: Apache-2.0
#include "session.hpp"

#include "request.hpp"

namespace gateway {

net::awaitable<void> Session::run() {
  error_code ignored;
  client_.socket().set_option(tcp::no_delay(true), ignored);
  while (!services_.is_stopping && co_await serve_one()) {
  }
  if (client_.socket().is_open()) co_await client_.close_gently();
}

/// Returns whether the connection may be used again.
net::awaitable<bool> Session::serve_one() {
  RequestParser request;
  request.header_limit(Peer::max_head);
  request.body_limit(boost::none);

  error_code error;
  client_.start_read_clock();
  is_waiting_ = true;
  const std::size_t size = co_await client_.read_head(request, error);
  is_waiting_ = false;

  std::optional<Refusal> refusal;
  if (error) {
    refusal = refusal_of(error);
    if (!refusal) {
      client_.close();
      co_return false;
    }
  } else {
    const auto text = static_cast<const char*>(client_.received().data().data());
    refusal = check({text, size}, request.get());
    client_.received().consume(size);
  }
  if (refusal) {
    const bool wants_body = request.get().method() != http::verb::head;
    co_await answer(client_, *refusal, {11, false, wants_body}, services_.metrics);
    co_return false;
  }

  Exchange exchange(client_, request, services_, [this] { watch(); });
  exchange_ = &exchange;
  const bool goes_on = co_await exchange.run();
  exchange_ = nullptr;
  co_return goes_on;
}

/// Detects a disconnect of the client while nothing reads from it.
void Session::watch() {
  if (is_watching_) return;
  is_watching_ = true;
  client_.socket().async_wait(tcp::socket::wait_read,
                              [session = weak_from_this()](const error_code& error) {
                                const auto alive = session.lock();
                                if (!alive) return;
                                alive->is_watching_ = false;
                                if (!error) alive->look();
                              });
}

/// The client has sent bytes, the next request, or has closed.
void Session::look() {
  if (exchange_ != nullptr && client_.has_hung_up()) exchange_->lose_client();
}

void Session::stop() {
  if (is_waiting_) client_.close();
}

void Session::abort() {
  client_.close();
  if (exchange_ != nullptr) exchange_->lose_client();
}

void Session::check_deadlines(Clock::time_point now) {
  client_.check_deadlines(now);
  if (exchange_ != nullptr) exchange_->check_deadlines(now);
}

}  // namespace gateway
