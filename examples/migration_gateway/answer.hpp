// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "metrics.hpp"
#include "peer.hpp"
#include "request.hpp"

namespace gateway {

/// How an answer has to look for whom it is for.
struct Recipient {
  unsigned version = 11;
  bool keeps_alive = false;
  bool wants_body = true;  ///< no: it asked with HEAD
};

/// Says whether the connection goes on, in the words of the recipient's version.
void set_connection(ResponseHeader& header, const Recipient& recipient);

/// Answers in the gateway's own name.
[[nodiscard]] net::awaitable<void> answer(Peer& client, const Refusal& refusal, Recipient recipient,
                                          Metrics& metrics);

}  // namespace gateway
