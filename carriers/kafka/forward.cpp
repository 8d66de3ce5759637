// SPDX-License-Identifier: Apache-2.0
#include "baton/carriers/kafka/forward.hpp"

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "baton/carriers/kafka/consume.hpp"
#include "baton/scope.hpp"
#include "carriers/kafka/appending_carrier.hpp"
#include "carriers/kafka/change.hpp"
#include "carriers/kafka/message.hpp"

namespace baton::kafka {
namespace {

/// The headers to send, with `context` or, if that is null, with their own context. Null if they
/// could not be read.
HeadersPointer forward_headers(const internal::MessageHeaders& theirs, const Context* context,
                               const PropagatorChain& chain, std::string_view destination) {
  if (theirs.error != RD_KAFKA_RESP_ERR_NO_ERROR) return nullptr;
  const internal::CList list(theirs.list);
  if (context != nullptr) {
    HeadersPointer headers = internal::copy_others(list, chain, nullptr);
    internal::append(*headers, *context, chain, destination);
    return headers;
  }
  std::vector<internal::Header> owned;
  owned.reserve(chain.fields().size());
  HeadersPointer headers = internal::copy_others(list, chain, &owned);
  internal::append(*headers, chain.extract(internal::FoundCarrier(owned)), chain, destination);
  return headers;
}

// librdkafka copies key and value. If it succeeds, it owns the headers, which an interceptor may
// have changed; if it fails, they are still ours.
rd_kafka_resp_err_t produce(rd_kafka_t& producer, const char* topic,
                            const rd_kafka_message_t& message, HeadersPointer headers) {
  if (headers == nullptr) return RD_KAFKA_RESP_ERR__BAD_MSG;
  rd_kafka_timestamp_type_t type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
  const std::int64_t timestamp = rd_kafka_message_timestamp(&message, &type);
  std::array<rd_kafka_vu_t, 6> parts{};
  parts[0].vtype = RD_KAFKA_VTYPE_TOPIC;
  parts[0].u.cstr = topic;
  parts[1].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
  parts[1].u.i = RD_KAFKA_MSG_F_COPY;
  parts[2].vtype = RD_KAFKA_VTYPE_KEY;
  parts[2].u.mem = {message.key, message.key_len};
  parts[3].vtype = RD_KAFKA_VTYPE_VALUE;
  parts[3].u.mem = {message.payload, message.len};
  parts[4].vtype = RD_KAFKA_VTYPE_TIMESTAMP;
  parts[4].u.i64 = type == RD_KAFKA_TIMESTAMP_CREATE_TIME ? timestamp : 0;
  parts[5].vtype = RD_KAFKA_VTYPE_HEADERS;
  parts[5].u.headers = headers.get();
  rd_kafka_error_t* const failure = rd_kafka_produceva(&producer, parts.data(), parts.size());
  const rd_kafka_resp_err_t error = rd_kafka_error_code(failure);
  if (failure != nullptr) rd_kafka_error_destroy(failure);
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) static_cast<void>(headers.release());
  return error;
}

template <Message M>
rd_kafka_resp_err_t forward(rd_kafka_t& producer, const char* topic, M& message,
                            const rd_kafka_message_t& c_message, const InjectOptions& options) {
  const Context* const context = current().trace_id().is_valid() ? &current() : nullptr;
  std::string_view destination = options.destination;
  if (destination.empty() && topic != nullptr) destination = topic;
  return produce(
      producer, topic, c_message,
      forward_headers(internal::headers_of(message), context, options.chain, destination));
}

}  // namespace

HeadersPointer forward_headers(const rd_kafka_message_t& message, const Context& context,
                               const InjectOptions& options) {
  return forward_headers(internal::headers_of(message), &context, options.chain,
                         options.destination);
}

rd_kafka_resp_err_t forward(rd_kafka_t& producer, const char* topic,
                            const rd_kafka_message_t& message, const InjectOptions& options) {
  return forward(producer, topic, message, message, options);
}

RdKafka::ErrorCode forward(RdKafka::Producer& producer, const char* topic,
                           RdKafka::Message& message, const InjectOptions& options) {
  return static_cast<RdKafka::ErrorCode>(
      forward(*producer.c_ptr(), topic, message, *message.c_ptr(), options));
}

}  // namespace baton::kafka
