// SPDX-License-Identifier: Apache-2.0
#include "baton/carriers/kafka/forward.hpp"

#include <array>
#include <cstdint>
#include <new>
#include <string_view>
#include <utility>
#include <vector>

#include "baton/carriers/kafka/consume.hpp"
#include "baton/scope.hpp"
#include "carriers/kafka/appending_carrier.hpp"
#include "carriers/kafka/change.hpp"
#include "carriers/kafka/message.hpp"
#include "carriers/kafka/sent_spans.hpp"

namespace baton::kafka {
namespace {

// librdkafka copies key and value. If it succeeds, it owns the headers, which an interceptor may
// have changed; if it fails, they are still ours.
rd_kafka_resp_err_t produce(rd_kafka_t& producer, const char* topic,
                            const rd_kafka_message_t& message, HeadersPointer headers) {
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
                            const rd_kafka_message_t& c_message, const SendOptions& options) {
  const internal::MessageHeaders theirs = internal::headers_of(message);
  if (theirs.error != RD_KAFKA_RESP_ERR_NO_ERROR) return RD_KAFKA_RESP_ERR__BAD_MSG;
  const internal::CList list(theirs.list);
  const PropagatorChain& chain = options.chain;
  const std::string_view name = topic != nullptr ? topic : "";
  const std::string_view destination = options.destination.empty() ? name : options.destination;
  const bool is_current = current().trace_id().is_valid();
  std::vector<internal::Header> owned;
  if (!is_current) owned.reserve(chain.fields().size());
  HeadersPointer headers = internal::copy_others(list, chain, is_current ? nullptr : &owned);
  const Received sent =
      is_current ? Received{current(), {}} : chain.receive(internal::FoundCarrier(owned));
  if (options.tracer == nullptr) {
    internal::append(*headers, sent.context, chain, destination);
    const internal::Forwarding forwarding(producer, nullptr);
    return produce(producer, topic, c_message, std::move(headers));
  }
  Span span = internal::start_send(*options.tracer, sent, name, c_message, options.span_name);
  internal::append(*headers, span.context(), chain, destination);
  const internal::Forwarding forwarding(producer, &span);
  const rd_kafka_resp_err_t error = produce(producer, topic, c_message, std::move(headers));
  internal::end_send(span, error);  // unless the producer's interceptor has taken it
  return error;
}

}  // namespace

HeadersPointer forward_headers(const rd_kafka_message_t& message, const Context& context,
                               const InjectOptions& options) {
  const internal::MessageHeaders theirs = internal::headers_of(message);
  if (theirs.error != RD_KAFKA_RESP_ERR_NO_ERROR) return nullptr;
  try {
    HeadersPointer headers =
        internal::copy_others(internal::CList(theirs.list), options.chain, nullptr);
    internal::append(*headers, context, options.chain, options.destination);
    return headers;
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

rd_kafka_resp_err_t forward(rd_kafka_t& producer, const char* topic,
                            const rd_kafka_message_t& message, const SendOptions& options) {
  return forward(producer, topic, message, message, options);
}

RdKafka::ErrorCode forward(RdKafka::Producer& producer, const char* topic,
                           RdKafka::Message& message, const SendOptions& options) {
  return static_cast<RdKafka::ErrorCode>(
      forward(*producer.c_ptr(), topic, message, *message.c_ptr(), options));
}

}  // namespace baton::kafka
