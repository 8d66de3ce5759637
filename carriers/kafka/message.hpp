#pragma once

#include <librdkafka/rdkafka.h>

#include "baton/carriers/kafka/headers.hpp"
#include "baton/chain.hpp"
#include "c_list.hpp"

namespace baton::kafka::detail {

/// A message's headers where they are; null where it has none. `error` says whether they could be
/// read.
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
  HeadersPointer copy(rd_kafka_headers_new(list.size() + chain.fields().size()));
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Header header = list.at(i);
    if (chain.owns(header.name)) continue;
    const void* const data = header.value ? header.value->data() : nullptr;
    const std::size_t size = header.value ? header.value->size() : 0;
    rd_kafka_header_add(copy.get(), header.name, -1, data, static_cast<ssize_t>(size));
  }
  return copy;
}

}  // namespace baton::kafka::detail
