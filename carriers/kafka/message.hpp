// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <librdkafka/rdkafka.h>

#include "baton/carriers/kafka/headers.hpp"
#include "baton/chain.hpp"
#include "carriers/kafka/c_list.hpp"

namespace baton::kafka::detail {

/// A message's headers where they are; null if it has none. They stay the message's, or those of
/// the application that produces it. `error` says whether they could be read.
struct MessageHeaders {
  rd_kafka_headers_t* headers = nullptr;
  rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;
};

inline MessageHeaders headers_of(const rd_kafka_message_t& message) noexcept {
  MessageHeaders found;
  found.error = rd_kafka_message_headers(&message, &found.headers);
  if (found.error == RD_KAFKA_RESP_ERR__NOENT) found.error = RD_KAFKA_RESP_ERR_NO_ERROR;
  return found;
}

/// A copy of the headers that are of none of the chain's formats.
template <class List>
HeadersPointer copy_without_context(const List& list, const PropagatorChain& chain) {
  const std::size_t size = list.size();
  HeadersPointer copy(rd_kafka_headers_new(size + chain.fields().size()));
  for (std::size_t i = 0; i < size; ++i) {
    const Header header = list.at(i);
    if (!chain.owns(header.name)) add(*copy, header);
  }
  return copy;
}

}  // namespace baton::kafka::detail
