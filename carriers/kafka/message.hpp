// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafkacpp.h>

#include <cstddef>
#include <vector>

#include "baton/carriers/kafka/headers.hpp"
#include "baton/chain.hpp"
#include "carriers/kafka/c_list.hpp"
#include "carriers/kafka/change.hpp"

namespace baton::kafka::internal {

/// The headers of a message of either interface, as librdkafka's list.
struct MessageHeaders {
  rd_kafka_headers_t* list = nullptr;  ///< null if there are none; the message owns it, or `copy`
  rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;  ///< whether they could be read
  HeadersPointer copy = nullptr;
};

/// Refers to the message's own list.
inline MessageHeaders headers_of(const rd_kafka_message_t& message) noexcept {
  rd_kafka_headers_t* list = nullptr;
  const rd_kafka_resp_err_t error = rd_kafka_message_headers(&message, &list);
  return {list, error == RD_KAFKA_RESP_ERR__NOENT ? RD_KAFKA_RESP_ERR_NO_ERROR : error};
}

/// Refers to the message's own list, or copies the headers if `message.headers()` has detached them
/// from a produced message. librdkafka unpacks those of a consumed message again.
inline MessageHeaders headers_of(RdKafka::Message& message) {
  MessageHeaders found = headers_of(*message.c_ptr());
  if (found.list != nullptr || found.error != RD_KAFKA_RESP_ERR_NO_ERROR) return found;
  const RdKafka::Headers* const detached = message.headers();
  if (detached == nullptr) return found;
  found.copy = make_list(detached->size());
  found.list = found.copy.get();
  for (const RdKafka::Headers::Header& header : detached->get_all()) {
    add(*found.list, {header.key().c_str(), to_value(header.value(), header.value_size())});
  }
  return found;
}

/// Copies the headers that belong to none of the chain's formats. Adds the others, in place, to
/// `owned`, unless that is null. Visits each header once.
inline HeadersPointer copy_others(const CList& list, const PropagatorChain& chain,
                                  std::vector<Header>* owned) {
  const std::size_t size = list.size();
  HeadersPointer copy = make_list(size + chain.fields().size());
  for (std::size_t i = 0; i < size; ++i) {
    const Header header = list.at(i);
    if (!chain.owns(header.name)) {
      add(*copy, header);
    } else if (owned != nullptr) {
      owned->push_back(header);
    }
  }
  return copy;
}

}  // namespace baton::kafka::internal
