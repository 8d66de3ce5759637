// SPDX-License-Identifier: Apache-2.0
#include "answer.hpp"

#include <string>

#include "fields.hpp"

namespace gateway {

void set_connection(ResponseHeader& header, const Recipient& recipient) {
  if (!recipient.keeps_alive) {
    header.set(http::field::connection, "close");
  } else if (recipient.version < 11) {
    header.set(http::field::connection, "keep-alive");
  }
}

net::awaitable<void> answer(Peer& client, const Refusal& refusal, Recipient recipient,
                            Metrics& metrics) {
  ResponseHeader header;
  header.result(refusal.status);
  header.set(http::field::content_type, "text/plain");
  header.set(http::field::content_length, std::to_string(refusal.why.size()));
  set_connection(header, recipient);

  std::string text = to_text(header);
  if (recipient.wants_body) text += refusal.why;
  metrics.add_response(header.result_int());
  error_code ignored;  // a client that has closed gets no answer
  co_await client.send(net::buffer(text), ignored);
}

}  // namespace gateway
