// SPDX-License-Identifier: Apache-2.0
#include "exchange.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/beast/http/error.hpp>
#include <utility>

#include "fields.hpp"

namespace gateway {
namespace {

constexpr unsigned max_informational = 16;

bool is_idempotent(http::verb method) {  // RFC 9110, §9.2.2
  switch (method) {
    case http::verb::get:
    case http::verb::head:
    case http::verb::options:
    case http::verb::trace:
    case http::verb::put:
    case http::verb::delete_: return true;
    default: return false;
  }
}

}  // namespace

Exchange::Exchange(Peer& client, RequestParser& request, const Services& services,
                   std::function<void()> when_sent)
    : client_(client),
      request_(request),
      services_(services),
      when_sent_(std::move(when_sent)),
      header_(std::move(request.get().base())),
      has_body_(!request.is_done()) {
  normalise(header_, services_.upstream_host);
  prepare_for_upstream(header_);
  if (header_.version() < 11) header_.erase(http::field::expect);  // RFC 9110, §10.1.1
  if (request_.chunked()) header_.set(http::field::transfer_encoding, "chunked");
  services_.propagation.translate(header_);
  head_ = to_text(header_);
}

net::awaitable<bool> Exchange::run() {
  using namespace net::experimental::awaitable_operators;
  services_.metrics.add_request();
  do {
    error_code error;
    co_await connect(std::exchange(must_retry_, false), error);
    if (error) {
      end_upload();
      co_await fail();
    } else if (has_body_) {
      co_await (upload() && download());
    } else {
      co_await upload();
      co_await download();
    }
  } while (must_retry_);
  co_return keeps_alive_;
}

net::awaitable<void> Exchange::connect(bool must_be_new, error_code& error) {
  upstream_ = must_be_new ? nullptr : services_.upstream.take();
  is_reused_ = upstream_ != nullptr;
  if (is_reused_) co_return;
  upstream_ = services_.upstream.make();
  co_await upstream_->connect(services_.upstream.endpoints(), error);
}

/// Ends early, without an error, if the upstream reads no more: `download` reads its response.
net::awaitable<void> Exchange::upload() {
  const Framing framing = !has_body_           ? Framing::none
                          : request_.chunked() ? Framing::chunked
                                               : Framing::length;
  error_code error;
  const Passage passage = co_await relay_body(
      client_, request_, *upstream_, framing, head_,
      [this](http::fields& trailers) {
        remove_hop_by_hop(trailers);
        services_.propagation.remove_own(trailers);
      },
      error);
  if (is_uploaded_) co_return;  // `download` has ended it
  is_uploaded_ = true;
  if (passage == Passage::source_failed) {
    if (error != http::error::partial_message) refusal_ = refusal_of(error);
    if (!refusal_) lose_client();
    upstream_->close();
    co_return;
  }
  upstream_->start_read_clock();
  when_sent_();
}

net::awaitable<void> Exchange::download() {
  error_code error;
  if (ResponseParser* const response = co_await read_response(error)) {
    co_await relay_response(*response);
  } else if (may_retry(error)) {
    must_retry_ = true;
  } else {
    end_upload();
    co_await fail();
  }
}

/// Reads up to the header of the final response, and returns it, or null. Relays the informational
/// ones before it.
net::awaitable<ResponseParser*> Exchange::read_response(error_code& error) {
  for (unsigned count = 0; count < max_informational; ++count) {
    ResponseParser& response = response_.emplace();
    response.header_limit(Peer::max_head);
    response.body_limit(boost::none);
    response.skip(header_.method() == http::verb::head);
    if (is_uploaded_) upstream_->start_read_clock();
    const std::size_t size = co_await upstream_->read_head(response, error);
    if (error) co_return nullptr;
    upstream_->received().consume(size);

    ResponseHeader& header = response.get().base();
    if (!has_clear_framing(header, header.version())) co_return nullptr;
    const unsigned status = header.result_int();
    if (status >= 200) co_return &response;
    if (status < 100 || status == 101) co_return nullptr;  // no request asks to switch protocols
    is_reused_ = false;                                    // the connection is alive: no retry
    if (header_.version() < 11) continue;
    remove_hop_by_hop(header);
    const std::string head = to_text(header);
    co_await client_.send(net::buffer(head), error);
    if (error) {
      lose_client();
      co_return nullptr;
    }
  }
  co_return nullptr;
}

net::awaitable<void> Exchange::relay_response(ResponseParser& response) {
  ResponseHeader header = std::move(response.get().base());
  Framing framing = Framing::none;
  if (!response.is_done()) {
    if (response.content_length()) {
      framing = Framing::length;
    } else {
      framing = header_.version() < 11 ? Framing::until_close : Framing::chunked;
    }
  }
  remove_hop_by_hop(header);
  if (header.result() == http::status::no_content) header.erase(http::field::content_length);
  if (framing == Framing::chunked) header.set(http::field::transfer_encoding, "chunked");
  Recipient to = recipient();
  to.keeps_alive = to.keeps_alive && framing != Framing::until_close;
  set_connection(header, to);
  services_.metrics.add_response(header.result_int());

  error_code error;
  const Passage passage = co_await relay_body(*upstream_, response, client_, framing,
                                              to_text(header), remove_hop_by_hop, error);
  if (is_client_lost_) co_return;
  switch (passage) {
    case Passage::complete:
      keeps_alive_ = to.keeps_alive;
      if (is_uploaded_ && request_.is_done() && response.keep_alive()) {
        services_.upstream.give_back(std::move(upstream_));
      }
      break;
    case Passage::source_failed:
      if (!refusal_) services_.metrics.add_upstream_error();
      client_.reset();
      break;
    case Passage::sink_failed: lose_client(); break;
  }
  end_upload();
}

/// The upstream sends no response: answers in its place.
net::awaitable<void> Exchange::fail() {
  if (is_client_lost_) co_return;
  Refusal refusal{http::status::bad_gateway, "invalid or no response from upstream\n"};
  if (refusal_) {
    refusal = *refusal_;
  } else {
    services_.metrics.add_upstream_error();
    if (upstream_->timed_out()) refusal = {http::status::gateway_timeout, "upstream timeout\n"};
  }
  upstream_->close();
  const Recipient to = recipient();
  keeps_alive_ = to.keeps_alive;
  co_await answer(client_, refusal, to, services_.metrics);
}

/// Ends the upload: the rest of the request is not needed.
void Exchange::end_upload() {
  if (std::exchange(is_uploaded_, true)) return;
  if (!request_.is_done()) client_.interrupt_receive();
  if (upstream_) upstream_->close();
}

void Exchange::lose_client() {
  if (std::exchange(is_client_lost_, true)) return;
  services_.metrics.add_client_abort();
  client_.close();
  if (upstream_) upstream_->close();
}

void Exchange::check_deadlines(Clock::time_point now) {
  if (upstream_) upstream_->check_deadlines(now);
}

/// A connection that was kept alive may be closed just as it is used again (RFC 9112, §9.3.1).
bool Exchange::may_retry(const error_code& error) const {
  return is_reused_ && error && !has_body_ && is_idempotent(header_.method()) && !is_client_lost_ &&
         !upstream_->timed_out() && response_ && !response_->got_some();
}

Recipient Exchange::recipient() const {
  return {header_.version(), request_.is_done() && request_.keep_alive() && !services_.is_stopping,
          header_.method() != http::verb::head};
}

}  // namespace gateway
