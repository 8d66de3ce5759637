// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "answer.hpp"
#include "body.hpp"
#include "propagation.hpp"
#include "upstream.hpp"

namespace gateway {

/// What the requests of one thread share. All of it outlives them.
struct Services {
  const Propagation& propagation;
  const std::string& upstream_host;
  Upstream& upstream;
  Metrics& metrics;
  const bool& is_stopping;
};

/// One request on its way to the upstream, and the response on its way back.
///
/// The response may arrive while the request's body is still sent: `100 Continue`, or an early
/// refusal. If the client disconnects, the upstream's connection is closed. If the upstream fails,
/// the client gets 502 or 504 or, in the middle of a response, a reset.
class Exchange {
 public:
  /// The parser has read a header that was checked. `when_sent` is called when the exchange no
  /// longer reads from the client, so that the caller must watch for its disconnect.
  Exchange(Peer& client, RequestParser& request, const Services& services,
           std::function<void()> when_sent);

  /// Returns whether the client's connection may be used again.
  net::awaitable<bool> run();

  /// The client has disconnected, or must be dropped: ends `run` soon.
  void lose_client();

  void check_deadlines(Clock::time_point now);

 private:
  net::awaitable<void> connect(bool must_be_new, error_code& error);
  net::awaitable<void> upload();
  net::awaitable<void> download();
  net::awaitable<ResponseParser*> read_response(error_code& error);
  net::awaitable<void> relay_response(ResponseParser& response);
  net::awaitable<void> fail();
  void end_upload();
  [[nodiscard]] bool may_retry(const error_code& error) const;
  [[nodiscard]] Recipient recipient() const;

  Peer& client_;
  RequestParser& request_;
  Services services_;
  std::function<void()> when_sent_;

  RequestHeader header_;
  std::string head_;  ///< as it is sent
  bool has_body_;
  std::unique_ptr<Peer> upstream_;
  std::optional<ResponseParser> response_;
  std::optional<Refusal> refusal_;  ///< of the request's body

  bool is_reused_ = false;
  bool is_uploaded_ = false;  ///< or abandoned
  bool is_client_lost_ = false;
  bool must_retry_ = false;
  bool keeps_alive_ = false;
};

}  // namespace gateway
