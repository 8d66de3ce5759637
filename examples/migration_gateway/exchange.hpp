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

/// What the requests of one thread have in common. All of it outlives them.
struct Services {
  const Propagation& propagation;
  const std::string& upstream_host;
  Upstream& upstream;
  Metrics& metrics;
  const bool& is_stopping;
};

/// One request on its way to the upstream, and the response on its way back.
///
/// A request with a body goes up while the response may come down already: `100 Continue`, or an
/// early refusal. Where the client goes away, the upstream's connection is closed; where the
/// upstream fails, the client gets 502 or 504, or, in the midst of a response, a reset.
class Exchange {
 public:
  /// The parser has read a header that was checked. `when_sent` is called when nothing more is read
  /// from the client, so that somebody else must see that it hangs up.
  Exchange(Peer& client, RequestParser& request, const Services& services,
           std::function<void()> when_sent);

  /// True: the client's connection may be used again.
  net::awaitable<bool> run();

  /// The client is gone, or has to be dropped: ends `run` soon.
  void lose_client();

  void check_deadlines(Clock::time_point now);

 private:
  net::awaitable<void> connect(bool must_be_new, error_code& error);
  net::awaitable<void> upload();
  net::awaitable<void> download();
  net::awaitable<bool> read_response(error_code& error);
  net::awaitable<void> relay_response();
  net::awaitable<void> fail();
  void end_upload();
  [[nodiscard]] bool may_retry(const error_code& error) const;
  [[nodiscard]] Recipient recipient() const;

  Peer& client_;
  RequestParser& request_;
  Services services_;
  std::function<void()> when_sent_;

  RequestHeader header_;
  std::string head_;  ///< as it goes up
  bool has_body_;
  std::unique_ptr<Peer> upstream_;
  std::optional<ResponseParser> response_;
  std::optional<Refusal> refusal_;  ///< of the request's body

  bool is_reused_ = false;
  bool is_uploaded_ = false;  ///< or will be no further
  bool is_client_lost_ = false;
  bool must_retry_ = false;
  bool keeps_alive_ = false;
};

}  // namespace gateway
