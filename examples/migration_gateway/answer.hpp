// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "metrics.hpp"
#include "peer.hpp"
#include "request.hpp"

namespace gateway {

/// What an answer depends on: the client that receives it.
struct Recipient {
  unsigned version = 11;
  bool keeps_alive = false;
  bool wants_body = true;  ///< false for HEAD
};

/// Sets `Connection` for the recipient's HTTP version.
void set_connection(ResponseHeader& header, const Recipient& recipient);

/// Sends a response of the gateway itself.
[[nodiscard]] net::awaitable<void> answer(Peer& client, const Refusal& refusal, Recipient recipient,
                                          Metrics& metrics);

}  // namespace gateway
