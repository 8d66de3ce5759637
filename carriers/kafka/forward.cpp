// SPDX-License-Identifier: Apache-2.0
#include "baton/carriers/kafka/forward.hpp"

#include <array>
#include <cstdint>
#include <vector>

#include "baton/carriers/kafka/consume.hpp"
#include "baton/scope.hpp"
#include "carriers/kafka/appending_carrier.hpp"
#include "carriers/kafka/message.hpp"

namespace baton::kafka {
namespace {

/// The headers that the C++ interface has detached from a message. They are its RdKafka::Message's;
/// these are copies.
class CppList {
 public:
  explicit CppList(const RdKafka::Headers& headers) : headers_(headers.get_all()) {
    for (const RdKafka::Headers::Header& header : headers_) names_.push_back(header.key());
  }

  [[nodiscard]] std::size_t size() const noexcept { return headers_.size(); }
  [[nodiscard]] detail::Header at(std::size_t i) const noexcept {
    const RdKafka::Headers::Header& header = headers_[i];
    if (header.value() == nullptr) return {names_[i].c_str(), std::nullopt};
    return {names_[i].c_str(),
            std::string_view(static_cast<const char*>(header.value()), header.value_size())};
  }

 private:
  std::vector<RdKafka::Headers::Header> headers_;
  std::vector<std::string> names_;
};

template <class List>
HeadersPointer forward_list(const List& list, const Context& context,
                            const PropagatorChain& chain) {
  HeadersPointer headers = detail::copy_without_context(list, chain);
  if (headers != nullptr) detail::append(*headers, context, chain);
  return headers;
}

/// A message of either interface.
template <Message M>
Context context_to_forward(M& message, const PropagatorChain& chain) {
  return current().trace_id().is_valid() ? current() : extract(message, {.chain = chain});
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

}  // namespace

HeadersPointer forward_headers(const rd_kafka_message_t& message, const Context& context,
                               const InjectOptions& options) {
  const auto [headers, error] = detail::headers_of(message);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return nullptr;
  return forward_list(detail::CList(headers), context, options.chain);
}

rd_kafka_resp_err_t forward(rd_kafka_t& producer, const char* topic,
                            const rd_kafka_message_t& message, const InjectOptions& options) {
  const Context context = context_to_forward(message, options.chain);
  return produce(producer, topic, message, forward_headers(message, context, options));
}

RdKafka::ErrorCode forward(RdKafka::Producer& producer, const char* topic,
                           RdKafka::Message& message, const InjectOptions& options) {
  const Context context = context_to_forward(message, options.chain);
  const auto [in_place, error] = detail::headers_of(*message.c_ptr());
  HeadersPointer headers;
  if (in_place == nullptr && error == RD_KAFKA_RESP_ERR_NO_ERROR && message.headers() != nullptr) {
    headers = forward_list(CppList(*message.headers()), context, options.chain);
  } else {
    headers = forward_headers(*message.c_ptr(), context, options);
  }
  return static_cast<RdKafka::ErrorCode>(
      produce(*producer.c_ptr(), topic, *message.c_ptr(), std::move(headers)));
}

}  // namespace baton::kafka
