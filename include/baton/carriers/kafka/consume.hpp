// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafkacpp.h>

#include <concepts>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "baton/carriers/kafka/cpp_headers.hpp"
#include "baton/carriers/kafka/headers.hpp"
#include "baton/detail/handle.hpp"
#include "baton/options.hpp"
#include "baton/scope.hpp"

namespace baton::kafka {

/// The context of a message.
///
///     baton::Context context = baton::kafka::extract(*message);
///
/// Reads the headers in place, and never fails. If librdkafka itself cannot read them (it refuses
/// more than 100,000), the context is empty and the report says `bad_value` of `headers`.
/// librdkafka unpacks them on first access, so two threads must not read one message at the same
/// time.
[[nodiscard]] Context extract(const rd_kafka_message_t& message,
                              const ExtractOptions& options = {});

/// The same for a message of the C++ interface, also after a call of its `headers()`. That call
/// takes the headers out of the C message: librdkafka then unpacks those of a consumed message
/// again, as received, and those of a delivery report are copied.
[[nodiscard]] Context extract(RdKafka::Message& message, const ExtractOptions& options = {});

/// The same for headers alone.
[[nodiscard]] inline Context extract(const rd_kafka_headers_t& headers,
                                     const ExtractOptions& options = {}) {
  return options.extract(ConstHeadersCarrier(&headers));
}
[[nodiscard]] inline Context extract(const RdKafka::Headers& headers,
                                     const ExtractOptions& options = {}) {
  return options.extract(ConstCppHeadersCarrier(headers));
}

/// A message of either interface.
template <class T>
concept Message = std::same_as<std::remove_cv_t<T>, rd_kafka_message_t> ||
                  (!std::is_const_v<T> && std::derived_from<T, RdKafka::Message>);

namespace internal {

/// The span of a message that is processed, by the semantic conventions for Kafka.
struct Consumer {
  static detail::SpanFacts facts(const rd_kafka_message_t& message);
  static detail::SpanFacts facts(const RdKafka::Message& message);
};

}  // namespace internal

/// Processes a message: extracts its context, makes a child of it current, and calls the handler,
/// with the message if it takes one. Returns the handler's result.
///
///     baton::kafka::process(*message, [&](const rd_kafka_message_t& order) {
///       ship(order);  // baton::current() is this message's context
///     });
///
/// Always calls the handler, even if the headers are invalid. The handler must not be a coroutine,
/// which does not compile: await it through `co_with_context` (baton/asio.hpp).
template <Message M, class Handler>
decltype(auto) process(M& message, Handler&& handler, const HandleOptions& options = {}) {
  return detail::handle<internal::Consumer>(
      [&](const ExtractOptions& how) { return extract(message, how); },
      std::forward<Handler>(handler), message, options);
}

/// The valid ones among these span contexts that differ by trace id or span id, each once, in the
/// order of their first appearance. The span of a batch links to them.
[[nodiscard]] std::vector<SpanContext> distinct_parents(std::span<const Context> contexts);

/// Several messages that are handled together.
struct Batch {
  std::vector<Context> contexts;     ///< of each message, in their order
  std::vector<SpanContext> parents;  ///< the distinct ones, for the links of the batch's span
};

/// Extracts from all messages of a range of pointers, plain or smart, to messages of either
/// interface. The report counts all of them together.
///
///     const baton::kafka::Batch batch = baton::kafka::extract_batch(messages);
///     const baton::Context work = baton::Context().child();  // the batch is a trace of its own
///     span.add_links(batch.parents);
template <class Messages>
[[nodiscard]] Batch extract_batch(const Messages& messages, const ExtractOptions& options = {}) {
  Batch batch;
  for (const auto& message : messages) batch.contexts.push_back(extract(*message, options));
  batch.parents = distinct_parents(batch.contexts);
  return batch;
}

}  // namespace baton::kafka
